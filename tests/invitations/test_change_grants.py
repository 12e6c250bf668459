"""Changing a pending invitation's grants: inside the actor's sight, below their ceiling, and the link keeps working."""

import pytest

from guestlist.access.roles import ADMIN, GUEST
from guestlist.invitations.commands import accept_as_new_user, change_grants
from guestlist.invitations.errors import AlreadyDecided, Changed, NoGrants
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.invitations.rules import Wanted
from guestlist.kernel.errors import NotFound
from guestlist.mail.models import Message
from guestlist.members.errors import AboveCeiling, NotAllowed
from tests.cast import Cast, give
from tests.invitations.acts import GOOD_PASSWORD, held, invited, join_as_new, link, live_grants, now, wanted

JULES = "jules@birch.example"


def change(cast: Cast, actor: str, invitation: Invitation, **places: str) -> None:
    who = cast.users[actor].actor
    change_grants(actor=who, workspace=cast.northwind, invitation=invitation.id, grants=wanted(cast, **places))


def test_grants_are_replaced_and_the_link_still_works(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    token = link(invitation)

    change(cast, "olga", invitation, alder="Analyst", birch="Analyst")

    assert live_grants(invitation) == {"alder by Olga Lindqvist": {"Analyst"}, "birch by Olga Lindqvist": {"Analyst"}}
    assert open_invitation(token).state == "pending"
    assert Message.objects.count() == 1
    assert held(join_as_new(invitation).user) == {"alder": {"Analyst"}, "birch": {"Analyst"}}


def test_whoever_reads_the_old_page_is_shown_the_new_one_first(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    token = link(invitation)
    shown = open_invitation(token).shown
    change(cast, "olga", invitation, birch="Admin")

    with pytest.raises(Changed):
        accept_as_new_user(token=token, shown=shown, name="Jules", password=GOOD_PASSWORD, language="en")


def test_grants_out_of_sight_are_not_touched(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Guest", birch="Guest", cedar="Guest")

    change(cast, "adam", invitation, alder="Analyst Guest")

    assert live_grants(invitation) == {
        "alder by Adam Okafor": {"Analyst", "Guest"},
        "birch by Olga Lindqvist": {"Guest"},
        "cedar by Olga Lindqvist": {"Guest"},
    }


def test_community_out_of_reach_is_refused_and_nothing_changes(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Guest", birch="Guest")
    before = live_grants(invitation)

    with pytest.raises(NotAllowed):
        change(cast, "adam", invitation, alder="Guest", birch="Admin")

    assert live_grants(invitation) == before


def test_role_above_the_ceiling_is_refused(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    with pytest.raises(AboveCeiling):
        change(cast, "mia", invitation, birch="Admin")


def test_who_could_not_have_given_it_cannot_take_it_away(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Admin")

    with pytest.raises(AboveCeiling):
        change(cast, "mia", invitation, birch="Guest")

    assert live_grants(invitation) == {"birch by Olga Lindqvist": {"Admin"}}


def test_community_of_another_workspace_is_refused_even_for_its_admin(cast: Cast):
    invitation = invited(cast, "nora", JULES, acme="Guest")
    from_there = Wanted(cast.birch.id, frozenset({GUEST}))
    give(cast.nora, cast.birch, ADMIN)

    with pytest.raises(NotAllowed):
        change_grants(actor=cast.nora.actor, workspace=cast.acme, invitation=invitation.id, grants=[from_there])


@pytest.mark.parametrize("stranger", ["otto", "nora", "gus", "ana", "adam"])
def test_who_sees_no_grant_finds_no_invitation(cast: Cast, stranger: str):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    with pytest.raises(NotFound):
        change(cast, stranger, invitation, birch="Guest")


@pytest.mark.parametrize("places", [{}, {"birch": ""}])
def test_no_grant_or_no_role_is_refused(cast: Cast, places: dict[str, str]):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    with pytest.raises(NoGrants):
        change(cast, "olga", invitation, **places)

    assert now(invitation).state == "pending"


def test_accepted_one_is_decided_already(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    join_as_new(invitation)

    with pytest.raises(AlreadyDecided):
        change(cast, "olga", invitation, birch="Analyst")
