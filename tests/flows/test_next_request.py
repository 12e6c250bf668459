"""R-045: what an admin changes holds on the very next request of whom it concerns, in every process: here threads, each with a connection
and a browser of its own, as two web processes have."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections

from guestlist.members.commands import deactivate, remove, set_roles
from guestlist.members.models import Membership
from tests.cast import Cast
from tests.web.visits import signed_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
BIRCH = "/w/northwind/team/birch/invites/new"


@contextmanager
def process() -> Iterator[ThreadPoolExecutor]:
    """One thread, and so one connection, that stays open from act to act."""
    with ThreadPoolExecutor(1) as pool:
        yield pool
        in_it(pool, connections.close_all)


def in_it(process: ThreadPoolExecutor, act: Callable[[], Any]) -> Any:
    return process.submit(act).result(30)


ACTS: dict[str, Callable[[Any, Membership], object]] = {
    "role": lambda actor, row: set_roles(actor=actor, membership=row, roles=["Guest"]),
    "deactivate": lambda actor, row: deactivate(actor=actor, membership=row),
    "remove": lambda actor, row: remove(actor=actor, membership=row),
}


@pytest.mark.parametrize("act", ACTS)
def test_change_in_one_process_holds_in_the_other_at_once(cast: Cast, act: str):
    row = Membership.objects.get(user=cast.ana, community=cast.birch)
    client = signed_in(cast, "ana")
    with process() as one, process() as other:
        in_it(one, lambda: set_roles(actor=cast.olga.actor, membership=row, roles=["manage_member"]))
        before = in_it(other, lambda: client.get(BIRCH).status_code)

        in_it(one, lambda: ACTS[act](cast.olga.actor, row))

        assert (before, in_it(other, lambda: client.get(BIRCH).status_code)) == (200, 404)
