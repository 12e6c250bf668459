"""Many people come for the first time at the same moment, and one person twice."""

import pytest

from guestlist.invitations.commands import accept_as_new_user
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.members.models import Membership
from guestlist.sso.commands import sign_in, use_assertion
from guestlist.sso.models import Attempt, Connection, Identity
from guestlist.sso.rules import Claims
from guestlist.users.models import User
from tests.cast import Cast
from tests.flows.together import Act, together
from tests.invitations.acts import GOOD_PASSWORD, invited, link
from tests.sso.acts import connect, creating, held

AT_ONCE, TURNS = 20, 5
KIM = "kim@corp.example"


def coming(row: Connection, subject: str, email: str) -> Act:
    return lambda: sign_in(connection=row, claims=Claims(subject, email, None, "Somebody"))


def test_hundred_new_people_come_at_once_and_each_is_made_once(cast: Cast):
    row = creating(cast, connect(cast))
    people = [(f"s{number}", f"p{number}@corp.example") for number in range(AT_ONCE * TURNS)]

    for turn in range(TURNS):
        together(*(coming(row, *each) for each in people[turn * AT_ONCE : (turn + 1) * AT_ONCE]))

    made = User.objects.filter(email__endswith="@corp.example")
    assert (made.count(), Identity.objects.count(), Attempt.objects.count()) == (100, 100, 0)
    assert Membership.objects.filter(user__in=made, source="sso", community=cast.alder, roles__name="Guest").count() == 100


@pytest.mark.parametrize("round_", range(5))
def test_one_person_comes_twice_at_once_and_is_one_user(cast: Cast, round_: int):
    row = creating(cast, connect(cast))

    results = together(*[coming(row, "00u1", KIM)] * 4)

    assert {each.user.email for each in results} == {KIM}
    assert sorted(each.verdict.outcome for each in results) == ["create", "known", "known", "known"]
    assert (User.objects.filter(email=KIM).count(), Identity.objects.count()) == (1, 1)


@pytest.mark.parametrize("round_", range(5))
def test_invitation_is_taken_up_once_by_link_or_by_directory(cast: Cast, round_: int):
    row = creating(cast, connect(cast))
    invitation = invited(cast, "olga", KIM, birch="Analyst")
    token = link(invitation)
    shown = open_invitation(token).shown

    def by_link() -> object:
        return accept_as_new_user(token=token, shown=shown, name="Kim", password=GOOD_PASSWORD, language="en")

    together(by_link, coming(row, "00u1", KIM), coming(row, "00u1", KIM))

    assert User.objects.filter(email=KIM).count() == 1
    assert held(KIM) == {("Birch", "Analyst", "invited")}
    assert Invitation.objects.get(id=invitation.id).state == "accepted"


def test_assertion_shown_to_many_at_once_is_new_to_one(cast: Cast):
    """R-065, R-082."""
    row = connect(cast)

    results = together(*[lambda: use_assertion(connection=row, digest="a" * 64)] * AT_ONCE)

    assert sorted(results) == [False] * (AT_ONCE - 1) + [True]
