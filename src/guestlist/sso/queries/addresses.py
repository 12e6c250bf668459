"""Where a connection is reached, for an admin to copy into the directory."""

from dataclasses import dataclass

from django.conf import settings

from guestlist.sso.models import Connection


@dataclass(frozen=True)
class Addresses:
    """Whole URLs. `callback` is the redirect URI of OpenID Connect, `acs` where a SAML provider posts its answer; `metadata` is our
    entity id too. `sign_in` is the one to share."""

    sign_in: str
    callback: str
    acs: str
    metadata: str


def addresses_of(connection: Connection) -> Addresses:
    """Also of one that is not saved yet: its id is enough."""
    base = f"{settings.GUESTLIST_BASE_URL}/sso/{connection.id}"
    return Addresses(base, f"{base}/callback", f"{base}/acs", f"{base}/metadata")
