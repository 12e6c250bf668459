from guestlist.invitations.commands.accept import Accepted, accept_as_new_user, accept_as_user
from guestlist.invitations.commands.batches import cancel_batch, run_batches
from guestlist.invitations.commands.decline import ask_for_new_link, decline_invitation, request_password_help
from guestlist.invitations.commands.erase import close_account, erase_user
from guestlist.invitations.commands.going import remove_everywhere
from guestlist.invitations.commands.invite import Invited, invite
from guestlist.invitations.commands.manage import Result, change_grants, resend_invitations, revoke_invitations
from guestlist.invitations.commands.places import delete_community, move_community

__all__ = [
    "Accepted",
    "Invited",
    "Result",
    "accept_as_new_user",
    "accept_as_user",
    "ask_for_new_link",
    "cancel_batch",
    "change_grants",
    "close_account",
    "decline_invitation",
    "delete_community",
    "erase_user",
    "invite",
    "move_community",
    "remove_everywhere",
    "request_password_help",
    "resend_invitations",
    "revoke_invitations",
    "run_batches",
]
