"""Two change the tree at the same moment: it stays a tree, and the invariants hold after each test."""

from functools import partial

import pytest

from guestlist.access.roles import ANALYST
from guestlist.invitations.commands import delete_community, move_community
from guestlist.kernel.errors import NotFound
from guestlist.members.commands import create_community
from guestlist.workspaces.errors import HasChildren
from guestlist.workspaces.models import Community
from tests.cast import Cast
from tests.flows.together import kinds, together
from tests.invitations.acts import ask

ROUNDS = range(5)


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_moves_below_each_other_make_no_circle(cast: Cast, round_: int):
    olga = cast.olga.actor

    results = together(
        partial(move_community, actor=olga, community=cast.alder, parent=cast.birch),
        partial(move_community, actor=olga, community=cast.birch, parent=cast.alder),
    )

    assert kinds(results) == ["BelowItself", "Move"]


@pytest.mark.parametrize("round_", ROUNDS)
def test_made_below_a_community_while_that_moves_lies_where_it_lies(cast: Cast, round_: int):
    olga = cast.olga.actor

    results = together(
        partial(move_community, actor=olga, community=cast.cedar, parent=cast.alder),
        partial(create_community, actor=olga, parent=cast.cedar, name="New"),
    )

    assert kinds(results) == ["Community", "Move"]
    assert Community.objects.get(name="New").depth == 3


@pytest.mark.parametrize("round_", ROUNDS)
def test_made_or_moved_below_a_community_while_that_goes_is_one_of_the_two(cast: Cast, round_: int):
    olga = cast.olga.actor

    gone, made, moved = together(
        partial(delete_community, actor=olga, community=cast.cedar_north),
        partial(create_community, actor=olga, parent=cast.cedar_north, name="New"),
        partial(move_community, actor=olga, community=cast.birch, parent=cast.cedar_north),
    )

    assert isinstance(gone, HasChildren) or (isinstance(made, NotFound) and isinstance(moved, NotFound))


@pytest.mark.parametrize("round_", ROUNDS)
def test_invited_into_a_community_while_that_goes_leaves_nothing_hanging(cast: Cast, round_: int):
    together(
        partial(delete_community, actor=cast.olga.actor, community=cast.birch, members="move", to=cast.alder),
        partial(ask, cast, "olga", "jules@birch.example gus@northwind.example", birch="Guest"),
    )

    assert not Community.objects.filter(id=cast.birch.id).exists()
    assert cast.mia.memberships.get().community == cast.alder
    assert cast.ana.memberships.get().roles.get().id == ANALYST
