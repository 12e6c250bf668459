"""The page an invitation's link opens (design rule 10). GET shows; every button needs something only the person can give."""

import uuid

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.webauthn.internal import auth
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from guestlist.invitations.commands import (
    Accepted,
    accept_as_new_user,
    accept_as_user,
    ask_for_new_link,
    decline_invitation,
)
from guestlist.invitations.errors import Changed
from guestlist.invitations.models import Grant
from guestlist.invitations.queries import Opened, open_invitation, words_of
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.kernel.ids import new_id
from guestlist.users.commands import NewPasskey
from guestlist.users.errors import PasskeyRefused
from guestlist.users.models import User
from guestlist.users.queries import verified_addresses
from guestlist.web.limits import limited
from guestlist.web.me.passkeys import passkey_name
from guestlist.web.presenting import initials, person, place, time_left, tone
from guestlist.web.shell import at_the_door
from guestlist.web.sign_in.proving import new_credential

FUTURE_USER = "joining_as"
BESIDE = {"name_missing": "name", "weak_password": "password", "wrong_address": "email"}


@never_cache
@sensitive_post_parameters("password")
def join_page(request: HttpRequest, token: str) -> HttpResponse:
    at_the_door(request)
    try:
        opened = open_invitation(token)
    except NotFound:
        return render(request, "join/closed.html", {"state": "unknown", "login_url": reverse("account_login")}, status=404)
    if opened.state != "pending":
        return _closed(request, opened, token)
    errors: dict[str, str] = {}
    if request.method == "POST":
        answer = _answer(request, opened, token)
        if isinstance(answer, HttpResponse):
            return answer
        errors = answer
        opened = open_invitation(token)
        if opened.state != "pending":
            return _closed(request, opened, token)
    return _show(request, opened, token, errors)


def _answer(request: HttpRequest, opened: Opened, token: str) -> HttpResponse | dict[str, str]:
    """Does what was pressed; answers a page, or what is wrong by field."""
    act = {"join": _join, "accept": _accept, "decline": _decline}.get(request.POST.get("do", ""))
    if act is None:
        return {"form": _("Press one of the buttons.")}
    try:
        return act(request, opened, token)
    except Changed:
        return {"changed": ""}
    except Refusal as refusal:
        return {BESIDE.get(refusal.code, "form"): str(refusal)}


def _join(request: HttpRequest, opened: Opened, token: str) -> HttpResponse | dict[str, str]:
    if _variant(request, opened) == "other":
        return {"form": _("You are signed in as someone else. Switch account first.")}
    accepted = accept_as_new_user(
        token=token,
        shown=request.POST.get("shown", ""),
        name=request.POST.get("name", ""),
        password=request.POST.get("password", ""),
        passkey=_passkey(request),
        language=get_language() or "en",
    )
    return _joined(request, accepted)


@require_POST
def join_challenge(request: HttpRequest, token: str) -> HttpResponse:
    """Asks the browser for a passkey of the account to be: its id is chosen now, since the passkey keeps it. Changes nothing."""
    opened = open_invitation(token)
    if _variant(request, opened) != "new" or opened.state != "pending" or not request.POST.get("name", "").strip():
        return HttpResponseForbidden()
    user = User(id=new_id(), name=request.POST["name"], email=opened.invitation.email)
    request.session[FUTURE_USER] = str(user.id)
    return JsonResponse(auth.begin_registration(user, passwordless=True))


def _passkey(request: HttpRequest) -> NewPasskey | None:
    if not request.POST.get("credential"):
        return None
    if FUTURE_USER not in request.session:
        raise PasskeyRefused
    return NewPasskey(uuid.UUID(request.session.pop(FUTURE_USER)), passkey_name(request), new_credential(request))


def _accept(request: HttpRequest, opened: Opened, token: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    return _joined(request, accept_as_user(user=request.user, token=token, shown=request.POST.get("shown", "")))


def _joined(request: HttpRequest, accepted: Accepted) -> HttpResponse:
    """A fresh session, whoever sat here before: what was open in the old one is not theirs."""
    if request.user != accepted.user:
        request.session.flush()
        login(request, accepted.user)
        _record_how(request, accepted.user)
    invitation = accepted.invitation
    page = {
        "result": "joined",
        "workspace": invitation.workspace.name,
        "grants": _places(accepted.given),
        "left_out": [{**line, "reason": _("Whoever gave it may no longer do so.")} for line in _places(accepted.left_out)],
        "next_url": reverse("workspace", args=[invitation.workspace.slug]),
    }
    return render(request, "join/result.html", page)


def _record_how(request: HttpRequest, user: User) -> None:
    """An account made a moment ago has no second factor to ask for; what it was made with is what was shown."""
    if user.has_usable_password():
        record_authentication(request, user, "password")
    else:
        record_authentication(request, user, "mfa", type="webauthn", passwordless=True)


def _places(grants: list[Grant]) -> list[dict[str, object]]:
    """Where and as what, one line per community: two may bear the same name."""
    communities = dict.fromkeys(grant.community for grant in grants)
    return [{**place(where), "roles": line["roles"]} for where, line in zip(communities, words_of(grants), strict=True)]


def _decline(request: HttpRequest, opened: Opened, token: str) -> HttpResponse:
    holder = request.user if _variant(request, opened) == "holder" else None
    decline_invitation(token=token, address=request.POST.get("email", ""), user=holder)
    return render(request, "join/result.html", {"result": "declined", "workspace": opened.invitation.workspace.name})


def _variant(request: HttpRequest, opened: Opened) -> str:
    if request.user.is_authenticated:
        return "holder" if opened.invitation.email_key in verified_addresses(request.user.id) else "other"
    return "known" if opened.has_account else "new"


def _show(request: HttpRequest, opened: Opened, token: str, errors: dict[str, str]) -> HttpResponse:
    changed = errors.pop("changed", None) is not None
    invitation = opened.invitation
    page = {
        "invitation": _ticket(opened),
        "variant": _variant(request, opened),
        "values": {"name": request.POST.get("name", invitation.name), "email": request.POST.get("email", "")},
        "errors": errors,
        "shown": opened.shown,
        "changed": changed,
        "login_url": f"{reverse('account_login')}?{urlencode({'next': request.path})}",
        "challenge_url": reverse("join_challenge", args=[token]),
        "switch_url": f"{reverse('account_logout')}?{urlencode({'next': request.path})}",
        "user": person(request.user) if request.user.is_authenticated else None,
    }
    return render(request, "join/join.html", page, status=422 if errors else 409 if changed else 200)


def _ticket(opened: Opened) -> dict[str, object]:
    invitation = opened.invitation
    giver = next((grant for grant in reversed(opened.grants) if grant.giver_kind == "user"), None)
    hue = tone(giver.giver_id) if giver and giver.giver_id else 0
    return {
        "inviter": {"name": opened.inviter, "initials": initials(opened.inviter), "tone": hue} if opened.inviter else None,
        "workspace": place(invitation.workspace),
        "note": invitation.note_with(opened.grants),
        "grants": _places(opened.grants),
        "email": invitation.email,
        "expires_at": invitation.ends_at,
        "left": time_left(invitation.ends_at),
    }


def _closed(request: HttpRequest, opened: Opened, token: str) -> HttpResponse:
    invitation = opened.invitation
    errors, sent = {}, False
    if request.method == "POST" and request.POST.get("do") == "renew" and opened.state == "expired":
        errors = _renew(request, token)
        sent = not errors
    page = {
        "state": opened.state,
        "workspace": invitation.workspace.name,
        "at": invitation.decided_at or invitation.ends_at,
        "email_sent": sent,
        "values": {"email": request.POST.get("email", "")},
        "errors": errors,
        "login_url": reverse("account_login"),
    }
    return render(request, "join/closed.html", page, status=200 if sent else 422 if errors else 410)


def _renew(request: HttpRequest, token: str) -> dict[str, str]:
    if limited(request, "reset_password", key=token[-32:]):
        return {"form": _("Too many tries. Wait a few minutes.")}
    try:
        ask_for_new_link(token=token, address=request.POST.get("email", ""))
    except Refusal as refusal:
        return {"email": str(refusal)}
    return {}
