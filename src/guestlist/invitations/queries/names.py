"""What the ids in the history stand for, looked up for many events at once."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guestlist.audit.models import Event
from guestlist.audit.queries import holders_ever
from guestlist.invitations.models import Batch, Grant, Invitation
from guestlist.kernel.ids import as_id
from guestlist.members.models import ApiKey, Role
from guestlist.users.models import User
from guestlist.workspaces.models import Community, Workspace


@dataclass(frozen=True)
class Names:
    """`hidden`: ids of communities outside the reader's sight, and of grants there. `holders`: membership to its user."""

    known: Mapping[uuid.UUID, str]
    communities: Mapping[uuid.UUID, Community]
    grants: Mapping[uuid.UUID, dict[str, Any]]
    hidden: frozenset[uuid.UUID]
    holders: Mapping[uuid.UUID, uuid.UUID]

    def of(self, some: object) -> str:
        """The name of what has this id; empty where it is no id, or of something gone."""
        found = as_id(some) if some else None
        return self.known.get(found, "") if found else ""

    def actor(self, event: Event) -> str:
        words = {"operator": _("the operator"), "connection": _("the directory"), "system": "Guestlist"}
        return words.get(event.actor_kind) or self.of(event.actor_id) or _("somebody who is gone")

    def community(self, place: uuid.UUID | None) -> dict[str, Any] | None:
        """Where an event happened; None where nowhere in particular. One deleted since has its id only."""
        if place is None:
            return None
        found = self.communities.get(place)
        return {"id": place, "slug": found.slug if found else "", "name": found.name if found else ""}

    def masked(self, part: Any) -> Any:
        """`part` of an event without what lies outside the reader's sight; grants as community and roles."""
        if isinstance(part, dict):
            return {key: self.masked(value) for key, value in part.items() if not self._outside(value)}
        if isinstance(part, list):
            return [self.masked(each) for each in part if not self._outside(each)]
        found = _id_in(part)
        return self.grants.get(found, part) if found else part

    def _outside(self, value: Any) -> bool:
        return _id_in(value.get("community") if isinstance(value, dict) else value) in self.hidden


def name_all(events: Sequence[Event], places: QuerySet[Community]) -> Names:
    """Names for everything the events speak of; `places` is the reader's sight. Ten statements, however many events."""
    holders = holders_ever({each.target_id for each in events if each.target_id and each.target_kind == "membership"})
    ids = {found for event in events for found in _ids_in([event.before, event.after])} | set(holders.values())
    ids |= {found for event in events for found in (event.actor_id, event.target_id, event.community_id) if found}
    grants = list(Grant.objects.filter(id__in=ids))
    ids |= {found for grant in grants for found in (grant.community_id, *grant.roles)}
    communities = Community.objects.in_bulk(ids)
    seen = set(places.filter(id__in=communities).values_list("id", flat=True))
    outside = communities.keys() - seen
    return Names(
        known=_known(ids - outside),
        communities={key: place for key, place in communities.items() if key in seen},
        grants={each.id: {"community": str(each.community_id), "roles": each.role_ids} for each in grants},
        hidden=frozenset(outside | {each.id for each in grants if each.community_id in outside}),
        holders=holders,
    )


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
    users = User.objects.filter(id__in=ids).values_list("id", "name", "email")
    return {
        **{key: name or email or _("an erased user") for key, name, email in users},
        **dict(Community.objects.filter(id__in=ids).values_list("id", "name")),
        **dict(Role.objects.filter(id__in=ids).values_list("id", "name")),
        **dict(ApiKey.objects.filter(id__in=ids).values_list("id", "name")),
        **dict(Invitation.objects.filter(id__in=ids).values_list("id", "email")),
        **dict(Workspace.objects.filter(id__in=ids).values_list("id", "name")),
        **{key: str(total) for key, total in Batch.objects.filter(id__in=ids).values_list("id", "total")},
    }
