"""The tree of communities: what lies above what, at most 8 levels, short names of their own."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guestlist.access.roles import GUEST
from guestlist.audit.models import Event
from guestlist.invitations.models import Invitation
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.mail.models import Message
from guestlist.members.commands import create_community, create_role
from guestlist.members.errors import NotAllowed
from guestlist.members.models import Membership
from guestlist.members.queries import communities_named, fetch_community
from guestlist.users.models import User
from guestlist.workspaces.commands import create_workspace, insert_managed_community, remove_workspace
from guestlist.workspaces.errors import NameMissing, SlugTaken, TooDeep
from guestlist.workspaces.models import Ancestry, Community, Workspace
from guestlist.workspaces.queries import ancestors_of, main_community
from tests.cast import Cast, give
from tests.invariants import assert_sound
from tests.invitations.acts import ask, invited


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parents=st.lists(st.integers(0, 20), max_size=15))
def test_closure_says_exactly_what_the_parents_say(db: None, parents: list[int]):
    with transaction.atomic():
        _, main = create_workspace(actor=OPERATOR, name="Any")
        made = [main]
        for number, parent in enumerate(parents):
            above = made[parent % len(made)]
            if above.depth < 7:
                made.append(insert_managed_community(actor=OPERATOR, parent=above, name=f"C {number}"))

        found = {(row.descendant_id, row.ancestor_id, row.depth) for row in Ancestry.objects.filter(descendant__in=made)}

        assert found == {(each.id, above.id, depth) for each in made for depth, above in enumerate(_path(each, made))}
        assert set(ancestors_of([each.id for each in made])) == {(low, high) for low, high, _ in found}
        transaction.set_rollback(True)


def _path(community: Community, made: list[Community]) -> list[Community]:
    by_id, path = {each.id: each for each in made}, [community]
    while path[-1].parent_id:
        path.append(by_id[path[-1].parent_id])
    return path


def test_tree_is_eight_levels_deep_and_no_deeper(cast: Cast):
    parent = cast.main
    for level in range(2, 9):
        parent = create_community(actor=cast.olga.actor, parent=parent, name=f"Level {level}")

    with pytest.raises(TooDeep):
        create_community(actor=cast.olga.actor, parent=parent, name="Level 9")

    assert Ancestry.objects.filter(descendant=parent).count() == 8


def test_workspace_has_one_main_community(cast: Cast):
    assert main_community(cast.northwind) == cast.main
    with pytest.raises(IntegrityError), transaction.atomic():
        Community.objects.create(workspace=cast.northwind, slug="second", name="Second", kind="main")


@pytest.mark.parametrize("kind", ["main", "managed"])
def test_only_the_main_community_is_a_root(cast: Cast, kind: str):
    parent = cast.alder if kind == "main" else None

    with pytest.raises(IntegrityError), transaction.atomic():
        Community.objects.create(workspace=cast.northwind, slug="odd", name="Odd", kind=kind, parent=parent)


def test_short_name_is_taken_once_per_workspace(cast: Cast):
    with pytest.raises(SlugTaken):
        create_community(actor=cast.olga.actor, parent=cast.birch, name="Other", slug="alder")

    assert create_community(actor=cast.nora.actor, parent=cast.acme_main, name="Other", slug="alder").slug == "alder"


def test_short_name_of_a_workspace_is_taken_once(cast: Cast):
    with pytest.raises(SlugTaken):
        create_workspace(actor=OPERATOR, name="Other", slug="acme")

    assert Workspace.objects.count() == 2


def test_second_place_of_the_same_name_gets_a_short_name_of_its_own(cast: Cast):
    first = create_community(actor=cast.olga.actor, parent=cast.birch, name="Paris")
    second = create_community(actor=cast.olga.actor, parent=cast.cedar, name="Paris")

    assert first.slug == "paris"
    assert second.slug.startswith("paris-")
    assert fetch_community(cast.olga.actor, cast.northwind, second.slug) == second


@pytest.mark.parametrize(("name", "slug"), [("  São  Paulo ", "sao-paulo"), ("例え", "community"), ("x" * 300, "x" * 63)])
def test_short_name_is_made_from_the_name(cast: Cast, name: str, slug: str):
    assert create_community(actor=cast.olga.actor, parent=cast.main, name=name).slug == slug


@pytest.mark.parametrize("name", ["", "  ", "\u202e\n"])
def test_community_needs_a_name(cast: Cast, name: str):
    with pytest.raises(NameMissing):
        create_community(actor=cast.olga.actor, parent=cast.main, name=name)


@pytest.mark.parametrize("actor", ["otto", "nora", "mia", "ana", "gus"])
def test_making_a_community_needs_the_right_in_its_parent(cast: Cast, actor: str):
    for parent in (cast.main, cast.alder, cast.birch):
        with pytest.raises(NotAllowed):
            create_community(actor=cast.users[actor].actor, parent=parent, name="Mine")


def test_admin_of_one_community_makes_communities_below_it_only(cast: Cast):
    assert create_community(actor=cast.adam.actor, parent=cast.alder, name="Mine").parent == cast.alder
    with pytest.raises(NotAllowed):
        create_community(actor=cast.adam.actor, parent=cast.main, name="Mine too")


# Sight


def test_community_out_of_sight_does_not_exist(cast: Cast):
    for stranger, hidden in (("adam", "birch"), ("otto", "birch"), ("nora", "birch"), ("gus", "main"), ("gus", "alder")):
        actor = cast.users[stranger].actor
        for name in (hidden, str((cast.places.get(hidden) or cast.main).id), "no-such-place"):
            with pytest.raises(NotFound) as refused:
                fetch_community(actor, cast.northwind, name)
            assert str(refused.value) == str(NotFound())


def test_communities_are_found_by_id_or_short_name(cast: Cast):
    names = ["alder", str(cast.birch.id), "birch", "cedar-north", str(cast.acme_main.id), "nonsense"]

    found = communities_named(cast.olga.actor, cast.northwind, names)

    assert found == {
        "alder": cast.alder,
        str(cast.birch.id): cast.birch,
        "birch": cast.birch,
        "cedar-north": cast.cedar_north,
    }


# Removing a workspace


def test_removed_workspace_takes_everything_with_it_but_accounts_and_history(cast: Cast):
    role = create_role(actor=OPERATOR, community=cast.alder, name="Reviewer", permissions=["members:read"])
    give(cast.otto, cast.alder, role.id, GUEST)
    ask(cast, "olga", "jules@birch.example new@alder.example", birch="Guest", alder="Guest")
    gone, users, theirs = cast.northwind.id, User.objects.count(), invited(cast, "nora", "jules@birch.example", acme="Guest")

    remove_workspace(actor=OPERATOR, workspace=cast.northwind)

    assert list(Workspace.objects.all()) == [cast.acme]
    assert list(Community.objects.all()) == [cast.acme_main]
    assert [row.user for row in Membership.objects.all()] == [cast.nora]
    assert list(Invitation.objects.all()) == [theirs]
    assert User.objects.count() == users
    assert Event.objects.filter(action="workspace.removed").count() == 1
    assert Event.objects.filter(action="invitation.created").count() == 5, "one for each community of an invitation"
    states = set(Message.objects.filter(workspace_id=gone).values_list("state", flat=True))
    assert states == {"cancelled"}, "a link to nothing is not mailed"
    assert_sound()


def test_short_name_tells_nobody_of_a_community_they_do_not_see(cast: Cast):
    taken = create_community(actor=cast.adam.actor, parent=cast.alder, name="Birch")
    free = create_community(actor=cast.adam.actor, parent=cast.alder, name="Zebra")

    assert [each.slug.rpartition("-")[0] for each in (taken, free)] == ["birch", "zebra"]
    with pytest.raises(NotAllowed):
        create_community(actor=cast.adam.actor, parent=cast.alder, name="Cedar", slug="cedar")
    assert create_community(actor=cast.olga.actor, parent=cast.alder, name="Yak").slug == "yak"
