"""A page costs the same number of statements for one row and for many."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guestlist.access.roles import GUEST
from guestlist.users.models import User
from tests.cast import Cast, give
from tests.web.visits import ask, signed_in

PAGES = {
    "/w/northwind/settings/users": 48,
    "/w/northwind/team/birch/users": 47,
    "/w/northwind/team/birch/invites": 29,
    "/me/communities/{birch}/users": 48,
    "/w/northwind/settings/users/new": 29,
    "/w/northwind/users/{ana}": 49,
}


def fill(cast: Cast, number: int) -> None:
    """Birch gets `number` more members and as many pending people."""
    ask(cast, "birch", *(f"guest{n}of{number}@birch.example" for n in range(number)))
    for n in range(number):
        user = User.objects.create(name=f"Member {n}", email=f"member{n}of{number}@birch.example")
        give(user, cast.birch, GUEST)


def statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


@pytest.mark.parametrize("path", PAGES)
def test_page_costs_a_constant_number_of_statements(cast: Cast, path: str):
    client = signed_in(cast, "olga")
    page = path.format(birch=cast.birch.id, ana=cast.ana.id)
    fill(cast, 1)
    few = statements(client, page)

    fill(cast, 30)

    assert (few, statements(client, page)) == (PAGES[path], PAGES[path])
