"""What the database answers, as refusals."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from guestlist.kernel.errors import NotFound, Refusal

M = TypeVar("M", bound=Model)


def found_in(rows: QuerySet[M]) -> M:
    """The one that was asked for. Raises NotFound where there is none."""
    row = rows.first()
    if row is None:
        raise NotFound
    return row


@contextmanager
def refused_if_taken(refusal: type[Refusal]) -> Iterator[None]:
    """Around writing what must be the only one of its kind: where there is one already, `refusal`, in a transaction that can go on."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as taken:
        raise refusal from taken
