"""What the ids in the history stand for, looked up for many events at once."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from guestlist.audit.models import Event
from guestlist.audit.queries import holders_ever, renamings
from guestlist.invitations.models import Batch, Grant, Invitation
from guestlist.kernel.ids import as_id
from guestlist.members.models import ApiKey, Role
from guestlist.users.models import User
from guestlist.workspaces.models import Ancestry, Community, Workspace


@dataclass(frozen=True)
class Sight:
    """What the reader may read of: `communities`, the deleted ones included as far as they can be shown to have lain there. `whole`:
    of everything in the workspace. `roles` are those out of reach."""

    communities: frozenset[uuid.UUID]
    roles: frozenset[uuid.UUID]
    whole: bool


@dataclass(frozen=True)
class Names:
    """`known`: what has this name now, or had it last; `past`: what something was called before, and until when, the oldest first.
    `holders`: membership to its user."""

    known: Mapping[uuid.UUID, str]
    past: Mapping[uuid.UUID, Sequence[tuple[datetime, str]]]
    slugs: Mapping[uuid.UUID, str]
    emails: Mapping[uuid.UUID, str]
    grants: Mapping[uuid.UUID, dict[str, Any]]
    sight: Sight
    holders: Mapping[uuid.UUID, uuid.UUID]

    def of(self, some: object, at: datetime) -> str:
        """The name that what has this id had at that time; empty where it is no id, or of something forgotten."""
        found = as_id(some) if some else None
        if found is None:
            return ""
        return next((name for until, name in self.past.get(found, ()) if until >= at), "") or self.known.get(found, "")

    def actor(self, event: Event) -> str:
        words = {"operator": _("the operator"), "connection": _("the directory"), "system": "Guestlist"}
        return words.get(event.actor_kind) or self.of(event.actor_id, event.at) or _("somebody who is gone")

    def community(self, place: uuid.UUID | None, at: datetime) -> dict[str, Any] | None:
        """Where an event happened; None where nowhere in particular."""
        return {"id": place, "slug": self.slugs.get(place, ""), "name": self.of(place, at)} if place else None

    def masked(self, part: Any, key: str = "") -> Any:
        """`part` of an event without what lies outside the reader's sight; grants as community and roles."""
        if isinstance(part, dict):
            return {name: self.masked(value, name) for name, value in part.items() if not self._outside(value, name)}
        if isinstance(part, list):
            return [self.masked(each, key) for each in part if not self._outside(each, key)]
        found = _id_in(part)
        return self.grants.get(found, part) if found else part

    def _outside(self, value: Any, key: str) -> bool:
        """What cannot be shown to lie in sight does not: a place that is gone would otherwise come to light by its going."""
        place = value.get("community") if isinstance(value, dict) else value
        found = _id_in(place)
        if found is None or self.sight.whole:
            return False
        if isinstance(value, dict) or key in ("community", "parent"):
            return found not in self.sight.communities
        return found not in self.grants if key in ("grants", "left_out") else found in self.sight.roles


def name_all(events: Sequence[Event], places: QuerySet[Community]) -> Names:
    """Names for everything the events speak of; `places` is the reader's sight. A dozen statements, however many events."""
    holders = holders_ever({each.target_id for each in events if each.target_id and each.target_kind == "membership"})
    ids = {found for event in events for found in _ids_in([event.before, event.after])} | set(holders.values())
    ids |= {found for event in events for found in (event.actor_id, event.target_id, event.community_id) if found}
    grants = list(Grant.objects.filter(id__in=ids))
    ids |= {found for grant in grants for found in (grant.community_id, *grant.roles) if found}
    renamed = renamings(ids)
    sight = _sight(ids, renamed, places)
    past: dict[uuid.UUID, list[tuple[datetime, str]]] = defaultdict(list)
    gone: dict[uuid.UUID, Event] = {}
    for event in renamed:
        target = event.target_id
        if target and (event.target_kind != "community" or target in sight.communities) and target not in sight.roles:
            past[target].append((event.at, event.before["name"]))
            gone[target] = event
    users = User.objects.filter(id__in=ids).values_list("id", "name", "email")
    communities = Community.objects.filter(id__in=ids & sight.communities).values_list("id", "name", "slug")
    return Names(
        known={key: event.before["name"] for key, event in gone.items()}
        | {key: name or email or _("an erased user") for key, name, email in users}
        | {key: name for key, name, _slug in communities}
        | _known(ids - sight.roles),
        past=past,
        slugs={key: event.before.get("slug", "") for key, event in gone.items()} | {key: slug for key, _n, slug in communities},
        emails={key: email for key, _name, email in users},
        grants={
            each.id: {"community": str(each.community_id), "roles": each.role_ids}
            for each in grants
            if sight.whole or each.community_id in sight.communities
        },
        sight=sight,
        holders=holders,
    )


def _sight(ids: Collection[uuid.UUID], renamed: Sequence[Event], places: QuerySet[Community]) -> Sight:
    """A role is in reach where its community is, or lies above; a deleted community where its parent is."""
    gone = {each.target_id: as_id(each.before.get("parent")) for each in renamed if each.action == "community.deleted"}
    owners = dict(Role.objects.filter(id__in=ids, community__isnull=False).values_list("id", "community_id"))
    deleted = [each for each in renamed if each.action == "role.deleted"]
    owners |= {each.target_id: each.community_id for each in deleted if each.target_id and each.community_id}
    asked = {*ids, *owners.values(), *gone.values()} - {None}
    found = dict(places.filter(Q(id__in=asked) | Q(kind=Community.Kind.MAIN)).values_list("id", "kind"))
    whole = Community.Kind.MAIN in found.values()
    seen = {*found, *(place for place, parent in gone.items() if whole or parent in found)}
    below = Ancestry.objects.filter(ancestor=OuterRef("pk"), descendant__in=places.values("id"))
    above = set(Community.objects.filter(Exists(below), id__in=set(owners.values())).values_list("id", flat=True))
    hidden = {role for role, owner in owners.items() if not whole and owner not in seen | above}
    return Sight(frozenset(each for each in seen if each), frozenset(hidden), whole)


def _ids_in(part: Any) -> Iterator[uuid.UUID]:
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _ids_in(each)
    elif found := _id_in(part):
        yield found


def _id_in(value: Any) -> uuid.UUID | None:
    return as_id(value) if isinstance(value, str) and len(value) == 36 else None


def _known(ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    return {
        **dict(Role.objects.filter(id__in=ids).values_list("id", "name")),
        **dict(ApiKey.objects.filter(id__in=ids).values_list("id", "name")),
        **dict(Invitation.objects.filter(id__in=ids).values_list("id", "email")),
        **dict(Workspace.objects.filter(id__in=ids).values_list("id", "name")),
        **{key: str(total) for key, total in Batch.objects.filter(id__in=ids).values_list("id", "total")},
    }
