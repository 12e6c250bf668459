"""Who calls: an API key in the Authorization header, or the session of a signed-in user, which needs the CSRF token too."""

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext_lazy as _
from ninja.security import APIKeyCookie, HttpBearer

from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import Refusal
from guestlist.members.commands import digest_of
from guestlist.members.models import ApiKey
from guestlist.users.rules import proved_lately
from guestlist.workspaces.errors import DoorClosed


class Call(HttpRequest):
    """A request whose caller is known."""

    auth: Actor


class CsrfFailed(Refusal):
    code = "csrf_failed"
    kind = "forbidden"
    message = _("The CSRF token is missing or wrong. Send it in the header X-CSRFToken.")


class ConfirmFirst(Refusal):
    code = "confirm_first"
    kind = "forbidden"
    message = _("Confirm that it is you at /me/confirm, then send this again. API keys are not asked.")


def confirm_first(request: Call) -> None:
    """For changes of whom a workspace trusts, after the permission: a session must have been asked lately who sits there. Raises
    ConfirmFirst."""
    records = get_authentication_records(request, request.user)
    if request.auth.kind == "user" and not proved_lately(records, clock.now()):
        raise ConfirmFirst


class ByKey(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        key = ApiKey.objects.filter(digest=digest_of(token), revoked_at=None).first()
        return key.actor if key else None


class BySession(APIKeyCookie):
    """Asked only where no key was sent: a wrong key is not made good by whoever happens to be signed in."""

    param_name = settings.SESSION_COOKIE_NAME

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        if request.headers.get("Authorization", "").lower().startswith("bearer") or not request.user.is_authenticated:
            return None
        if _CsrfCheck(lambda _: HttpResponse()).process_view(request, None, (), {}):
            raise CsrfFailed
        if request.resolver_match.kwargs.get("workspace") in request.doors:
            raise DoorClosed
        return request.user.actor


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, answering the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason
