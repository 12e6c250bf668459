from guestlist.sso.rules.claims import Claims, read_claims
from guestlist.sso.rules.domains import domain_name, record_name, record_value
from guestlist.sso.rules.judging import Facts, Verdict, judge
from guestlist.sso.rules.providers import Oidc, Saml, certificate_end, read_certificate, read_metadata

__all__ = [
    "Claims",
    "Facts",
    "Oidc",
    "Saml",
    "Verdict",
    "certificate_end",
    "domain_name",
    "judge",
    "read_certificate",
    "read_claims",
    "read_metadata",
    "record_name",
    "record_value",
]
