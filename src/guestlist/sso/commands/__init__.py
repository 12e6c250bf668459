from guestlist.sso.commands.attempts import let_in
from guestlist.sso.commands.configure import (
    change_connection,
    create_connection,
    delete_connection,
    disable_connection,
    enable_connection,
)
from guestlist.sso.commands.defaults import GroupRule, set_defaults
from guestlist.sso.commands.preview import Foreseen, preview_claims, try_sign_in
from guestlist.sso.commands.sign_in import SignedIn, link_identity, sign_in, use_assertion

__all__ = [
    "Foreseen",
    "GroupRule",
    "SignedIn",
    "change_connection",
    "create_connection",
    "delete_connection",
    "disable_connection",
    "enable_connection",
    "let_in",
    "link_identity",
    "preview_claims",
    "set_defaults",
    "sign_in",
    "try_sign_in",
    "use_assertion",
]
