"""Log in, log out, set a new password. The answers are the same for every address, known or not."""

from allauth.account.adapter import get_adapter
from allauth.mfa.base.internal.flows import post_authentication
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guestlist.invitations.commands import request_password_help
from guestlist.kernel.text import address_key
from guestlist.users.commands import read_reset_link, reset_password
from guestlist.users.errors import LinkEnded, PasskeyRefused, WeakPassword
from guestlist.web.limits import limited, same_time
from guestlist.web.sign_in.discovery import remembered
from guestlist.web.sign_in.proving import passkey_of, sign_in, sign_in_by_password


@never_cache
def login_page(request: HttpRequest) -> HttpResponse:
    target = safe_next(request)
    if request.user.is_authenticated:
        return redirect(target or "home")
    values = {"email": request.POST.get("email", ""), "next": target}
    errors = _log_in(request, values) if request.method == "POST" else {}
    if isinstance(errors, HttpResponse):
        return errors
    page = {
        "slowed": errors.pop("slowed", None),
        "values": values,
        "errors": errors,
        "reset_url": reverse("password_reset"),
        "challenge_url": reverse("login_challenge"),
        "sso_url": reverse("sso_find"),
        "remembered": remembered(request, target),
    }
    return render(request, "sign_in/login.html", page, status=422 if errors else 200)


def _log_in(request: HttpRequest, values: dict[str, str]) -> dict[str, str] | HttpResponse:
    if request.POST.get("credential"):
        return _log_in_by_passkey(request, values["next"])
    password = request.POST.get("password", "")
    if not values["email"].strip():
        return {"email": _("Enter your e-mail address.")}
    if not password:
        return {"password": _("Enter your password.")}
    try:
        user = get_adapter(request).authenticate(
            request, email=address_key(values["email"]) or values["email"], password=password
        )
    except ValidationError as limited_out:
        return {"form": " ".join(limited_out.messages), "slowed": "yes"}
    if user is None:
        return {"form": _("This e-mail and password do not match.")}
    return sign_in_by_password(request, user, target=values["next"] or reverse("home"))


def _log_in_by_passkey(request: HttpRequest, target: str) -> dict[str, str] | HttpResponse:
    """A passkey asks for finger, face or PIN itself: it is both factors."""
    try:
        passkey = passkey_of(request, None)
    except PasskeyRefused as refusal:
        return {"form": str(refusal)}
    post_authentication(request, passkey, passwordless=True)
    return sign_in(request, passkey.user, target=target or reverse("home"))


def safe_next(request: HttpRequest) -> str:
    """Where to go after signing in: a path of this site, or nothing. Another site's address would be a gift to phishers."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else ""


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    target = safe_next(request)
    logout(request)
    return redirect(target or "account_login")


@never_cache
def password_reset(request: HttpRequest) -> HttpResponse:
    email = request.POST.get("email", "").strip()
    errors = {}
    if request.method == "POST":
        if not address_key(email):
            errors = {"email": _("Enter your whole e-mail address, such as ana@northwind.example.")}
        else:
            with same_time():
                if not limited(request, "reset_password", key=address_key(email)):
                    request_password_help(address=email)
            return render(request, "sign_in/password_reset_done.html", {"email": email, "login_url": reverse("account_login")})
    page = {"values": {"email": email}, "errors": errors, "login_url": reverse("account_login")}
    return render(request, "sign_in/password_reset.html", page, status=422 if errors else 200)


@never_cache
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    try:
        user = read_reset_link(token=token)
    except LinkEnded:
        return render(request, "sign_in/new_password.html", {"usable": False, "reset_url": reverse("password_reset")}, status=410)
    errors = {}
    if request.method == "POST":
        try:
            user = reset_password(token=token, password=request.POST.get("password", ""))
        except WeakPassword as weak:
            errors = {"password": str(weak)}
        else:
            logout(request)
            return sign_in_by_password(request, user, target=reverse("home"))
    page = {"usable": True, "email": user.email, "errors": errors}
    return render(request, "sign_in/new_password.html", page, status=422 if errors else 200)
