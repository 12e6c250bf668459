"""R-045: what an admin changes holds on the very next request of whom it concerns, in every process: here two beside that of the test."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from guestlist.members.commands import deactivate, remove, set_roles
from guestlist.members.models import Membership
from guestlist.users.models import User
from tests.cast import Cast
from tests.flows.processes import process
from tests.web.visits import signed_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
BIRCH = "/w/northwind/team/birch/invites/new"

ACTS: dict[str, Callable[[Any, Membership], object]] = {
    "promote": lambda actor, row: set_roles(actor=actor, membership=row, roles=["manage_member"]),
    "role": lambda actor, row: set_roles(actor=actor, membership=row, roles=["Guest"]),
    "deactivate": lambda actor, row: deactivate(actor=actor, membership=row),
    "remove": lambda actor, row: remove(actor=actor, membership=row),
}


@pytest.fixture(scope="module")
def two(django_db_setup: None) -> Iterator[tuple[ProcessPoolExecutor, ProcessPoolExecutor]]:
    with process() as one, process() as other:
        yield one, other


def change(act: str, membership: UUID) -> int:
    """In a process: Olga does it. Answers the process's id."""
    olga = User.objects.get(email="olga@northwind.example")
    ACTS[act](olga.actor, Membership.objects.get(id=membership))
    return os.getpid()


def visit(session: str) -> tuple[int, int]:
    """In a process: what the page answers to this session, and the process's id."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client.get(BIRCH).status_code, os.getpid()


@pytest.mark.parametrize("act", ["role", "deactivate", "remove"])
def test_change_in_one_process_holds_in_the_other_at_once(
    cast: Cast, two: tuple[ProcessPoolExecutor, ProcessPoolExecutor], act: str
):
    row = Membership.objects.get(user=cast.ana, community=cast.birch).id
    session = signed_in(cast, "ana").cookies[settings.SESSION_COOKIE_NAME].value
    one, other = two
    one.submit(change, "promote", row).result(30)
    before, here = other.submit(visit, session).result(30)

    there = one.submit(change, act, row).result(30)

    assert (before, other.submit(visit, session).result(30)) == (200, (404, here))
    assert len({here, there, os.getpid()}) == 3
