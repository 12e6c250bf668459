"""One act on many memberships: the good ones are done, the bad ones named."""

from collections.abc import Callable, Sequence

from django.db import transaction

from guestlist.kernel.errors import Refusal
from guestlist.members.models import Membership

Act = Callable[[Membership], object]


def change_many(*, memberships: Sequence[Membership], act: Act, dry_run: bool = False) -> list[Refusal | None]:
    """Does `act`, one of this package's commands, to each in turn; answers for each why not, or None. Each is a transaction of its
    own. `dry_run` does the same in one that is undone, so that the answers are those that doing it would give."""
    if not dry_run:
        return [_try(act, each) for each in memberships]
    with transaction.atomic():
        answers = [_try(act, each) for each in memberships]
        transaction.set_rollback(True)
    return answers


def _try(act: Act, membership: Membership) -> Refusal | None:
    try:
        with transaction.atomic():
            act(membership)
    except Refusal as refusal:
        return refusal
    return None
