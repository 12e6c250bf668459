"""One act on many memberships: the good ones are done, the bad ones named."""

import hashlib
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence

from django.db import transaction

from guestlist.kernel.errors import Refusal
from guestlist.members.errors import ChangedMeanwhile
from guestlist.members.models import Membership, Role
from guestlist.workspaces.commands import lock_workspaces

Act = Callable[[Membership], object]


def change_many(
    *, memberships: Sequence[Membership], act: Act, dry_run: bool = False, shown: Mapping[uuid.UUID, str] | None = None
) -> list[Refusal | None]:
    """Does `act`, one of this package's commands, to each in turn; answers for each why not, or None. Each is a transaction of its
    own. `dry_run` does the same in one that is undone, so that the answers are those that doing it would give. `shown` is what a
    page showed of memberships (`state_of`): of one that is otherwise by now the answer is ChangedMeanwhile."""
    if not dry_run:
        return [_try(act, each, (shown or {}).get(each.id)) for each in memberships]
    with transaction.atomic():
        answers = [_try(act, each, None) for each in memberships]
        transaction.set_rollback(True)
    return answers


def state_of(membership: Membership, roles: Collection[Role]) -> str:
    """What can be changed of a membership, to tell whether it was."""
    facts = [membership.status, str(membership.everywhere), str(membership.ends_at), *sorted(str(role.id) for role in roles)]
    return hashlib.sha256(" ".join(facts).encode()).hexdigest()[:16]


def _check_as_shown(membership: Membership, shown: str) -> None:
    lock_workspaces([membership.workspace_id])
    now = Membership.objects.filter(id=membership.id).first()
    if now is None or state_of(now, now.roles.all()) != shown:
        raise ChangedMeanwhile


def _try(act: Act, membership: Membership, shown: str | None) -> Refusal | None:
    try:
        with transaction.atomic():
            if shown is not None:
                _check_as_shown(membership, shown)
            act(membership)
    except Refusal as refusal:
        return refusal
    return None
