"""What others did that concerns me, and what became of the ways into my account. Opening the page marks all of it as read."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from guestlist.members.queries import memberships_of
from guestlist.users.commands import see_notifications
from guestlist.users.models import Notification, User
from guestlist.users.queries import notifications_of
from guestlist.web.me.account import crumbs
from guestlist.web.presenting import Shown
from guestlist.web.shell import at


@require_safe
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    at(request, "notifications")
    rows = notifications_of(request.user)
    mine = {row.membership.id for row in memberships_of(request.user)}
    page = {"crumbs": crumbs(_("Notifications")), "items": [_item(request.user, row, who, mine) for row, who in rows]}
    if rows and request.method == "GET":
        see_notifications(user=request.user, until=rows[0][0].at)
        request.user.notifications_seen_at = max(request.user.notifications_seen_at, rows[0][0].at)
    return render(request, "me/notifications.html", page)


def _item(user: User, row: Notification, who: str, mine: Collection[UUID | None]) -> Shown:
    added = row.action == "membership.created"
    return {
        "text": _text(row, who),
        "place": row.about.get("community", ""),
        "workspace": row.about.get("workspace", ""),
        "at": row.at,
        "new": row.at > user.notifications_seen_at,
        "icon": _ICONS.get(row.action, "shield"),
        "leave_url": reverse("leave", args=[row.target_id]) if added and row.target_id in mine else None,
    }


_ICONS = {
    "membership.created": "user-plus",
    "membership.removed": "user-minus",
    "membership.deactivated": "ban",
    "membership.reactivated": "check",
    "user.passkey_added": "key-round",
    "user.passkey_removed": "key-round",
}


def _text(row: Notification, who: str) -> str:
    return _about_account(row) if row.action.startswith("user.") else _about_membership(row, who)


def _about_account(row: Notification) -> str:
    sentences = {
        "user.totp_added": _("An authenticator app was set up for your account"),
        "user.totp_removed": _("The authenticator app was removed from your account"),
        "user.recovery_codes_made": _("New recovery codes were made for your account"),
        "user.recovery_code_used": _("A recovery code of your account was used"),
        "user.passkey_added": _("The passkey %(name)s was added to your account"),
        "user.passkey_removed": _("The passkey %(name)s was removed from your account"),
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
        return (
            ngettext("Your role in %(place)s is now %(roles)s", "Your roles in %(place)s are now %(roles)s", len(roles)) % words
        )
    sentences = {
        "membership.deactivated": _(
            "You were deactivated in %(place)s: your roles there carry nothing until you are let in again"
        ),
        "membership.reactivated": _("You are active in %(place)s again"),
        "membership.removed": _("You were removed from %(place)s"),
    }
    return sentences.get(row.action, _("Your membership in %(place)s was changed")) % words
