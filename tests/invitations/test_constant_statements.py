"""One and four hundred take the same number of statements: nothing is done person by person (PostgreSQL; SQLite takes its rows in
smaller helpings, so there the number only has to stay far below the number of people)."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from guestlist.access.roles import GUEST
from guestlist.invitations.commands import invite, resend_invitations, revoke_invitations
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import visible_invitations, with_grants
from guestlist.invitations.rules import Person
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.text import read_address
from guestlist.mail.models import Message
from guestlist.members.queries import Filter, communities_where, members_of, users_of, visible_communities
from guestlist.users.commands import create_user
from guestlist.workspaces.commands import insert_managed_community
from tests.cast import Cast, give
from tests.invitations.acts import wanted
from tests.settings import ON_SQLITE


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    return len(captured)


def same(one: int, many: int, times: int) -> bool:
    return many <= one + times / 4 if ON_SQLITE else many == one


def people(count: int, start: int) -> list[Person]:
    return [Person(f"p{number}@birch.example", name=f"P {number}") for number in range(start, start + count)]


def send(cast: Cast, asked: list[Person], **places: str) -> Callable[[], object]:
    grants = wanted(cast, **places)
    return lambda: invite(actor=cast.olga.actor, workspace=cast.northwind, people=asked, grants=grants)


def accounts(count: int, start: int) -> list[Person]:
    asked = [Person(f"u{number}@x.example") for number in range(start, start + count)]
    with transaction.atomic():
        for each in asked:
            create_user(actor=OPERATOR, address=read_address(each.email), name="U", password_hash="!", language="en")
    return asked


def test_inviting_400_strangers_takes_as_many_statements_as_one(cast: Cast):
    one = statements(send(cast, people(1, 0), birch="Guest", alder="Analyst"))
    many = statements(send(cast, people(400, 1), birch="Guest", alder="Analyst"))

    assert one <= 30
    assert same(one, many, 400)


def test_adding_100_accounts_takes_as_many_statements_as_one(cast: Cast):
    first, others = accounts(1, 0), accounts(100, 1)

    one = statements(send(cast, first, birch="Guest"))
    many = statements(send(cast, others, birch="Guest"))

    assert same(one, many, 100)


def test_updating_100_pending_ones_takes_as_many_statements_as_one(cast: Cast):
    send(cast, people(101, 0), birch="Guest")()
    Message.objects.update(state="bounced")

    one = statements(send(cast, people(1, 0), birch="Analyst", alder="Guest"))
    many = statements(send(cast, people(100, 1), birch="Analyst", alder="Guest"))

    assert same(one, many, 100)


@pytest.mark.parametrize("act", [resend_invitations, revoke_invitations])
def test_thirty_chosen_take_as_many_statements_as_one(cast: Cast, act: Callable[..., object]):
    send(cast, people(31, 0), birch="Guest", alder="Guest")()
    ids = list(Invitation.objects.values_list("id", flat=True))

    one = statements(lambda: act(actor=cast.olga.actor, workspace=cast.northwind, ids=ids[:1]))
    many = statements(lambda: act(actor=cast.olga.actor, workspace=cast.northwind, ids=ids[1:]))

    assert one <= 30
    assert same(one, many, 30)


def test_list_of_invitations_takes_as_many_statements_for_many(cast: Cast):
    send(cast, people(1, 0), birch="Guest")()

    def listed() -> object:
        return with_grants(cast.olga.actor, cast.northwind, list(visible_invitations(cast.olga.actor, cast.northwind)))

    one = statements(listed)
    send(cast, people(60, 1), birch="Guest", alder="Analyst")()

    assert statements(listed) == one
    assert len(listed()) == 61


LISTS: dict[str, Callable[[Cast], object]] = {
    "members": lambda cast: members_of(cast.olga.actor, cast.northwind, cast.cedar_north, Filter(), inherited=True),
    "users": lambda cast: users_of(cast.olga.actor, cast.northwind, Filter()),
    "communities": lambda cast: list(visible_communities(cast.olga.actor, cast.northwind)),
    "communities where": lambda cast: list(communities_where(cast.olga.actor, cast.northwind, "members:invite")),
}


@pytest.mark.parametrize("kind", LISTS)
def test_lists_take_as_many_statements_for_many(cast: Cast, kind: str):
    one = statements(lambda: LISTS[kind](cast))
    send(cast, accounts(40, 0), cedar_north="Guest", cedar="Analyst", main="Guest")()
    for number in range(20):
        place = insert_managed_community(actor=OPERATOR, parent=cast.cedar, name=f"Place {number}")
        give(cast.gus, place, GUEST)

    assert statements(lambda: LISTS[kind](cast)) == one
