from guestlist.invitations.commands.accept import Accepted, accept_as_new_user, accept_as_user
from guestlist.invitations.commands.batches import cancel_batch, run_batches
from guestlist.invitations.commands.decline import ask_for_new_link, decline_invitation, request_password_help
from guestlist.invitations.commands.erase import close_account, erase_user
from guestlist.invitations.commands.going import remove_everywhere
from guestlist.invitations.commands.invite import Invited, invite
from guestlist.invitations.commands.manage import Result, change_grants, check_may_give, resend_invitations, revoke_invitations
from guestlist.invitations.commands.places import delete_community, move_community
from guestlist.invitations.commands.waiting import admit_waiting, awaited, fulfil, verify_address, workspaces_asking

__all__ = [
    "Accepted",
    "Invited",
    "Result",
    "accept_as_new_user",
    "accept_as_user",
    "admit_waiting",
    "ask_for_new_link",
    "awaited",
    "cancel_batch",
    "change_grants",
    "check_may_give",
    "close_account",
    "decline_invitation",
    "delete_community",
    "erase_user",
    "fulfil",
    "invite",
    "move_community",
    "remove_everywhere",
    "request_password_help",
    "resend_invitations",
    "revoke_invitations",
    "run_batches",
    "verify_address",
    "workspaces_asking",
]
