"""Prove once more that it is you, before something that a thief of your session would like to do."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.base.internal.flows import post_authentication
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guestlist.kernel.errors import Refusal
from guestlist.users.commands import request_password_reset
from guestlist.users.queries import factors_of
from guestlist.web.confirming import confirmed_lately
from guestlist.web.limits import limited
from guestlist.web.me.account import crumbs
from guestlist.web.shell import at
from guestlist.web.sign_in.proving import challenge
from guestlist.web.sign_in.second import proved_factor
from guestlist.web.sign_in.views import safe_next


@login_required
def confirm_page(request: HttpRequest) -> HttpResponse:
    """`?ask=factor` takes a code or a passkey only: for who came with a password, or through a connection, and needs a second.
    `?done=1` is where another tab ends up, in which a form did not want to lose what was typed."""
    at(request, "me")
    if "done" in request.GET and confirmed_lately(request):
        return render(request, "me/confirmed.html", {"crumbs": crumbs(_("Confirm it is you"))})
    target, factor_only = safe_next(request), request.GET.get("ask") == "factor"
    do = request.POST.get("do", "")
    errors = _confirm(request, do, factor_only) if request.method == "POST" else {}
    if request.method == "POST" and not errors and do != "mail":
        request.session.cycle_key()
        return redirect(target or "security")
    factors = factors_of(request.user)
    page = {
        "crumbs": crumbs(_("Confirm it is you")),
        "errors": errors,
        "next": target,
        "email": request.user.email,
        "password": request.user.has_usable_password() and not factor_only,
        "factor": factors.has_second,
        "passkeys": bool(factors.passkeys),
        "sent": do == "mail" and not errors,
        "challenge_url": reverse("confirm_challenge"),
    }
    return render(request, "me/confirm.html", page, status=422 if errors else 200)


@require_POST
@login_required
def confirm_challenge(request: HttpRequest) -> HttpResponse:
    return challenge(request.user)


def _confirm(request: HttpRequest, do: str, factor_only: bool) -> dict[str, str]:
    if limited(request, "reauthenticate", key=str(request.user.id)):
        return {"form": _("Too many attempts. Wait a minute and try again.")}
    if do == "mail":
        return _mail_link(request)
    if do == "password" and not factor_only:
        return _by_password(request)
    try:
        post_authentication(request, proved_factor(request, request.user), reauthenticated=True)
    except Refusal as refusal:
        return {"form" if request.POST.get("credential") else "code": str(refusal)}
    return {}


def _by_password(request: HttpRequest) -> dict[str, str]:
    try:
        right = get_adapter(request).reauthenticate(request.user, request.POST.get("password", ""))
    except ValidationError as limited_out:
        return {"form": " ".join(limited_out.messages)}
    if not right:
        return {"password": _("This is not your password.")}
    reauthenticate_by_password(request)
    return {}


def _mail_link(request: HttpRequest) -> dict[str, str]:
    if limited(request, "reset_password", key=str(request.user.id)):
        return {"form": _("Too many attempts. Wait a minute and try again.")}
    request_password_reset(user=request.user)
    return {}
