"""Asks every session, at each of its requests, what the workspaces of its user ask at their doors (design rule 14)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from guestlist.kernel import clock, context
from guestlist.kernel.errors import NotFound
from guestlist.kernel.ids import as_id
from guestlist.members.commands import note_visit
from guestlist.members.queries import locate_community
from guestlist.sso.queries import doors_of, vouches_still
from guestlist.users.commands import SEEN_EVERY, note_session
from guestlist.workspaces.rules import Door, SessionFacts, asked_at


@dataclass(frozen=True)
class Shut:
    """A door that the session may not pass, and what it `asks` (see workspaces.rules.asked_at). `foreign`: another workspace's
    connection opened the session, so that whoever runs that directory may not act here in the user's name."""

    door: Door
    asks: str
    foreign: bool


class doors:
    """`request.doors` holds the shut ones by the workspace's slug; what lies behind them does not exist for `request.user.actor`.
    A page behind one leads to it instead. A session ends for which nobody vouches any more."""

    def __init__(self, handle: Callable[[HttpRequest], HttpResponse]) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.sent_out = request.user.is_authenticated and "connection" in request.session and not _is_vouched_for(request)
        if request.sent_out:
            logout(request)
        request.doors = _shut(request) if request.user.is_authenticated else {}
        if request.doors:
            request.user.shut = frozenset(each.door.workspace for each in request.doors.values())
        response = self.handle(request)
        if request.user.is_authenticated and request.path.startswith("/w/") and response.status_code == 200:
            _note_visit(request)
        return response

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        if request.sent_out and not request.path.startswith("/api/"):
            messages.warning(request, _("The directory that signed you in is switched off or changed since. Log in again."))
        if not request.doors or request.resolver_match.url_name == "door" or request.path.startswith("/api/"):
            return None
        slug = kwargs.get("slug") or (_workspace_of(request, kwargs["community"]) if "community" in kwargs else "")
        return to_the_door(request, slug) if slug in request.doors else None


def _is_vouched_for(request: HttpRequest) -> bool:
    at = request.session.get("signed_in_at")
    return bool(at) and vouches_still(as_id(request.session["connection"]), datetime.fromisoformat(at))


def _note_visit(request: HttpRequest) -> None:
    """For a workspace, when somebody was in it: at most once in five minutes, and not at its shut door."""
    slug, visits = request.path.split("/")[2], request.session.get("visits", {})
    if slug in request.doors:
        return
    if slug not in visits or clock.now() - datetime.fromisoformat(visits[slug]) >= SEEN_EVERY:
        request.session["visits"] = visits | {slug: clock.now().isoformat()}
        note_visit(user=request.user, slug=slug)


def to_the_door(request: HttpRequest, slug: str) -> HttpResponse:
    """From there the session comes back to this page; to a form it cannot."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("workspace", args=[slug])
    return redirect(f"{reverse('door', args=[slug])}?{urlencode({'next': back})}")


def _shut(request: HttpRequest) -> dict[str, Shut]:
    connection = as_id(request.session.get("connection", ""))
    found = doors_of(request.user, connection)
    if "connection" in request.session:
        request.user.reach = frozenset(each.workspace for each in found if each.own_connection)
    agent = request.headers.get("User-Agent", "")
    note_session(session=request.session, user_agent=agent, address=context.address.get(), every=_precision(found))
    session = _facts(request, connection)
    asked = [Shut(each, asked_at(each, session, clock.now()), _is_foreign(each, session)) for each in found]
    return {shut.door.slug: shut for shut in asked if shut.asks}


def _is_foreign(door: Door, session: SessionFacts) -> bool:
    return session.connection is not None and not door.own_connection


def _precision(found: list[Door]) -> timedelta:
    """A pause is measured from what was written last, so an idle limit wants it written ten times as often."""
    limits = [timedelta(seconds=each.session_idle / 10) for each in found if each.session_idle]
    return min([SEEN_EVERY, *limits])


def _facts(request: HttpRequest, connection: uuid.UUID | None) -> SessionFacts:
    at = request.session.get("signed_in_at")
    return SessionFacts(
        connection=connection,
        signed_in_at=datetime.fromisoformat(at) if at else None,
        pause=request.session.get("pause", 0),
        second_factor=any(each["method"] == "mfa" for each in get_authentication_records(request, request.user)),
    )


def _workspace_of(request: HttpRequest, community: uuid.UUID) -> str:
    """The slug of the workspace of a community that the user would see if every door stood open, or an empty string."""
    try:
        return locate_community(request.user.actor.outside, community)[0].slug
    except NotFound:
        return ""
