"""Addresses asked for, confirmed and removed at the same moment: an address is one account's, and what waited for it is given once."""

from functools import partial

import pytest
from allauth.account.models import EmailAddress

from guestlist.audit.models import Event
from guestlist.invitations.commands import verify_address
from guestlist.users.commands import make_primary, remove_address, request_address
from tests.cast import Cast
from tests.flows.together import kinds, together
from tests.invitations.acts import ask, invited
from tests.invitations.acts import held as roles_of
from tests.users.addresses import HOME, asked, held

ROUNDS = range(5)


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_accounts_confirm_an_address_at_once_and_one_has_it(cast: Cast, round_: int):
    invited(cast, "olga", HOME, birch="Guest")
    links = [partial(verify_address, user=user, token=asked(user)) for user in (cast.otto, cast.nora, cast.gus)]

    results = together(*links)

    assert kinds(results) == ["LinkEnded", "LinkEnded", "str"]
    winner = EmailAddress.objects.get(email=HOME, verified=True).user
    assert [user for user in (cast.otto, cast.nora, cast.gus) if "birch" in roles_of(user)] == [winner]


@pytest.mark.parametrize("round_", ROUNDS)
def test_link_used_twice_at_once_works_once(cast: Cast, round_: int):
    invited(cast, "olga", HOME, birch="Guest")
    token = asked(cast.otto)

    results = together(*[partial(verify_address, user=cast.otto, token=token)] * 3)

    assert kinds(results) == ["LinkEnded", "LinkEnded", "str"]
    assert Event.objects.filter(action="user.address_added").count() == 1
    assert cast.otto.memberships.count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_made_primary_and_one_removed_at_once_leave_one_primary(cast: Cast, round_: int):
    first, second = held(cast.otto), held(cast.otto, "otto@work.example")

    results = together(
        partial(make_primary, user=cast.otto, address=first.id),
        partial(make_primary, user=cast.otto, address=second.id),
        partial(remove_address, user=cast.otto, address=first.id),
    )

    assert set(kinds(results)) <= {"NoneType", "PrimaryAddress", "NotFound"}
    assert EmailAddress.objects.filter(user=cast.otto, primary=True).count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_addresses_asked_for_at_once_are_ten_at_most(cast: Cast, round_: int):
    for number in range(7):
        cast.otto.emailaddress_set.create(email=f"otto{number}@home.example")

    results = together(*(partial(request_address, user=cast.otto, typed=f"new{n}@home.example") for n in range(4)))

    assert kinds(results) == ["EmailAddress", "EmailAddress", "TooManyAddresses", "TooManyAddresses"]


@pytest.mark.parametrize("round_", ROUNDS)
def test_invited_and_confirmed_at_once_is_asked_or_added_and_never_lost(cast: Cast, round_: int):
    token = asked(cast.otto)

    together(partial(verify_address, user=cast.otto, token=token), partial(ask, cast, "olga", HOME, birch="Guest"))

    waits = cast.northwind.invitations.filter(email_key=HOME, state="pending").exists()
    assert waits != ("birch" in roles_of(cast.otto))
