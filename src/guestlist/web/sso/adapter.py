from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from guestlist.web.sso.fetching import GuardedSession


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth is untyped
    """allauth carries the protocol; connections are ours, and so is every decision. None is ever listed: who our customers are is
    nobody's business."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        return []

    def get_requests_session(self) -> GuardedSession:
        return GuardedSession()

    def generate_state_param(self, state: dict[str, Any]) -> str:
        return get_random_string(32)
