"""Changes to how somebody signs in ask who they are once more: a browser left open must not be enough (OWASP ASVS 7.5)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from guestlist.kernel import clock
from guestlist.users.rules import proved_lately

View = Callable[..., HttpResponse]
TYPED = "typed_before_confirming"


def confirmed_lately(request: HttpRequest) -> bool:
    """Whether password, code or passkey were shown in this session in the last five minutes."""
    return proved_lately(get_authentication_records(request, request.user), clock.now())


def needs_confirming(view: View) -> View:
    """Sends whoever was not asked lately to /me/confirm, and back here from there."""

    @login_required
    @wraps(view)
    def asked_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if confirmed_lately(request) else ask_to_confirm(request)

    return asked_first


def vouched_only(request: HttpRequest) -> bool:
    """Whether a workspace's directory opened this session and nobody confirmed it since: its word does not reach the account (rule 14)."""
    return "connection" in request.session and not confirmed_lately(request)


def ask_to_confirm(request: HttpRequest, *, keep: bool = False) -> HttpResponse:
    """`keep`: what was posted comes back with the reader, as `typed_before`. Not for a form with a secret: sessions are rows."""
    if keep and request.method == "POST":
        request.session[TYPED] = {request.path: request.POST.urlencode()}
    return redirect(f"{reverse('confirm')}?{urlencode({'next': request.get_full_path()})}")


def typed_before(request: HttpRequest) -> QueryDict:
    """What was posted to this page before its reader was asked who they are; once, and empty where nothing was."""
    return QueryDict(request.session.pop(TYPED, {}).get(request.path, ""))
