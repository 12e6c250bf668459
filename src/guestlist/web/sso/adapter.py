from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from guestlist.kernel.seals import unseal
from guestlist.sso.models import Connection
from guestlist.web.sso.fetching import GuardedSession
from guestlist.web.sso.oidc import Provider


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth is untyped
    """allauth carries the protocol; connections are ours, and so is every decision. None is ever listed: who our customers are is
    nobody's business."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        return []

    def list_providers(self, request: HttpRequest) -> list[Any]:
        return []

    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Provider:
        """By the id of the connection, which is the name space of its subjects and states, too."""
        return Provider(request, app_of(Connection.objects.get(id=provider)))

    def get_requests_session(self) -> GuardedSession:
        return GuardedSession()

    def generate_state_param(self, state: dict[str, Any]) -> str:
        return get_random_string(32)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


def app_of(connection: Connection) -> SocialApp:
    """Never saved: allauth wants to be asked in its own words."""
    return SocialApp(
        provider="openid_connect",
        provider_id=str(connection.id),
        name=connection.name[:40],
        client_id=connection.client_id,
        secret=unseal(connection.sealed_secret),
        settings={"server_url": connection.issuer, "oauth_pkce_enabled": True, "group_claim": connection.group_claim},
    )
