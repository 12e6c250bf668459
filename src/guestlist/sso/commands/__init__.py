from guestlist.sso.commands.attempts import let_in
from guestlist.sso.commands.configure import (
    change_connection,
    create_connection,
    delete_connection,
    disable_connection,
    enable_connection,
)
from guestlist.sso.commands.defaults import GroupRule, Kept, set_defaults
from guestlist.sso.commands.discovery import mail_ways_in
from guestlist.sso.commands.domains import check_domain, claim_domain, confirm_domain, prove_a_domain_again, remove_domain
from guestlist.sso.commands.policy import change_sign_in_policy
from guestlist.sso.commands.preview import preview_claims, try_sign_in
from guestlist.sso.commands.sign_in import SignedIn, link_identity, sign_in, use_assertion
from guestlist.sso.commands.unlink import unlink

__all__ = [
    "GroupRule",
    "Kept",
    "SignedIn",
    "change_connection",
    "change_sign_in_policy",
    "check_domain",
    "claim_domain",
    "confirm_domain",
    "create_connection",
    "delete_connection",
    "disable_connection",
    "enable_connection",
    "let_in",
    "link_identity",
    "mail_ways_in",
    "preview_claims",
    "prove_a_domain_again",
    "remove_domain",
    "set_defaults",
    "sign_in",
    "try_sign_in",
    "unlink",
    "use_assertion",
]
