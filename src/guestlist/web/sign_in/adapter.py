from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

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
