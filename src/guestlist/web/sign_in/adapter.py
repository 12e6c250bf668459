from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from guestlist.kernel.seals import seal, unseal
from guestlist.users.commands import verify_password
from guestlist.users.errors import TooManyTries
from guestlist.users.models import User
from guestlist.web.sign_in.known import known_as


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth is untyped
    """There is no public sign-up: an account is made by accepting an invitation, or by the operator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Instead of allauth's, which looks an unknown address up in one more table. Raises ValidationError after too many tries."""
        email, password = credentials.get("email", ""), credentials.get("password", "")
        try:
            return verify_password(
                address=email, password=password, source=self.get_client_ip(request), browsers=known_as(request)
            )
        except TooManyTries as refused:
            raise ValidationError(str(refused)) from refused

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """That one has signed in shows by itself."""


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth is untyped
    """Secrets are sealed, and a passkey is for the host people reach us by, whatever the request's header says."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return f"Guestlist {_host()}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": _host(), "name": f"Guestlist {_host()}"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The account to come of somebody who joins has no row to read the address from."""
        return {"id": user.id.hex.encode(), "display_name": user.name or user.email, "name": user.email}


def _host() -> str:
    return urlsplit(settings.GUESTLIST_BASE_URL).hostname or "localhost"
