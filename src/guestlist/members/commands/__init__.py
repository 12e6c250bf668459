from guestlist.members.commands.accounts import disable_user, enable_user, erase_user
from guestlist.members.commands.admins import admins_able_to_sign_in, keeping_an_admin
from guestlist.members.commands.bulk import change_many
from guestlist.members.commands.change import check_may_manage, deactivate, leave, reactivate, remove, set_end, set_roles
from guestlist.members.commands.ends import remind_of_ends
from guestlist.members.commands.join import Place, add_roles, join
from guestlist.members.commands.keys import create_api_key, digest_of
from guestlist.members.commands.places import create_community, create_role, set_up_workspace

__all__ = [
    "Place",
    "add_roles",
    "admins_able_to_sign_in",
    "change_many",
    "check_may_manage",
    "create_api_key",
    "create_community",
    "create_role",
    "deactivate",
    "digest_of",
    "disable_user",
    "enable_user",
    "erase_user",
    "join",
    "keeping_an_admin",
    "leave",
    "reactivate",
    "remind_of_ends",
    "remove",
    "set_end",
    "set_roles",
    "set_up_workspace",
]
