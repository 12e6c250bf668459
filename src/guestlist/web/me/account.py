"""My account: profile, communities, sessions, password."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guestlist.kernel.errors import Refusal
from guestlist.members.commands import leave
from guestlist.members.queries import MemberRow, fetch_own_membership, memberships_of
from guestlist.sso.queries import Opening, openings_of
from guestlist.users.commands import change_password, change_profile
from guestlist.users.errors import LinkEnded, NameMissing, TooManyTries, WeakPassword, WrongPassword
from guestlist.users.queries import sessions_of
from guestlist.users.rules import time_zones
from guestlist.web.confirming import ask_to_confirm, confirmed_lately, typed_before, vouched_only
from guestlist.web.crumbs import Crumbs, trail
from guestlist.web.door.guard import to_the_door
from guestlist.web.presenting import Shown, place, session_words
from guestlist.web.shell import at, current_team, current_workspace, teams_of


@login_required
def me(request: HttpRequest) -> HttpResponse:
    at(request, "me")
    user = request.user
    values = {"name": user.name, "language": user.language or "en", "time_zone": user.time_zone, "theme": user.theme}
    errors: dict[str, str] = {}
    if request.method == "POST" and vouched_only(request):
        return ask_to_confirm(request, keep=True)
    typed = request.POST if request.method == "POST" else typed_before(request)
    if typed or request.method == "POST":
        values = {each: typed.get(each, "") for each in values}
    if request.method == "POST":
        try:
            change_profile(user=user, **values)
            messages.success(request, _("Saved."))
            return redirect("me")
        except NameMissing as refusal:
            errors = {"name": str(refusal)}
    page = {
        "crumbs": crumbs(_("Account settings")),
        "values": values,
        "unsaved": bool(typed) and request.method != "POST",
        "errors": errors,
        "email": user.email,
        "has_password": user.has_usable_password(),
        "languages": [{"code": code, "name": name} for code, name in settings.LANGUAGES],
        "time_zones": time_zones(),
        "zone_now": timezone.get_current_timezone_name(),
        "places": _my_places(request, memberships_of(user, user.reach)),
        **_sessions(request),
    }
    return render(request, "me/me.html", page, status=422 if errors else 200)


def crumbs(here: str) -> Crumbs:
    return trail((_("User Center"), reverse("me")), (here, ""))


def _my_places(request: HttpRequest, rows: list[MemberRow]) -> list[Shown]:
    workspace = current_workspace(request)
    team = current_team(request, teams_of(request.user.actor, workspace)) if workspace else None
    return [
        {
            **place(row.membership.community, roles=row.roles),
            "workspace": row.membership.workspace.name,
            "since": row.membership.created_at,
            "url": reverse("team_users", args=[row.membership.workspace.slug, row.membership.community.slug]),
            "current": row.membership.community == team,
            "leave_url": reverse("leave", args=[row.membership.id]),
            "locked": _("Deactivated") if row.membership.status != "active" else "",
        }
        for row in rows
    ]


def _sessions(request: HttpRequest) -> dict[str, Any]:
    here = request.session.session_key
    found = list(sessions_of(request.user))
    openings = openings_of(found, here=here, vouched="connection" in request.session)
    rows = [
        {
            "words": session_words(row.browser, row.system),
            "mobile": row.system in ("iPhone", "iPad", "Android"),
            "network": row.network,
            "opened": _opened(openings[row.session_key]),
            "seen_at": row.seen_at,
            "current": row.session_key == here,
            "end_url": reverse("end_session", args=[row.id]),
        }
        for row in found
    ]
    rows.sort(key=lambda row: not row["current"])
    return {"sessions": rows, "end_others_url": reverse("end_other_sessions") if len(rows) > 1 else None}


def _opened(opening: Opening) -> str:
    """How and when; nothing of a session that began before this was written down."""
    words = {
        "password": _("opened with a password, %(at)s"),
        "passkey": _("opened with a passkey, %(at)s"),
        "directory": _("opened with %(name)s, %(at)s") if opening.connection else _("opened with a directory, %(at)s"),
    }.get(opening.how, _("opened %(at)s"))
    at = opening.at and date_format(localtime(opening.at), "SHORT_DATETIME_FORMAT")
    return words % {"at": at, "name": opening.connection} if at else ""


@login_required
def password_page(request: HttpRequest) -> HttpResponse:
    at(request, "me")
    has_password = request.user.has_usable_password()
    if not has_password and not confirmed_lately(request):
        return ask_to_confirm(request)
    errors = _change_password(request) if request.method == "POST" else {}
    if request.method == "POST" and not errors:
        messages.success(request, _("Your password is changed. Your other sessions have ended."))
        return redirect("me")
    page = {
        "crumbs": crumbs(_("Password")),
        "errors": errors,
        "email": request.user.email,
        "has_password": has_password,
        "reset_url": reverse("password_reset"),
    }
    return render(request, "me/password.html", page, status=422 if errors else 200)


def _change_password(request: HttpRequest) -> dict[str, str]:
    given = request.POST
    try:
        change_password(
            user=request.user, old=given.get("old", ""), new=given.get("password", ""), keep=request.session.session_key or ""
        )
    except WrongPassword as wrong:
        return {"old": str(wrong)}
    except WeakPassword as weak:
        return {"password": str(weak)}
    except TooManyTries as too_many:
        return {"form": str(too_many)}
    except LinkEnded:
        return {"form": _("Your password was changed elsewhere a moment ago. Log in again.")}
    update_session_auth_hash(request, request.user)
    return {}


@login_required
def leave_page(request: HttpRequest, membership: uuid.UUID) -> HttpResponse:
    at(request, "me")
    row = fetch_own_membership(request.user, membership)
    where, slug = row.membership.community.name, row.membership.workspace.slug
    if slug in request.doors and request.doors[slug].foreign:
        return to_the_door(request, slug)
    if request.method == "POST":
        try:
            leave(actor=request.user.actor, membership=row.membership)
            messages.success(request, _("You left %(community)s.") % {"community": where})
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("me")
    roles = ", ".join(role.name for role in row.roles)
    page = {
        "title": _("Leave %(community)s?") % {"community": where},
        "effects": [
            {"text": _("You lose %(roles)s there, and below, at once.") % {"roles": roles}},
            {"text": _("To come back you need an invitation, which you may accept or decline.")},
            {"text": _("Your account and your other communities stay."), "kept": True},
        ],
        "submit": _("Leave"),
        "cancel_url": reverse("me"),
    }
    return render(request, "confirm.html", page)
