"""The second half of signing in, for an account with a second factor. Until then nobody is signed in."""

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guestlist.kernel.errors import Refusal
from guestlist.users.models import User
from guestlist.users.queries import factors_of
from guestlist.web.limits import limited
from guestlist.web.sign_in.proving import challenge, code_of, half_signed_in, passkey_of


@require_POST
def login_challenge(request: HttpRequest) -> HttpResponse:
    """For a passkey that says itself whose it is."""
    return HttpResponseForbidden() if limited(request, "login", key="") else challenge(None)


@require_POST
def second_challenge(request: HttpRequest) -> HttpResponse:
    stage = half_signed_in(request)
    return challenge(stage.login.user) if stage else HttpResponseForbidden()


@never_cache
def second_page(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    stage = half_signed_in(request)
    if stage is None:
        return redirect("account_login")
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            post_authentication(request, proved_factor(request, stage.login.user))
            return stage.exit()
        except Refusal as refusal:
            errors = {"form" if request.POST.get("credential") else "code": str(refusal)}
    factors = factors_of(stage.login.user)
    page = {
        "errors": errors,
        "email": stage.login.user.email,
        "app": factors.totp_since is not None,
        "passkeys": bool(factors.passkeys),
        "challenge_url": reverse("second_challenge"),
        "cancel_url": reverse("account_logout"),
    }
    return render(request, "sign_in/second.html", page, status=422 if errors else 200)


def proved_factor(request: HttpRequest, user: User) -> Authenticator:
    """Which of the user's own was shown: a passkey, or a code. Raises PasskeyRefused, WrongCode, TooManyCodes."""
    return passkey_of(request, user) if request.POST.get("credential") else code_of(request, user)
