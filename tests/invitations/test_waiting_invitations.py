"""Design rule 12: what becomes of an address's other invitations once it is verified."""

from datetime import UTC, datetime, timedelta

import pytest

from guestlist.access.roles import ADMIN, ANALYST
from guestlist.invitations.errors import AlreadyDecided
from guestlist.invitations.models import Invitation
from guestlist.mail.models import Message
from guestlist.members.commands import leave, remove
from guestlist.members.models import Membership
from tests.cast import Cast, give
from tests.invitations.acts import (
    held,
    invited,
    join_as,
    join_as_new,
    mail_taken,
    now,
)

JULES = "jules@birch.example"
OTTO = "otto@elsewhere.example"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_invitations_of_other_workspaces_are_taken_up_at_once(cast: Cast):
    first = invited(cast, "olga", JULES, birch="Guest")
    second = invited(cast, "nora", JULES, acme="Analyst")

    user = join_as_new(first).user

    assert held(user) == {"birch": {"Guest"}, "main": {"Analyst"}}
    assert (now(second).state, now(second).user_id) == ("accepted", user.id)
    assert now(second).message.state == "cancelled"
    assert not Message.objects.filter(to_email=JULES, template__endswith="added").exists()


def test_who_is_taken_in_is_told_by_whom_where_and_as_what(cast: Cast):
    first = invited(cast, "olga", JULES, birch="Guest")
    invited(cast, "nora", JULES, acme="Analyst")

    user = join_as_new(first).user

    told = user.notifications.get()
    assert (told.action, told.actor_id, told.target_id) == (
        "membership.created",
        cast.nora.id,
        user.memberships.get(community=cast.acme_main).id,
    )
    assert told.about == {
        "community": "Acme",
        "workspace": "Acme",
        "workspace_id": str(cast.acme.id),
        "roles": ["Analyst"],
    }


def test_other_workspace_that_asks_keeps_its_invitation_pending(cast: Cast):
    cast.acme.existing_users = "ask"
    cast.acme.save()
    first = invited(cast, "olga", JULES, birch="Guest")
    second = invited(cast, "nora", JULES, acme="Analyst")

    user = join_as_new(first).user

    assert held(user) == {"birch": {"Guest"}}
    assert now(second).current_state == "pending"
    assert held(join_as(user, second).user) == {"birch": {"Guest"}, "main": {"Analyst"}}


def test_other_workspace_that_notifies_adds_and_tells(cast: Cast):
    cast.acme.existing_users = "notify"
    cast.acme.save()
    first = invited(cast, "olga", JULES, birch="Guest")
    invited(cast, "nora", JULES, acme="Analyst")

    user = join_as_new(first).user

    assert held(user)["main"] == {"Analyst"}
    assert Message.objects.get(template__endswith="added").to_email == JULES


def test_order_of_accepting_does_not_matter(cast: Cast):
    first = invited(cast, "olga", JULES, birch="Guest")
    second = invited(cast, "nora", JULES, acme="Analyst")

    user = join_as_new(second).user

    assert held(user) == {"birch": {"Guest"}, "main": {"Analyst"}}
    assert now(first).state == "accepted"
    with pytest.raises(AlreadyDecided):
        join_as(user, first)


def test_other_invitation_that_has_expired_is_not_taken_up(cast: Cast):
    first = invited(cast, "olga", JULES, birch="Guest")
    second = invited(cast, "nora", JULES, acme="Analyst")
    mail_taken(second, NOON - timedelta(days=400))

    user = join_as_new(first).user

    assert held(user) == {"birch": {"Guest"}}
    assert now(second).current_state == "expired"


def test_other_invitation_whose_giver_may_no_longer_give_stays(cast: Cast):
    give(cast.otto, cast.acme_main, ADMIN)
    first = invited(cast, "olga", JULES, birch="Guest")
    second = invited(cast, "otto", JULES, acme="Analyst")
    remove(actor=cast.nora.actor, membership=Membership.objects.get(user=cast.otto))

    user = join_as_new(first).user

    assert held(user) == {"birch": {"Guest"}}
    assert now(second).current_state == "pending"


def test_who_declined_there_before_is_not_taken_in_by_another_acceptance(cast: Cast):
    declined = invited(cast, "nora", JULES, acme="Guest")
    Invitation.objects.filter(id=declined.id).update(state="declined")
    first = invited(cast, "olga", JULES, birch="Guest")
    second = invited(cast, "nora", JULES, acme="Analyst")

    user = join_as_new(first).user

    assert held(user) == {"birch": {"Guest"}}
    assert now(second).current_state == "pending"


def test_who_left_there_is_not_taken_in_by_another_acceptance(cast: Cast, settings):
    give(cast.otto, cast.acme_main, ANALYST)
    leave(actor=cast.otto.actor, membership=Membership.objects.get(user=cast.otto))
    again = invited(cast, "nora", OTTO, acme="Guest")
    settings.GUESTLIST_EXISTING_USERS = "ask"
    first = invited(cast, "olga", OTTO, birch="Guest")
    settings.GUESTLIST_EXISTING_USERS = "add"

    join_as(cast.otto, first)

    assert held(cast.otto) == {"birch": {"Guest"}}
    assert now(again).current_state == "pending"
