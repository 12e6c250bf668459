"""A page costs the same number of statements for one row and for many."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guestlist.access.roles import ANALYST, GUEST
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_role
from guestlist.members.models import Role
from guestlist.users.models import Notification, User
from tests.api.callers import make_key
from tests.cast import Cast, give
from tests.web.visits import ask, signed_in

PAGES = [
    "/w/northwind/settings/users",
    "/w/northwind/team/birch/users",
    "/w/northwind/team/birch/invites",
    "/me/communities/{birch}/users",
    "/w/northwind/settings/users/new",
    "/me",
    "/me/notifications",
]
MOST = 64  # statements


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


ROLE_PAGES = [
    "/w/northwind/settings/roles",
    "/me/communities/{birch}/roles",
    "/w/northwind/roles/new?community=birch",
    "/w/northwind/roles/{role}",
    "/w/northwind/roles/{role}/edit",
    "/w/northwind/roles/{role}/delete",
]


@pytest.mark.parametrize("path", ["/w/northwind/settings/keys", "/me/communities/{birch}/keys"])
def test_page_of_keys_costs_a_constant_number_of_statements(cast: Cast, path: str):
    client, page = signed_in(cast, "olga"), path.format(birch=cast.birch.id)
    make_key(cast.birch, [GUEST])
    few = statements(client, page)

    for n in range(20):
        make_key(cast.birch, [GUEST, ANALYST], f"key {n}")

    assert few == statements(client, page) <= MOST


def fill_roles(cast: Cast, number: int, role: Role) -> None:
    """Birch gets `number` more roles, and the role as many holders."""
    keys = [f"role {n} of {number}" for n in range(number)]
    Role.objects.bulk_create(Role(community=cast.birch, name=key, name_key=key, permissions=["members:read"]) for key in keys)
    for n in range(number):
        give(User.objects.create(name=f"Holder {n}", email=f"holder{n}of{number}@birch.example"), cast.birch, role.id)


@pytest.mark.parametrize("path", ROLE_PAGES)
def test_page_of_roles_costs_a_constant_number_of_statements(cast: Cast, path: str):
    client = signed_in(cast, "olga")
    role = create_role(actor=OPERATOR, community=cast.birch, name="Desk", permissions=["members:read"])
    page = path.format(birch=cast.birch.id, role=role.id)
    fill_roles(cast, 1, role)
    few = statements(client, page)

    fill_roles(cast, 200, role)

    assert few == statements(client, page) <= MOST


@pytest.mark.parametrize("path", PAGES)
def test_page_costs_a_constant_number_of_statements(cast: Cast, path: str):
    client = signed_in(cast, "olga")
    page = path.format(birch=cast.birch.id, ana=cast.ana.id)
    fill(cast, 1)
    few = statements(client, page)

    fill(cast, 30)

    assert few == statements(client, page) <= MOST
