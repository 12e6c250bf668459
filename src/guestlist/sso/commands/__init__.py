from guestlist.sso.commands.discovery import mail_ways_in
from guestlist.sso.commands.domains import check_domain, claim_domain, confirm_domain, prove_a_domain_again, remove_domain
from guestlist.sso.commands.policy import change_sign_in_policy

__all__ = [
    "change_sign_in_policy",
    "check_domain",
    "claim_domain",
    "confirm_domain",
    "mail_ways_in",
    "prove_a_domain_again",
    "remove_domain",
]
