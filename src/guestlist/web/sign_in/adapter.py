from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth is untyped
    """There is no public sign-up: an account is made by accepting an invitation, or by the operator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures count per address and source: counted per address alone, anybody could lock anybody out."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{self.get_client_ip(request)}"

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """That one has signed in shows by itself."""
