"""Ask people in: one and one hundred thousand by the same command (design rule 7)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from guestlist.invitations.commands.manage import check_may_give
from guestlist.invitations.commands.settle import foresee, settle
from guestlist.invitations.errors import NoEntries, NoGrants, TooManyPeople
from guestlist.invitations.models import Batch, BatchPart, as_ids
from guestlist.invitations.rules import (
    MOST_PEOPLE,
    PART,
    Entry,
    Outcome,
    Person,
    Wanted,
    read_people,
)
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.text import Address, clean_text, spoken
from guestlist.workspaces.commands import lock_workspaces
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.rules import check_lifetime


@dataclass(frozen=True)
class Invited:
    """What an act of inviting came to. `outcomes` is empty while a batch of more than 500 waits for the worker; a preview has no
    batch."""

    batch: Batch | None
    outcomes: Sequence[Outcome]

    @property
    def counts(self) -> dict[str, int]:
        return count(self.outcomes)


def invite(
    *,
    actor: Actor,
    workspace: Workspace,
    people: Sequence[Person],
    grants: Sequence[Wanted],
    note: str = "",
    language: str = "",
    lifetime: int | None = None,
    strict: bool = False,
    dry_run: bool = False,
) -> Invited:
    """Invites each of `people` (1 to 100,000) into the communities of `grants`, or of their own. Each gets one outcome, in order.

    Up to 500 are done at once; more become a batch that the worker does. `lifetime` of the link is in seconds, 60 to 365 days.
    What the actor may not hand out is refused entry by entry; `strict` refuses the whole request for it where it stands in the
    common `grants` (NotAllowed, AboveCeiling). A dry run changes nothing. Raises NoEntries, NoGrants, TooManyPeople, BadLifetime.
    """
    common = tuple(grants)
    lifetime = workspace.invitation_lifetime if lifetime is None else lifetime
    _check_request(people, common, lifetime)
    required = common if strict else ()
    entries = read_people(people, common)
    if dry_run:
        parts = (entries[at : at + PART] for at in range(0, len(entries), PART))
        return Invited(None, resolve(entries, [each for part in parts for each in foresee(actor, workspace, part, required)]))

    with transaction.atomic():
        lock_workspaces([workspace.id])
        batch = _batch(actor, workspace, len(entries), note=note, language=language, lifetime=lifetime)
        if batch.state == Batch.State.QUEUED:
            check_may_give(actor=actor, wanted=required)
            _queue(batch, entries)
            return Invited(batch, [])
        part = BatchPart(batch=batch, number=0, entries=[])
        outcomes = resolve(entries, settle(batch, entries, required))
        close_part(batch, part, outcomes)
        batch.save(force_insert=True)
        part.save()
    return Invited(batch, outcomes)


def count(outcomes: Sequence[Outcome]) -> dict[str, int]:
    return dict(Counter(each.outcome for each in outcomes))


def resolve(entries: Sequence[Entry], outcomes: Sequence[Outcome], start: int = 0) -> list[Outcome]:
    """An entry that was joined to an earlier one shares its outcome; `start` is the place of the first entry in the whole list."""
    shared = list(outcomes)
    for place, entry in enumerate(entries):
        if entry.same_as is not None and entry.same_as >= start:
            shared[place] = shared[entry.same_as - start]
    return shared


def close_part(batch: Batch, part: BatchPart, outcomes: Sequence[Outcome]) -> None:
    """Notes the outcomes of a part on it and in the batch's counts; saving is the caller's."""
    part.outcomes = [each.plain for each in outcomes]
    batch.done += len(outcomes)
    batch.counts = dict(Counter(batch.counts) + Counter(count(outcomes)))
    if batch.done >= batch.total:
        batch.state, batch.finished_at = Batch.State.DONE, clock.now()


def entry_from(stored: dict[str, Any]) -> Entry:
    """The entry as it was before it was stored in a part."""
    wanted = tuple(Wanted(UUID(community), frozenset(map(UUID, roles))) for community, roles in stored["wanted"])
    address = Address(**stored["address"]) if stored["address"] else None
    return Entry(**{**stored, "wanted": wanted, "address": address})


def _check_request(people: Sequence[Person], common: tuple[Wanted, ...], lifetime: int) -> None:
    if not people:
        raise NoEntries
    if len(people) > MOST_PEOPLE:
        raise TooManyPeople
    check_lifetime(lifetime)
    asked = [each for person in people for each in (person.grants or ())] + list(common)
    without = any(not person.reason and not (common if person.grants is None else person.grants) for person in people)
    if without or not all(each.roles for each in asked):
        raise NoGrants


def _batch(actor: Actor, workspace: Workspace, total: int, *, note: str, language: str, lifetime: int) -> Batch:
    return Batch(
        workspace=workspace,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        state=Batch.State.QUEUED if total > PART else Batch.State.RUNNING,
        total=total,
        note=clean_text(note),
        language=spoken(language, workspace.language),
        lifetime=lifetime,
    )


def _queue(batch: Batch, entries: Sequence[Entry]) -> None:
    batch.save(force_insert=True)
    stored = [_stored(each) for each in entries]
    parts = [stored[at : at + PART] for at in range(0, len(stored), PART)]
    BatchPart.objects.bulk_create(BatchPart(batch=batch, number=number, entries=part) for number, part in enumerate(parts))


def _stored(entry: Entry) -> dict[str, Any]:
    wanted = [[str(each.community), as_ids(each.roles)] for each in entry.wanted]
    return vars(entry) | {"wanted": wanted, "address": vars(entry.address) if entry.address else None}
