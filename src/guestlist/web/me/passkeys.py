"""My passkeys: add, rename, remove. What the browser made is posted with the form by js/passkey.js."""

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guestlist.users.commands import add_passkey, remove_passkey, rename_passkey
from guestlist.users.errors import LastWayIn, NameMissing, PasskeyRefused
from guestlist.users.queries import own_passkey
from guestlist.users.rules import browser_and_system
from guestlist.web.confirming import needs_confirming
from guestlist.web.me.account import crumbs
from guestlist.web.me.security import changed, forget_factor
from guestlist.web.presenting import session_words
from guestlist.web.shell import at
from guestlist.web.sign_in.proving import new_credential


@needs_confirming
def passkey_new_page(request: HttpRequest) -> HttpResponse:
    at(request, "me")
    errors: dict[str, str] = {}
    name = request.POST.get("name", "").strip() or passkey_name(request)
    if request.method == "POST":
        try:
            passkey = add_passkey(user=request.user, name=name, credential=new_credential(request))
            post_authentication(request, passkey)
            return changed(request, _("The passkey is added."))
        except PasskeyRefused as refusal:
            errors = {"form": str(refusal)}
    page = {
        "crumbs": crumbs(_("Add a passkey")),
        "values": {"name": name},
        "errors": errors,
        "challenge_url": reverse("passkey_challenge"),
    }
    return render(request, "me/passkey.html", page, status=422 if errors else 200)


def passkey_name(request: HttpRequest) -> str:
    """What a passkey made in this browser is called until somebody names it."""
    return session_words(*browser_and_system(request.headers.get("User-Agent", "")))


@require_POST
@needs_confirming
def passkey_challenge(request: HttpRequest) -> HttpResponse:
    return JsonResponse(auth.begin_registration(request.user, passwordless=True))


@needs_confirming
def passkey_rename_page(request: HttpRequest, passkey: int) -> HttpResponse:
    at(request, "me")
    row, errors = own_passkey(request.user, passkey), {}
    if request.method == "POST":
        try:
            rename_passkey(user=request.user, passkey=passkey, name=request.POST.get("name", ""))
            messages.success(request, _("Saved."))
            return redirect("security")
        except NameMissing:
            errors = {"name": _("Enter a name.")}
    page = {"crumbs": crumbs(_("Rename a passkey")), "values": {"name": row.data["name"]}, "errors": errors}
    return render(request, "me/passkey_rename.html", page, status=422 if errors else 200)


@needs_confirming
def passkey_remove_page(request: HttpRequest, passkey: int) -> HttpResponse:
    at(request, "me")
    name = own_passkey(request.user, passkey).data["name"]
    if request.method == "POST":
        try:
            remove_passkey(user=request.user, passkey=passkey)
        except LastWayIn as refusal:
            messages.error(request, str(refusal))
            return redirect("security")
        forget_factor(request)
        return changed(request, _("The passkey is removed."))
    page = {
        "title": _("Remove the passkey %(name)s?") % {"name": name},
        "effects": [
            {"text": _("It no longer opens your account, wherever it is kept.")},
            {"text": _("The device may still offer it: delete it there too.")},
            {"text": _("Your sessions go on."), "kept": True},
        ],
        "submit": _("Remove"),
        "cancel_url": reverse("security"),
    }
    return render(request, "confirm.html", page)
