"""Events of the history as sentences. The caller has chosen events that the reader may see."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guestlist.audit.models import Event
from guestlist.invitations.models import Invitation
from guestlist.members.models import ApiKey, Membership, Role
from guestlist.users.models import User
from guestlist.web.presenting import Shown, last_day
from guestlist.workspaces.models import Community

SENTENCES = {
    "membership.created": gettext_noop("%(actor)s added %(target)s to %(place)s as %(roles)s"),
    "membership.joined": gettext_noop("%(target)s joined %(place)s as %(roles)s"),
    "membership.roles_added": gettext_noop("%(actor)s gave %(target)s %(roles)s in %(place)s"),
    "membership.roles_changed": gettext_noop(
        "%(actor)s changed the role of %(target)s in %(place)s from %(before)s to %(roles)s"
    ),
    "membership.deactivated": gettext_noop("%(actor)s deactivated %(target)s in %(place)s"),
    "membership.reactivated": gettext_noop("%(actor)s reactivated %(target)s in %(place)s"),
    "membership.end_changed": gettext_noop("%(actor)s set the last day of %(target)s in %(place)s to %(day)s"),
    "membership.end_cleared": gettext_noop("%(actor)s took the end of %(target)s in %(place)s away"),
    "membership.removed": gettext_noop("%(actor)s removed %(target)s from %(place)s"),
    "membership.left": gettext_noop("%(target)s left %(place)s"),
    "invitation.created": gettext_noop("%(actor)s invited %(target)s into %(place)s"),
    "invitation.grants_added": gettext_noop("%(actor)s added to the invitation of %(target)s in %(place)s"),
    "invitation.grants_changed": gettext_noop("%(actor)s changed the invitation of %(target)s in %(place)s"),
    "invitation.resent": gettext_noop("%(actor)s sent the invitation of %(target)s into %(place)s again"),
    "invitation.revoked": gettext_noop("%(actor)s revoked the invitation of %(target)s into %(place)s"),
    "invitation.accepted": gettext_noop("%(target)s accepted the invitation into %(place)s"),
    "invitation.declined": gettext_noop("%(target)s declined the invitation into %(place)s"),
}
OTHERWISE = gettext_noop("%(actor)s: %(action)s")


@dataclass(frozen=True)
class _Names:
    """Ids to what people call them: users, keys, roles, communities; memberships and invitations by whom they are about."""

    of: dict[uuid.UUID, str]

    def __call__(self, key: Any, otherwise: str = "") -> str:
        return self.of.get(uuid.UUID(str(key)), otherwise) if key else otherwise

    def roles(self, side: dict[str, Any] | None) -> str:
        return ", ".join(filter(None, (self(role) for role in (side or {}).get("roles", ()))))


def sentences(events: Sequence[Event]) -> list[Shown]:
    """`{text, at}` for each event, in order, in a constant number of statements. A name that is gone is told as such."""
    names = _names(events)
    return [{"text": _sentence(event, names), "at": event.at} for event in events]


def _sentence(event: Event, names: _Names) -> str:
    after, before = event.after or {}, event.before or {}
    user = after.get("user") or before.get("user")
    kind = _kind(event, user)
    words = {
        "actor": _actor(event, names),
        "target": names(user or event.target_id, _("somebody")),
        "place": names(event.community_id, _("a community that is gone")),
        "roles": names.roles(after) or names.roles(before),
        "before": names.roles(before),
        "day": last_day(datetime.fromisoformat(after["ends_at"])) if after.get("ends_at") else "",
        "action": event.action,
    }
    return _(SENTENCES.get(kind, OTHERWISE)) % words


def _kind(event: Event, user: str | None) -> str:
    """Two events read in two ways: joining is done by oneself, and an end may be taken away."""
    if event.action == "membership.created" and str(event.actor_id) == user:
        return "membership.joined"
    if event.action == "membership.end_changed" and not (event.after or {}).get("ends_at"):
        return "membership.end_cleared"
    return event.action


def _actor(event: Event, names: _Names) -> str:
    kinds = {"operator": _("The operator"), "system": "Guestlist", "connection": _("The directory")}
    return kinds.get(event.actor_kind) or names(event.actor_id, _("Somebody"))


def _names(events: Sequence[Event]) -> _Names:
    targets = {event.target_id for event in events}
    sides = [side for event in events for side in (event.before, event.after) if side]
    users = {event.actor_id for event in events} | {uuid.UUID(side["user"]) for side in sides if side.get("user")}
    roles = {role for side in sides for role in side.get("roles", ())}
    held = dict(Membership.objects.filter(id__in=targets).values_list("id", "user_id"))
    people = {key: name or email for key, name, email in _people({*users, *held.values()})}
    of = dict(ApiKey.objects.filter(id__in=users).values_list("id", "name")) | people
    of |= {key: people.get(user, "") for key, user in held.items()}
    of |= dict(Role.objects.filter(id__in=roles).values_list("id", "name"))
    of |= dict(Community.objects.filter(id__in={event.community_id for event in events}).values_list("id", "name"))
    return _Names(of | dict(Invitation.objects.filter(id__in=targets).values_list("id", "email")))


def _people(ids: set[uuid.UUID | None]) -> list[tuple[uuid.UUID, str, str]]:
    return list(User.objects.filter(id__in=ids).values_list("id", "name", "email"))
