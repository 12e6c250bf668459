"""What others did that concerns me, and what became of the ways into my account. Opening the page marks all of it as read."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from guestlist.members.queries import memberships_of
from guestlist.sso.queries import slugs_of
from guestlist.users.commands import see_notifications
from guestlist.users.models import Notification, User
from guestlist.users.queries import concerns, notifications_of
from guestlist.web.me.account import crumbs
from guestlist.web.presenting import Shown, last_day
from guestlist.web.shell import at


@require_safe
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    at(request, "notifications")
    found = notifications_of(request.user)
    rows = [each for each in found if concerns(request.user, each[0])]
    mine = {(row.membership.id, row.membership.community.name) for row in memberships_of(request.user, request.user.reach)}
    refused = slugs_of(
        request.user.actor, {row.target_id for row, _who in rows if row.target_id and row.action == "connection.refused"}
    )
    page = {"crumbs": crumbs(_("Notifications")), "items": [_item(request.user, row, who, mine, refused) for row, who in rows]}
    # Where some are not shown, none is marked as read: marking goes by time.
    if rows and rows == found and request.method == "GET":
        see_notifications(user=request.user, until=rows[0][0].at)
        request.user.notifications_seen_at = max(request.user.notifications_seen_at, rows[0][0].at)
    return render(request, "me/notifications.html", page)


def _item(
    user: User, row: Notification, who: str, mine: Collection[tuple[UUID | None, str]], refused: Mapping[UUID, str]
) -> Shown:
    # A membership that was moved since is another place: leaving it is not what this row offers.
    added = row.action == "membership.created" and (row.target_id, row.about["community"]) in mine
    slug = refused.get(row.target_id) if row.target_id else None
    return {
        "text": _text(row, who),
        "place": row.about.get("community", ""),
        "workspace": row.about.get("workspace", ""),
        "at": row.at,
        "new": row.at > user.notifications_seen_at,
        "icon": _ICONS.get(row.action, "shield"),
        "leave_url": reverse("leave", args=[row.target_id]) if added else None,
        "refused_url": f"{reverse('connection', args=[slug, row.target_id])}#refused" if slug else None,
    }


_ICONS = {
    "membership.created": "user-plus",
    "membership.removed": "user-minus",
    "membership.deactivated": "ban",
    "membership.reactivated": "check",
    "connection.refused": "door-open",
    "user.passkey_added": "key-round",
    "user.passkey_removed": "key-round",
    "user.address_added": "mail",
    "user.address_removed": "mail",
    "user.primary_changed": "mail",
}


def _text(row: Notification, who: str) -> str:
    if row.action == "connection.refused":
        return _("%(connection)s vouched for somebody who was refused. Let them in if they belong here.") % row.about
    return _about_account(row) if row.action.startswith("user.") else _about_membership(row, who)


def _about_account(row: Notification) -> str:
    sentences = {
        "user.totp_added": _("An authenticator app was set up for your account"),
        "user.totp_removed": _("The authenticator app was removed from your account"),
        "user.recovery_codes_made": _("New recovery codes were made for your account"),
        "user.recovery_code_used": _("A recovery code of your account was used"),
        "user.passkey_added": _("The passkey %(name)s was added to your account"),
        "user.passkey_removed": _("The passkey %(name)s was removed from your account"),
        "user.address_added": _("An e-mail address was added to your account"),
        "user.address_removed": _("An e-mail address was removed from your account"),
        "user.primary_changed": _("Another e-mail address of yours is the primary one now"),
        "user.second_factor_reset": _("The operator removed your authenticator app, recovery codes and passkeys"),
    }
    return sentences.get(row.action, _("Your account was changed")) % {"name": row.about.get("name", "")}


def _about_membership(row: Notification, who: str) -> str:
    roles = row.about["roles"]
    words: dict[str, Any] = {"who": who, "place": row.about["community"], "roles": ", ".join(roles)}
    if row.action == "membership.created":
        return (
            _("%(who)s added you to %(place)s as %(roles)s") if who else _("You were added to %(place)s as %(roles)s")
        ) % words
    if row.action == "membership.roles_added":
        return (_("%(who)s gave you %(roles)s in %(place)s") if who else _("You were given %(roles)s in %(place)s")) % words
    if row.action == "membership.roles_changed":
        if who:
            return _("%(who)s changed your role in %(place)s to %(roles)s") % words
        return (
            ngettext("Your role in %(place)s is now %(roles)s", "Your roles in %(place)s are now %(roles)s", len(roles)) % words
        )
    if row.action == "membership.moved" and row.about.get("to"):
        moved = _("%(who)s moved you from %(place)s to %(to)s") if who else _("You were moved from %(place)s to %(to)s")
        return moved % {**words, "to": row.about["to"]}
    if row.action == "membership.end_changed" and "ends_at" in row.about:
        return _end(row.about["ends_at"], who) % words
    sentences = {
        "membership.deactivated": _(
            "You were deactivated in %(place)s: your roles there carry nothing until you are let in again"
        ),
        "membership.reactivated": _("You are active in %(place)s again"),
        "membership.removed": _("You were removed from %(place)s"),
    }
    return sentences.get(row.action, _("Your membership in %(place)s was changed")) % words


def _end(ends_at: str | None, who: str) -> str:
    """The sentence for a new last day, or for none any more, still to be filled in."""
    if ends_at is None:
        return _("%(who)s lets you stay in %(place)s without end") if who else _("You stay in %(place)s without end")
    end = _("%(who)s set your last day in %(place)s") if who else _("Your last day in %(place)s was set")
    return f"{end}: {date_format(date.fromisoformat(last_day(datetime.fromisoformat(ends_at))), 'SHORT_DATE_FORMAT')}"
