"""What happened, newest first. In whose sight it lies, the packages above say (invitations.queries.history)."""

import uuid
from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet

from guestlist.audit.models import JOINING, Event
from guestlist.kernel.rows import planned_anew

CHUNK = 500


def newest_first(events: QuerySet[Event]) -> QuerySet[Event]:
    return events.order_by("-at", "-id")


def events_about(targets: Collection[uuid.UUID]) -> QuerySet[Event]:
    """What happened to these rows, newest first."""
    return newest_first(Event.objects.filter(target_id__in=targets))


def older_than(events: QuerySet[Event], last: Event | None) -> QuerySet[Event]:
    """The rest of a list after `last`; the whole of it after None. By place in time, so that a page deep down costs what the
    first one costs."""
    if last is None:
        return events
    return events.filter(Q(at__lt=last.at) | Q(id__lt=last.id), at__lte=last.at)


def page_of(events: QuerySet[Event], last: uuid.UUID | None, limit: int) -> tuple[list[Event], uuid.UUID | None]:
    """Up to `limit` events after the one with the id `last`, and the id to go on from, or None at the end."""
    with planned_anew():
        rows = list(older_than(events, events.filter(id=last).first() if last else None)[: limit + 1])
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def in_chunks(events: QuerySet[Event]) -> Iterator[list[Event]]:
    """All of a list, at most CHUNK at a time in memory. No cursor stays open in the database, however slow the reader is."""
    last = None
    while chunk := _chunk(events, last):
        yield chunk
        last = chunk[-1]


def _chunk(events: QuerySet[Event], last: Event | None) -> list[Event]:
    with planned_anew():
        return list(older_than(events, last)[:CHUNK])


_RENAMING = (
    "community.changed",
    "community.deleted",
    "role.changed",
    "role.deleted",
    "workspace.changed",
    "api_key.revoked",
    "user.profile_changed",
)


def renamings(ids: Collection[uuid.UUID]) -> list[Event]:
    """The events that ended a name of these rows, by a new one or for good, the oldest first; the name stands in `before`."""
    return [
        event
        for event in Event.objects.filter(target_id__in=ids, action__in=_RENAMING).order_by("at", "id")
        if (event.before or {}).get("name")
    ]


def memberships_ever(users: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """The ids of the users' memberships, also of those that were removed."""
    joined = Event.objects.filter(action="membership.created").annotate(joining=JOINING)
    found = joined.filter(joining__in=[str(each) for each in users]).values_list("target_id", flat=True)
    return [each for each in found if each]


def holders_ever(memberships: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Membership to its user, also where it was removed."""
    joined = Event.objects.filter(action="membership.created", target_id__in=memberships)
    return {event.target_id: uuid.UUID(event.after["user"]) for event in joined if event.target_id}
