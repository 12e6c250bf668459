"""Moving a community hands roles out and takes them away: the tree stays right, and nobody moves what they could not give."""

import random
from uuid import UUID

import pytest

from guestlist.access.permissions import READING
from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.audit.models import Event
from guestlist.invitations.commands import move_community
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.members.commands import create_api_key, create_community, create_role, deactivate
from guestlist.members.errors import AboveCeiling, NotAllowed, RolesOutOfReach
from guestlist.members.models import Membership
from guestlist.members.queries import Shift, may
from guestlist.workspaces.errors import BelowItself, MainStays, TooDeep, UnknownCommunity
from guestlist.workspaces.models import Ancestry, Community
from tests.cast import Cast, give, role_named
from tests.invariants import assert_sound
from tests.invitations.acts import ask


def parents() -> dict[str, str]:
    return {row.slug: row.parent.slug for row in Community.objects.select_related("parent") if row.parent}


def names(shift: Shift) -> list[str]:
    return [f"{each.name}: {', '.join(each.roles)}" for each in shift.holders]


def test_moved_community_takes_what_lies_below_along(cast: Cast):
    move_community(actor=cast.olga.actor, community=cast.cedar, parent=cast.alder)

    assert parents()["cedar"] == "alder"
    assert set(Ancestry.objects.filter(descendant=cast.cedar_north).values_list("ancestor__slug", "depth")) == {
        ("cedar-north", 0),
        ("cedar", 1),
        ("alder", 2),
        ("main", 3),
    }
    assert Community.objects.get(id=cast.cedar_north.id).depth == 3
    assert may(cast.adam.actor, "members:invite", cast.cedar_north.id)
    event = Event.objects.get(action="community.moved")
    assert (event.before, event.after) == ({"parent": str(cast.main.id)}, {"parent": str(cast.alder.id)})
    assert_sound()


@pytest.mark.parametrize("seed", range(12))
def test_closure_is_what_the_parents_say_after_any_moves(cast: Cast, seed: int):
    chance = random.Random(seed)
    made = [cast.main, *cast.places.values()]
    for number in range(12):
        above = chance.choice([each for each in made if Community.objects.get(id=each.id).depth < 7])
        made.append(create_community(actor=OPERATOR, parent=above, name=f"C {number}"))

    moved = 0
    for _ in range(25):
        try:
            move_community(actor=OPERATOR, community=chance.choice(made), parent=chance.choice(made))
            moved += 1
        except (BelowItself, MainStays, TooDeep):
            continue

    assert moved > 3
    assert_sound()


def test_every_move_in_a_small_tree_is_right_or_refused(cast: Cast):
    everything = list(Community.objects.filter(workspace=cast.northwind))
    below = set(Ancestry.objects.values_list("ancestor_id", "descendant_id"))
    for community in everything:
        for parent in everything:
            refused = community.is_main or (community.id, parent.id) in below
            try:
                move_community(actor=OPERATOR, community=community, parent=parent, dry_run=True)
            except (BelowItself, MainStays):
                assert refused
            else:
                assert not refused


def test_subtree_that_would_end_below_the_eighth_level_stays(cast: Cast):
    deep = cast.alder
    for level in range(6):
        deep = create_community(actor=OPERATOR, parent=deep, name=f"Level {level}")

    with pytest.raises(TooDeep):
        move_community(actor=cast.olga.actor, community=cast.birch, parent=deep)
    with pytest.raises(TooDeep):
        move_community(actor=cast.olga.actor, community=cast.cedar, parent=deep.parent)

    move_community(actor=cast.olga.actor, community=cast.birch, parent=deep.parent)
    assert_sound()


# Who gains, who loses


def test_dry_run_says_who_gains_and_loses_and_changes_nothing(cast: Cast):
    create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[role_named("Guest")])

    move = move_community(actor=cast.olga.actor, community=cast.cedar_north, parent=cast.alder, dry_run=True)

    assert names(move.gains) == ["Adam Okafor: Admin", "Ana Ferreira: Analyst", "ci: Guest"]
    assert names(move.losses) == ["Gus Petit: Guest"]
    assert (move.gains.total, move.losses.total) == (3, 1)
    assert parents()["cedar-north"] == "cedar"
    assert not Event.objects.filter(action="community.moved").exists()


def test_who_has_the_role_there_anyway_gains_and_loses_nothing(cast: Cast):
    give(cast.gus, cast.alder, GUEST)

    move = move_community(actor=cast.olga.actor, community=cast.cedar_north, parent=cast.alder, dry_run=True)

    assert "Gus Petit: Guest" not in names(move.gains) + names(move.losses)


def test_who_is_deactivated_or_only_invited_gains_nothing(cast: Cast):
    deactivate(actor=OPERATOR, membership=Membership.objects.get(user=cast.ana, community=cast.alder))
    ask(cast, "olga", "jules@alder.example", alder="Guest")

    move = move_community(actor=cast.olga.actor, community=cast.cedar_north, parent=cast.alder, dry_run=True)

    assert names(move.gains) == ["Adam Okafor: Admin"]


def test_names_out_of_sight_are_only_counted(cast: Cast):
    writer = create_role(actor=OPERATOR, community=cast.main, name="Tree keeper", permissions=["communities:write"])
    analyst = [writer.id, ANALYST]
    give(cast.otto, cast.cedar, ADMIN)
    give(cast.otto, cast.birch, *analyst)
    Membership.objects.filter(user=cast.otto, community=cast.birch).get().roles.remove(role_named("Analyst"))

    move = move_community(actor=cast.otto.actor, community=cast.cedar_north, parent=cast.cedar, dry_run=True)
    assert move.gains.total == 0
    move = move_community(actor=cast.otto.actor, community=cast.cedar, parent=cast.birch, dry_run=True)

    assert names(move.gains) == []
    assert move.gains.total == 3, "Mia, Ana and himself: he may not read who is in Birch"


@pytest.mark.parametrize("hidden", [None, GUEST, ADMIN])
def test_who_belongs_out_of_sight_changes_no_answer(cast: Cast, hidden: UUID | None):
    keeper = create_role(actor=OPERATOR, community=cast.main, name="Keeper", permissions=READING | {"communities:write"})
    give(cast.otto, cast.alder, keeper.id)
    give(cast.otto, cast.cedar_north, keeper.id)
    inner = create_community(actor=OPERATOR, parent=cast.alder, name="Inner")
    Membership.objects.filter(community__in=[cast.alder, cast.cedar]).exclude(user=cast.otto).delete()
    if hidden:
        give(cast.nora, cast.cedar, hidden)

    with pytest.raises(NotAllowed):
        move_community(actor=cast.otto.actor, community=inner, parent=cast.cedar_north, dry_run=True)


def test_what_is_held_out_of_sight_takes_nobody_from_the_list(cast: Cast):
    lower = create_community(actor=OPERATOR, parent=cast.alder, name="Lower")
    inner = create_community(actor=OPERATOR, parent=cast.alder, name="Inner")
    give(cast.otto, cast.main, ANALYST)
    give(cast.otto, lower, ANALYST)
    give(cast.gus, lower, ANALYST)

    move = move_community(actor=cast.adam.actor, community=inner, parent=lower, dry_run=True)

    assert names(move.gains) == ["Gus Petit: Analyst", "Otto Brandt: Analyst"]


# Who may


@pytest.mark.parametrize("who", ["adam", "mia", "ana", "gus", "nora", "otto"])
def test_without_the_right_in_both_places_nothing_moves(cast: Cast, who: str):
    for community, parent in ((cast.alder, cast.birch), (cast.birch, cast.alder), (cast.cedar_north, cast.main)):
        with pytest.raises(NotAllowed):
            move_community(actor=cast.users[who].actor, community=community, parent=parent)


def test_admin_of_two_communities_moves_the_one_below_the_other(cast: Cast):
    give(cast.adam, cast.birch, ADMIN)

    move_community(actor=cast.adam.actor, community=cast.alder, parent=cast.birch)

    assert parents()["alder"] == "birch"


def test_nobody_slips_away_from_under_those_above(cast: Cast):
    give(cast.otto, cast.cedar_north, ADMIN)
    give(cast.otto, cast.alder, ADMIN)

    with pytest.raises(NotAllowed):
        move_community(actor=cast.otto.actor, community=cast.cedar_north, parent=cast.alder)

    give(cast.otto, cast.cedar, ADMIN)
    move_community(actor=cast.otto.actor, community=cast.cedar_north, parent=cast.alder)
    assert parents()["cedar-north"] == "alder"


def test_move_hands_out_no_role_above_the_movers_ceiling(cast: Cast):
    writer = create_role(actor=OPERATOR, community=cast.main, name="Tree keeper", permissions=READING | {"communities:write"})
    give(cast.otto, cast.alder, writer.id)
    give(cast.otto, cast.birch, writer.id)

    with pytest.raises(AboveCeiling):  # Adam would be Admin in Birch
        move_community(actor=cast.otto.actor, community=cast.birch, parent=cast.alder, dry_run=True)
    give(cast.nora, cast.main, writer.id)
    with pytest.raises(AboveCeiling):  # and Cedar North would lose Gus, whom a keeper may not manage
        move_community(actor=cast.nora.actor, community=cast.cedar_north, parent=cast.alder)


def test_mover_makes_themselves_no_admin(cast: Cast):
    writer = create_role(actor=OPERATOR, community=cast.main, name="Tree keeper", permissions=READING | {"communities:write"})
    give(cast.otto, cast.cedar, writer.id)
    mine = create_community(actor=OPERATOR, parent=cast.main, name="Mine")
    give(cast.otto, mine, ADMIN)

    with pytest.raises(AboveCeiling):
        move_community(actor=cast.otto.actor, community=cast.cedar, parent=mine)


def test_neighbours_community_is_unknown_even_to_an_admin_of_both(cast: Cast):
    give(cast.olga, cast.acme_main, ADMIN)

    with pytest.raises(UnknownCommunity):
        move_community(actor=cast.olga.actor, community=cast.alder, parent=cast.acme_main)


# Roles of the communities above


@pytest.mark.parametrize("where", ["member", "invitation", "key"])
def test_role_that_would_not_reach_any_more_holds_the_community_back(cast: Cast, where: str):
    role = create_role(actor=OPERATOR, community=cast.cedar, name="Site guide", permissions=READING)
    if where == "member":
        give(cast.otto, cast.cedar_north, role.id)
    elif where == "key":
        create_api_key(actor=OPERATOR, community=cast.cedar_north, name="ci", roles=[role])
    else:
        ask(cast, "olga", "jules@cedar.example", cedar_north="Guest")
        grant = cast.cedar_north.grants.get()
        grant.role_ids = [str(role.id)]
        grant.save()

    with pytest.raises(RolesOutOfReach, match="Site guide"):
        move_community(actor=cast.olga.actor, community=cast.cedar_north, parent=cast.alder)

    move_community(actor=cast.olga.actor, community=cast.cedar, parent=cast.alder)
    assert_sound()


def test_community_moved_to_where_it_is_stays_and_writes_nothing(cast: Cast):
    move_community(actor=cast.olga.actor, community=cast.alder, parent=cast.main)

    assert not Event.objects.filter(action="community.moved").exists()


def test_parent_gone_meanwhile_is_not_found(cast: Cast):
    stale = Community.objects.get(id=cast.birch.id)
    cast.birch.ancestry.all().delete()
    cast.birch.delete()

    with pytest.raises(NotFound):
        move_community(actor=cast.olga.actor, community=cast.alder, parent=stale)


def test_statements_do_not_grow_with_the_people(cast: Cast, django_assert_num_queries):
    def preview() -> None:
        with django_assert_num_queries(22):
            move_community(actor=cast.olga.actor, community=cast.cedar_north, parent=cast.alder, dry_run=True)

    create_api_key(actor=OPERATOR, community=cast.alder, name="k", roles=[role_named("Guest")])
    preview()
    for number in range(20):
        create_api_key(actor=OPERATOR, community=cast.alder, name=f"k{number}", roles=[role_named("Guest")])
    for user in (cast.otto, cast.nora, cast.mia):
        give(user, cast.alder, GUEST)
        give(user, cast.cedar, ANALYST)
    preview()
