from guestlist.members.commands.accounts import disable_user, enable_user, end_account, reset_second_factor, workspaces_of
from guestlist.members.commands.admins import admins_able_to_sign_in, admins_with_a_way_in, keeping_an_admin
from guestlist.members.commands.bulk import change_many, state_of
from guestlist.members.commands.change import deactivate, leave, reactivate, remove, set_end, set_roles
from guestlist.members.commands.ends import remind_of_ends
from guestlist.members.commands.join import Place, add_roles, join
from guestlist.members.commands.keys import create_api_key, digest_of, revoke_api_key
from guestlist.members.commands.moving import check_may_move, swapped
from guestlist.members.commands.places import create_community, set_up_workspace, update_community
from guestlist.members.commands.roles import create_role, delete_role, update_role
from guestlist.members.commands.settings import dismiss_setup, lock_settings, send_trial_mail, update_workspace
from guestlist.members.commands.visits import note_visit

__all__ = [
    "Place",
    "add_roles",
    "admins_able_to_sign_in",
    "admins_with_a_way_in",
    "change_many",
    "check_may_move",
    "create_api_key",
    "create_community",
    "create_role",
    "deactivate",
    "delete_role",
    "digest_of",
    "disable_user",
    "dismiss_setup",
    "enable_user",
    "end_account",
    "join",
    "keeping_an_admin",
    "leave",
    "lock_settings",
    "note_visit",
    "reactivate",
    "remind_of_ends",
    "remove",
    "reset_second_factor",
    "revoke_api_key",
    "send_trial_mail",
    "set_end",
    "set_roles",
    "set_up_workspace",
    "state_of",
    "swapped",
    "update_community",
    "update_role",
    "update_workspace",
    "workspaces_of",
]
