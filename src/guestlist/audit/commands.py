"""Record what happened. Always called inside the transaction of the change itself."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from guestlist.audit.events import recorded
from guestlist.audit.models import Event
from guestlist.kernel import clock, context, ids
from guestlist.kernel.actors import Actor
from guestlist.kernel.rows import insert_rows, like


@dataclass(frozen=True)
class Change:
    """One change: what was done (`invitation.accepted`), to which row, and its fields before and after."""

    action: str
    target: uuid.UUID | None
    workspace: uuid.UUID | None = None
    community: uuid.UUID | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


def record(*, actor: Actor, changes: Iterable[Change]) -> None:
    """One event per change. Refuses to run outside a transaction: an event without its change, or the reverse, would be a lie."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An audit event belongs in the transaction of its change.")
    at, changes = clock.now(), list(changes)
    blank = Event(
        actor_kind=actor.kind, actor_id=actor.id, address=context.address.get(), request_id=context.request_id.get(), at=at
    )
    insert_rows(Event, (_event(blank, change) for change in changes))
    recorded.send(None, actor=actor, changes=changes, at=at)


def _event(blank: Event, change: Change) -> Event:
    return like(
        blank,
        id=ids.new_id(),
        workspace_id=change.workspace,
        community_id=change.community,
        action=change.action,
        target_kind=change.action.partition(".")[0],
        target_id=change.target,
        before=change.before,
        after=change.after,
    )
