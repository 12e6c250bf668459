"""Why may this user do that there? Each answer is the decision's, with the role, the place, the giver and the day."""

import pytest

from guestlist.access.roles import ADMIN
from guestlist.invitations.queries.why import Answer, explain
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import deactivate, set_roles
from guestlist.members.errors import UnknownPermission
from guestlist.members.models import Membership
from guestlist.members.queries import may
from guestlist.workspaces.errors import UnknownCommunity
from tests.cast import Cast, give
from tests.invitations.acts import invited, join_as_new


def why(cast: Cast, who: str, permission: str, place: str, *, by: str = "olga") -> Answer:
    community = cast.main if place == "main" else cast.places[place]
    return explain(cast.users[by].actor, cast.northwind, cast.users[who], permission, community)


def told(answer: Answer) -> list[tuple[str, str, str]]:
    return [(cause.role, cause.community.name, cause.giver) for cause in answer.causes]


def test_role_held_there_answers_with_who_gave_it(cast: Cast):
    row = Membership.objects.get(user=cast.ana, community=cast.birch)
    set_roles(actor=cast.mia.actor, membership=row, roles=["Guest"])

    answer = why(cast, "ana", "members:read", "birch")

    assert answer.allowed
    assert told(answer) == [("Guest", "Birch", "Mia Santos")]
    assert answer.causes[0].at is not None


def test_role_held_above_answers_with_where_it_is_held(cast: Cast):
    assert told(why(cast, "olga", "members:invite", "cedar_north")) == [("Admin", "Northwind Security", "Operator")]


def test_no_names_the_roles_that_would(cast: Cast):
    answer = why(cast, "gus", "members:invite", "cedar")

    assert not answer.allowed
    assert answer.needed == ["Admin", "manage_member"]
    assert answer.whole


@pytest.mark.parametrize("how", ["deactivated", "ended", "disabled"])
def test_membership_that_carries_nothing_is_told(cast: Cast, how: str):
    if how == "deactivated":
        deactivate(actor=cast.olga.actor, membership=cast.ana.memberships.get(community=cast.birch))
    elif how == "ended":
        Membership.objects.filter(user=cast.ana, community=cast.birch).update(ends_at=clock.now())
    else:
        cast.ana.disabled_at = clock.now()
        cast.ana.save()

    answer = why(cast, "ana", "members:read", "birch")

    assert not answer.allowed
    assert [row.community for row in answer.asleep] == [cast.birch]


def test_what_is_held_above_ones_sight_does_not_show(cast: Cast):
    give(cast.ana, cast.main, ADMIN)

    seen, whole = why(cast, "ana", "members:invite", "birch", by="mia"), why(cast, "ana", "members:invite", "birch")

    assert (seen.allowed, seen.whole) == (False, False)
    assert (whole.allowed, whole.whole) == (True, True)


@pytest.mark.parametrize(("by", "place"), [("adam", "birch"), ("nora", "birch"), ("otto", "alder"), ("mia", "main")])
def test_community_out_of_sight_is_unknown(cast: Cast, by: str, place: str):
    with pytest.raises(UnknownCommunity):
        why(cast, "ana", "members:read", place, by=by)


def test_unknown_permission_is_refused(cast: Cast):
    with pytest.raises(UnknownPermission):
        why(cast, "ana", "members:fly", "birch")


@pytest.mark.parametrize("who", ["olga", "adam", "mia", "ana", "gus", "otto", "nora"])
def test_answer_is_the_decision(cast: Cast, who: str):
    for place in ("main", "alder", "birch", "cedar", "cedar_north"):
        community = cast.main if place == "main" else cast.places[place]
        for permission in ("members:read", "members:invite", "audit:read"):
            expected = may(cast.users[who].actor, permission, community.id)
            answer = explain(OPERATOR, cast.northwind, cast.users[who], permission, community)
            assert answer.allowed == bool(expected)


def test_accepted_role_was_given_by_who_invited(cast: Cast):
    user = join_as_new(invited(cast, "mia", "jules@birch.example", birch="Analyst")).user

    answer = explain(cast.olga.actor, cast.northwind, user, "members:read", cast.birch)

    assert told(answer) == [("Analyst", "Birch", "Mia Santos")]
