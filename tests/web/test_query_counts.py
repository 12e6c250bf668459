"""A page costs the same number of statements for one row and for many."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guestlist.access.roles import GUEST
from guestlist.users.models import Notification, User
from tests.cast import Cast, give
from tests.web.visits import ask, signed_in

PAGES = {
    "/w/northwind/settings/users": 38,
    "/w/northwind/team/birch/users": 38,
    "/w/northwind/team/birch/invites": 30,
    "/me/communities/{birch}/users": 39,
    "/w/northwind/settings/users/new": 30,
    "/me": 21,
    "/me/notifications": 20,
}


def fill(cast: Cast, number: int) -> None:
    """Birch gets `number` more members and as many pending people; Olga that many browsers, and news of each member."""
    ask(cast, "birch", *(f"guest{n}of{number}@birch.example" for n in range(number)))
    for n in range(number):
        user = User.objects.create(name=f"Member {n}", email=f"member{n}of{number}@birch.example")
        give(user, cast.birch, GUEST)
        about = {"community": "Birch", "workspace": "Northwind", "roles": []}
        Notification.objects.create(user=cast.olga, action="membership.removed", actor_kind="user", actor_id=user.id, about=about)
        signed_in(cast, "olga")


def statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


@pytest.mark.parametrize("path", PAGES)
def test_page_costs_a_constant_number_of_statements(cast: Cast, path: str):
    client = signed_in(cast, "olga")
    page = path.format(birch=cast.birch.id)
    fill(cast, 1)
    few = statements(client, page)

    fill(cast, 30)

    assert (few, statements(client, page)) == (PAGES[path], PAGES[path])
