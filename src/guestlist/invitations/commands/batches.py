"""The worker's share of inviting: batches of more than 500 people, part by part, each part all or nothing."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q

from guestlist.audit.commands import Change, record
from guestlist.invitations.commands.invite import close_part, entry_from, resolve
from guestlist.invitations.commands.settle import settle
from guestlist.invitations.errors import AlreadyDecided
from guestlist.invitations.models import Batch, BatchPart
from guestlist.invitations.rules import PART, Entry, Outcome
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.workspaces.commands import lock_workspaces

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
WAITING = (Batch.State.QUEUED, Batch.State.RUNNING)


def run_batches(*, stop: Callable[[], bool] = lambda: False) -> int:
    """Leases the oldest waiting batch and does its parts until it is done or `stop` says so; answers how many parts were done."""
    batch = _lease()
    parts = 0
    while batch and batch.state in WAITING and not stop():
        try:
            batch = _run_part(batch)
        except (OperationalError, InterfaceError):  # the database has gone: another turn will find it where it was
            raise
        except Exception:
            log.exception("Batch %s cannot go on", batch.id)
            batch = _fail(batch)
        parts += 1
    if batch:
        Batch.objects.filter(id=batch.id).update(leased_until=None)  # or the rest would wait until the lease runs out
    return parts


def cancel_batch(*, actor: Actor, batch: Batch) -> Batch:
    """Stops a batch where it is; what it invited stays invited. Raises AlreadyDecided once it is over."""
    with transaction.atomic():
        lock_workspaces([batch.workspace_id])
        if not Batch.objects.filter(id=batch.id, state__in=WAITING).update(state=Batch.State.CANCELLED, finished_at=clock.now()):
            raise AlreadyDecided
        record(actor=actor, changes=[Change("batch.cancelled", batch.id, batch.workspace_id)])
    batch.refresh_from_db()
    return batch


def _lease() -> Batch | None:
    now = clock.now()
    free = Batch.objects.filter(Q(leased_until=None) | Q(leased_until__lt=now), state__in=WAITING).order_by("created_at")
    with transaction.atomic():
        batch = free.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).first()
        if batch:
            batch.leased_until, batch.state = now + LEASE, Batch.State.RUNNING
            batch.save(update_fields=["leased_until", "state"])
    return batch


def _run_part(leased: Batch) -> Batch:
    """One part in one transaction. A worker that dies loses the part it was at, and nothing else; the next takes it up."""
    with transaction.atomic():
        lock_workspaces([leased.workspace_id])
        batch = Batch.objects.select_related("workspace").get(id=leased.id)
        part = batch.parts.filter(outcomes__isnull=True).order_by("number").first()
        if part is None or batch.state not in WAITING:
            return batch
        entries = [entry_from(each) for each in part.entries]
        outcomes = resolve(entries, settle(batch, entries), part.number * PART)
        earlier = _earlier(part, entries)
        close_part(batch, part, [earlier.get(place, each) for place, each in enumerate(outcomes)])
        batch.leased_until = clock.now() + LEASE
        part.save(update_fields=["outcomes"])
        batch.save()
    return batch


def _fail(batch: Batch) -> Batch:
    """What no retry would mend: the batch ends where it is, and says so. What it invited stays invited."""
    batch.state, batch.finished_at, batch.leased_until = Batch.State.FAILED, clock.now(), None
    with transaction.atomic():
        batch.save(update_fields=["state", "finished_at", "leased_until"])
        record(actor=batch.actor, changes=[Change("batch.failed", batch.id, batch.workspace_id)])
    return batch


def _earlier(part: BatchPart, entries: Sequence[Entry]) -> dict[int, Outcome]:
    """By their place in this part, the outcomes of entries that were joined to one in an earlier part."""
    joined = {
        place: divmod(entry.same_as, PART)
        for place, entry in enumerate(entries)
        if entry.same_as is not None and entry.same_as < part.number * PART
    }
    parts = BatchPart.objects.filter(batch=part.batch_id, number__in={number for number, _ in joined.values()})
    outcomes = dict(parts.values_list("number", "outcomes"))
    return {place: _outcome(outcomes[number][there]) for place, (number, there) in joined.items()}


def _outcome(stored: dict[str, Any]) -> Outcome:
    return Outcome(**{**stored, "reason": stored["reason"] or "", "memberships": tuple(stored["memberships"])})
