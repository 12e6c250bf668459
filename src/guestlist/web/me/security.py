"""How I sign in: authenticator app and recovery codes."""

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guestlist.kernel.errors import NotFound
from guestlist.kernel.seals import seal, unseal
from guestlist.sso.queries import identities_of
from guestlist.users.commands import add_totp, keep_recovery_codes, make_recovery_codes, remove_totp
from guestlist.users.errors import WrongCode
from guestlist.users.queries import factors_of, has_second_factor, sessions_of, waiting_codes
from guestlist.web.confirming import needs_confirming
from guestlist.web.me.account import crumbs
from guestlist.web.me.activity import recent_activity
from guestlist.web.shell import at
from guestlist.web.sign_in.qr import qr_code
from guestlist.web.sign_in.views import safe_next

NEW_SECRET = "new_totp"
WANTED = "wanted_before_factor"


@require_safe
@login_required
def security_page(request: HttpRequest) -> HttpResponse:
    """`?next=` is where a workspace's door turned the reader away: shown as the way on once there is a second factor."""
    at(request, "me")
    factors = factors_of(request.user)
    directories = list(identities_of(request.user, request.user.reach))
    if target := safe_next(request):
        request.session[WANTED] = target
    page = {
        "crumbs": crumbs(_("Security")),
        "factors": factors,
        "next_url": request.session.pop(WANTED, "") if factors.has_second and not factors.codes_waiting else "",
        "has_password": request.user.has_usable_password(),
        "comes_in_by": ", ".join(each.connection.name for each in directories),
        "passkeys": [
            {
                "name": row.data["name"],
                "added": row.created_at,
                "used": row.last_used_at,
                "rename_url": reverse("passkey_rename", args=[row.id]),
                "remove_url": reverse("passkey_remove", args=[row.id]),
            }
            for row in factors.passkeys
        ],
        "directories": directories,
        "activity": recent_activity(request.user),
        "others": sessions_of(request.user).exclude(session_key=request.session.session_key).count(),
    }
    return render(request, "me/security.html", page)


def changed(request: HttpRequest, sentence: str) -> HttpResponse:
    """Back from a change: to recovery codes that were not kept yet, else to the page that offers to end the other sessions."""
    messages.success(request, sentence)
    return redirect("recovery_codes" if factors_of(request.user).codes_waiting else "security")


def forget_factor(request: HttpRequest) -> None:
    """This session showed a factor which the account no longer has: places that ask for one close."""
    if not has_second_factor(request.user):
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [each for each in records if each["method"] != "mfa"]


@needs_confirming
def totp_page(request: HttpRequest) -> HttpResponse:
    at(request, "me")
    if factors_of(request.user).totp_since:
        return redirect("security")
    secret, errors = _new_secret(request), {}
    if request.method == "POST":
        try:
            post_authentication(request, add_totp(user=request.user, secret=secret, code=request.POST.get("code", "")))
            del request.session[NEW_SECRET]
            return changed(request, _("The authenticator app is set up."))
        except WrongCode as refusal:
            errors = {"code": str(refusal)}
    url = get_adapter().build_totp_url(request.user, secret)
    page = {
        "crumbs": crumbs(_("Authenticator app")),
        "errors": errors,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "url": url,
        "qr": qr_code(url),
    }
    return render(request, "me/totp.html", page, status=422 if errors else 200)


def _new_secret(request: HttpRequest) -> str:
    """The same until it is confirmed, or a reload would show another than the one just scanned. Sealed: sessions are rows."""
    if NEW_SECRET not in request.session:
        request.session[NEW_SECRET] = seal(generate_totp_secret())
    return unseal(request.session[NEW_SECRET])


@needs_confirming
def totp_remove_page(request: HttpRequest) -> HttpResponse:
    at(request, "me")
    factors = factors_of(request.user)
    if factors.totp_since is None:
        raise NotFound
    if request.method == "POST":
        remove_totp(user=request.user)
        forget_factor(request)
        return changed(request, _("The authenticator app is removed."))
    only = not factors.passkeys
    page = {
        "title": _("Remove the authenticator app?"),
        "effects": [
            {"text": _("Its codes are no longer asked for.")},
            *([{"text": _("Your password alone opens your account, and your recovery codes end.")}] if only else []),
            *([{"text": _("Workspaces that ask for a second factor close to you until you set one up.")}] if only else []),
            {"text": _("Your sessions go on."), "kept": True},
        ],
        "submit": _("Remove"),
        "cancel_url": reverse("security"),
    }
    return render(request, "confirm.html", page)


@needs_confirming
def codes_page(request: HttpRequest) -> HttpResponse:
    """Shows the codes until their holder says that they are kept; from then on offers new ones."""
    at(request, "me")
    if not has_second_factor(request.user):
        return redirect("security")
    if request.method == "POST" and request.POST.get("do") == "new":
        make_recovery_codes(user=request.user)
        return redirect("recovery_codes")
    if request.method == "POST":
        keep_recovery_codes(user=request.user)
        return changed(request, _("The recovery codes are not shown again."))
    page = {
        "crumbs": crumbs(_("Recovery codes")),
        "codes": waiting_codes(request.user),
        "left": factors_of(request.user).codes_left,
        "file_url": reverse("recovery_codes_file"),
    }
    return render(request, "me/codes.html", page)


@require_safe
@needs_confirming
def codes_file(request: HttpRequest) -> HttpResponse:
    codes = waiting_codes(request.user)
    if not codes:
        raise NotFound
    lines = [_("Guestlist recovery codes of %(email)s. Each works once.") % {"email": request.user.email}, "", *codes, ""]
    answer = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="guestlist-recovery-codes.txt"'
    return answer
