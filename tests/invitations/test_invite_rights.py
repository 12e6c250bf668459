"""Design rules 3, 6 and 8: who may invite into what, and who sees the invitation."""

import pytest

from guestlist.access.roles import ADMIN, GUEST
from guestlist.invitations.commands import invite
from guestlist.invitations.models import Grant, Invitation
from guestlist.invitations.queries import fetch_invitation, visible_invitations
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.members.commands import create_role
from tests.cast import Cast, give
from tests.invitations.acts import (
    ask,
    held,
    invited,
    outcomes,
    wanted,
)

JULES = "jules@birch.example"
OTTO = "otto@elsewhere.example"


# Who may


@pytest.mark.parametrize(
    ("actor", "where", "outcome"),
    [
        ("olga", {"main": "Admin"}, "invited"),
        ("olga", {"cedar_north": "Admin"}, "invited"),
        ("adam", {"alder": "Admin"}, "invited"),
        ("adam", {"birch": "Guest"}, "refused not_allowed"),
        ("adam", {"main": "Guest"}, "refused not_allowed"),
        ("adam", {"alder": "Guest", "birch": "Guest"}, "refused not_allowed"),
        ("mia", {"birch": "Guest Analyst"}, "invited"),
        ("mia", {"birch": "manage_member"}, "invited"),
        ("mia", {"birch": "Admin"}, "refused above_ceiling"),
        ("mia", {"birch": "Guest Admin"}, "refused above_ceiling"),
        ("mia", {"alder": "Guest"}, "refused not_allowed"),
        ("ana", {"alder": "Guest"}, "refused not_allowed"),
        ("gus", {"cedar": "Guest"}, "refused not_allowed"),
        ("otto", {"birch": "Guest"}, "refused not_allowed"),
    ],
)
def test_role_is_handed_out_only_below_the_ceiling(cast: Cast, actor: str, where: dict[str, str], outcome: str):
    assert outcomes(ask(cast, actor, JULES, **where)) == [outcome]
    assert Invitation.objects.exists() is (outcome == "invited")


def test_neighbour_invites_nobody_here(cast: Cast):
    done = invite(actor=cast.nora.actor, workspace=cast.northwind, people=[Person(OTTO)], grants=wanted(cast, birch="Guest"))

    assert outcomes(done) == ["refused not_allowed"]
    assert held(cast.otto) == {}


def test_community_of_another_workspace_is_out_of_reach_even_for_its_admin(cast: Cast):
    give(cast.nora, cast.main, ADMIN)

    foreign = Wanted(cast.birch.id, frozenset({GUEST}))
    done = invite(actor=cast.nora.actor, workspace=cast.acme, people=[Person(JULES)], grants=[foreign])

    assert outcomes(done) == ["refused not_allowed"]
    assert not Grant.objects.exists()


def test_custom_role_of_another_community_cannot_be_given(cast: Cast):
    role = create_role(actor=OPERATOR, community=cast.alder, name="Reviewer", permissions=["members:read"])

    done = invite(
        actor=cast.olga.actor,
        workspace=cast.northwind,
        people=[Person(JULES)],
        grants=[Wanted(cast.birch.id, frozenset({role.id}))],
    )

    assert outcomes(done) == ["refused above_ceiling"]


def test_refusal_of_rights_is_the_same_for_whoever_has_an_account(cast: Cast):
    done = ask(cast, "ana", f"{JULES} {OTTO} gus@northwind.example", alder="Guest")

    assert outcomes(done) == ["refused not_allowed"] * 3


# Sight


def test_list_shows_grants_only_where_the_actor_may_invite(cast: Cast):
    invited(cast, "olga", JULES, birch="Analyst", alder="Guest")
    invited(cast, "olga", "other@birch.example", birch="Guest")
    invited(cast, "nora", "third@acme.example", acme="Guest")

    seen = visible_invitations(cast.adam.actor, cast.northwind)

    assert [each.email for each in seen] == [JULES]
    row = fetch_invitation(cast.adam.actor, cast.northwind, seen[0].id)
    assert [line.community for line in row.grants] == [cast.alder]


@pytest.mark.parametrize("stranger", ["otto", "nora", "gus", "ana"])
def test_invitation_does_not_exist_for_whoever_may_not_invite_there(cast: Cast, stranger: str):
    invitation = invited(cast, "olga", JULES, birch="Analyst", alder="Guest", cedar="Guest")
    actor = cast.users[stranger].actor

    assert not visible_invitations(actor, cast.northwind).exists()
    with pytest.raises(NotFound):
        fetch_invitation(actor, cast.northwind, invitation.id)
