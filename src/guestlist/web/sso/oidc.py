"""OpenID Connect: allauth's state, PKCE and code exchange; discovery, keys and the ID token checked by us."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_noop as _

from guestlist.kernel.seals import unseal
from guestlist.sso.models import Connection
from guestlist.sso.rules.providers import is_secure_url
from guestlist.web.sso.causes import OTHER_ISSUER, UNREADABLE, BadAnswer
from guestlist.web.sso.id_tokens import UnknownKey, read_id_token
from guestlist.web.sso.turns import turn

KEPT = 300  # seconds that what a provider says of itself is believed without asking again
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
State = dict[str, Any]


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc] # allauth is untyped
    def __init__(self, request: HttpRequest, provider: "Provider") -> None:
        super().__init__(request, provider.app.provider_id)
        self.provider = provider
        self.issuer = str(provider.app.settings["server_url"])

    def get_provider(self) -> "Provider":
        return self.provider

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        return _kept(f"sso.discovery.{self.provider_id}.{self.issuer}", self._discover)

    def _discover(self) -> dict[str, Any]:
        """What the provider says of itself: it must call itself exactly what the connection calls it (RFC 8414, section 3.3)."""
        config = self.fetch(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if config.get("issuer") != self.issuer:
            raise BadAnswer(_("It calls itself otherwise. Write the issuer exactly so:"), str(config.get("issuer"))[:200])
        if not all(is_secure_url(str(config[each])) for each in ENDPOINTS if each in config):
            raise BadAnswer(_("One of its endpoints is without https."))
        return config

    def keys(self, *, anew: bool = False) -> dict[str, Any]:
        url = self.openid_config["jwks_uri"]
        name = f"sso.keys.{self.provider_id}.{url}"
        # Whoever makes up names of keys does not make us ask the provider each time.
        if anew and cache.add(f"{name}.anew", 1, 60):
            cache.delete(name)
        return _kept(name, lambda: self.fetch(url))

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        with turn(self.provider_id):
            return fetch_json(url, headers)

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """One of its own for each connection, so that one provider's answer is never taken for another's (RFC 9700, section 4.4)."""
        return settings.GUESTLIST_BASE_URL + reverse("sso_callback", args=[self.provider_id])


class Provider(OpenIDConnectProvider):  # type: ignore[misc] # allauth is untyped
    @cached_property
    def adapter(self) -> Adapter:
        return Adapter(self.request, self)

    def get_oauth2_adapter(self, request: HttpRequest) -> Adapter:
        return self.adapter

    def get_scope(self) -> list[str]:
        """Groups only where the provider knows such a scope: others answer with an error."""
        wanted = self.app.settings["group_claim"]
        offered = self.adapter.openid_config.get("scopes_supported", [])
        return ["openid", "profile", "email", *([wanted] if wanted in offered else [])]


def _provider(request: HttpRequest, connection: Connection) -> Provider:
    """The id of the connection is the name space of its subjects and states, too. The SocialApp is never saved."""
    app = SocialApp(
        provider="openid_connect",
        provider_id=str(connection.id),
        name=connection.name[:40],
        client_id=connection.client_id,
        secret=unseal(connection.sealed_secret),
        settings={"server_url": connection.issuer, "oauth_pkce_enabled": True, "group_claim": connection.group_claim},
    )
    return Provider(request, app)


def ask(request: HttpRequest, connection: Connection, purpose: str, after: str) -> HttpResponse:
    """Sends the browser to the provider. `purpose` (`sign_in` or `test`) and where to go `after` are kept in the session, never in
    the address. Raises whatever breaks."""
    provider = _provider(request, connection)
    nonce = get_random_string(32)
    # Scope and parameters are said here: left out, allauth would take those of the address along.
    told = {"scope": provider.get_scope(), "auth_params": {"nonce": nonce}}
    answer: HttpResponse = provider.redirect(request, process=purpose, next_url=after, data={"nonce": nonce}, **told)
    return answer


def read_answer(request: HttpRequest, connection: Connection, state: State) -> dict[str, Any]:
    """The claims of somebody who came back, from the ID token and the provider's user info. Raises whatever breaks."""
    adapter = _provider(request, connection).adapter
    config = adapter.openid_config
    # RFC 9207: an answer that says whose it is, and of a provider that promised to say so.
    told = request.GET.get("iss")
    if (told or config.get("authorization_response_iss_parameter_supported")) and told != connection.issuer:
        raise BadAnswer(OTHER_ISSUER, str(told)[:200])
    if "code" not in request.GET:
        raise BadAnswer(_("It refused, in these words:"), request.GET.get("error", "…")[:100])
    app = adapter.get_provider().app
    with turn(adapter.provider_id):
        tokens = adapter.get_access_token_data(request, app, adapter.get_client(request, app), state["pkce_code_verifier"])
    claims = _id_token(adapter, tokens["id_token"], state["data"]["nonce"], connection)
    if "userinfo_endpoint" not in config:
        return claims
    more = adapter.fetch(config["userinfo_endpoint"], {"Authorization": f"Bearer {tokens['access_token']}"})
    if more.get("sub") != claims["sub"]:
        raise BadAnswer(_("Its user info is about somebody else than its token."))
    # The address and whether it was verified come from one place, the signed one where it has them.
    source = claims if claims.get("email") else more
    told_of_email = {each: source[each] for each in ("email", "email_verified") if each in source}
    rest = {key: value for key, value in (more | claims).items() if key not in ("email", "email_verified")}
    return rest | told_of_email


def _id_token(adapter: Adapter, token: str, nonce: str, connection: Connection) -> dict[str, Any]:
    known = {"issuer": connection.issuer, "client_id": connection.client_id, "nonce": nonce}
    try:
        return read_id_token(token, keys=adapter.keys(), **known)
    except (UnknownKey, jwt.InvalidSignatureError, jwt.InvalidKeyError):  # without names of keys a new one looks like a forgery
        return read_id_token(token, keys=adapter.keys(anew=True), **known)


def take_state(request: HttpRequest, connection: Connection, state: str) -> State | None:
    """What this browser was sent away with, once: None where it was not, not from here, or more than 10 minutes ago."""
    found: State | None = statekit.unstash_state(request, provider_id=str(connection.id), state_id=state)
    return found


def fetch_json(url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    with get_adapter().get_requests_session() as session:
        answer = session.get(url, headers=headers)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise BadAnswer(UNREADABLE)
    return found


def _kept(name: str, read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] | None = cache.get(name)
    if found is None:
        found = read()
        cache.set(name, found, KEPT)
    return found
