"""Design rule 7, row by row: what becomes of each address, and which mail goes out."""

import pytest

from guestlist.access.roles import ADMIN, GUEST
from guestlist.invitations.commands import decline_invitation
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import fetch_invitation
from guestlist.kernel.actors import OPERATOR
from guestlist.mail.models import Message
from guestlist.members.commands import create_role, deactivate, leave
from guestlist.members.models import Membership
from tests.cast import Cast, give, role_named
from tests.invitations.acts import (
    ask,
    held,
    invited,
    link,
    live_grants,
    mail_taken,
    now,
    outcomes,
    state_of_everything,
)

JULES = "jules@birch.example"
OTTO = "otto@elsewhere.example"


# The address is nobody's


def test_stranger_is_invited_by_mail(cast: Cast):
    done = ask(cast, "olga", JULES, birch="Analyst")

    assert outcomes(done) == ["invited"]
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.current_state) == (JULES, "pending")
    assert (invitation.message.to_email, invitation.message.state) == (JULES, "queued")
    assert live_grants(invitation) == {"birch by Olga Lindqvist": {"Analyst"}}
    assert invitation.grants.get().giver == cast.olga.actor


def test_one_invitation_may_grant_several_communities_each_with_its_own_roles(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Analyst", alder="Guest Admin")

    assert live_grants(invitation) == {"birch by Olga Lindqvist": {"Analyst"}, "alder by Olga Lindqvist": {"Guest", "Admin"}}
    assert Message.objects.count() == 1


def test_invitation_is_no_membership(cast: Cast):
    invited(cast, "olga", JULES, birch="Admin")

    assert not Membership.objects.filter(email_key=JULES).exists()


# The address has a pending invitation in this workspace


def test_second_invitation_adds_grants_without_mail(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    done = ask(cast, "olga", "Jules@BIRCH.example", alder="Analyst", birch="Analyst")

    assert outcomes(done) == ["updated"]
    assert done.outcomes[0].invitation == invitation.id
    assert Message.objects.count() == 1
    assert live_grants(invitation) == {"birch by Olga Lindqvist": {"Guest", "Analyst"}, "alder by Olga Lindqvist": {"Analyst"}}


@pytest.mark.parametrize("state", ["failed", "bounced"])
def test_second_invitation_after_a_mail_that_failed_sends_a_new_one_with_the_same_link(cast: Cast, state: str):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    Message.objects.update(state=state, reason="550 no such user")

    done = ask(cast, "olga", JULES, alder="Guest")

    assert outcomes(done) == ["updated"]
    fresh = now(invitation).message
    assert (fresh.state, Message.objects.count()) == ("queued", 2)
    assert (fresh.link_subject, fresh.link_version) == (invitation.id, "1")


def test_hidden_pending_invitation_of_another_giver_does_not_show(cast: Cast):
    hidden = invited(cast, "olga", JULES, birch="Analyst")
    mail_taken(hidden)

    done = ask(cast, "adam", JULES, alder="Guest")

    assert outcomes(done) == ["invited"]
    assert now(hidden).message.state == "queued", "as for anyone who was not invited yet: a mail"
    row = fetch_invitation(cast.adam.actor, cast.northwind, hidden.id)
    assert [line.community for line in row.grants] == [cast.alder]


def test_each_grant_remembers_its_giver(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Guest")

    ask(cast, "adam", JULES, alder="Analyst")

    assert live_grants(invitation) == {"alder by Olga Lindqvist": {"Guest"}, "alder by Adam Okafor": {"Analyst"}}


def test_address_pending_in_another_workspace_is_invited_here_too(cast: Cast):
    invited(cast, "nora", JULES, acme="Guest")

    done = ask(cast, "olga", JULES, birch="Guest")

    assert outcomes(done) == ["invited"]
    assert Invitation.objects.filter(state="pending").count() == 2


# The address is a verified one of an account


def test_account_holder_is_added_at_once_without_mail(cast: Cast):
    done = ask(cast, "olga", OTTO, birch="Guest", alder="Analyst")

    assert outcomes(done) == ["added"]
    assert held(cast.otto) == {"birch": {"Guest"}, "alder": {"Analyst"}}
    rows = Membership.objects.filter(user=cast.otto)
    assert set(done.outcomes[0].memberships) == {row.id for row in rows}
    assert {row.source for row in rows} == {"added"}
    assert not Message.objects.exists() and not Invitation.objects.exists()


def test_account_holder_is_told_by_mail_under_notify(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "notify"

    done = ask(cast, "olga", OTTO, birch="Guest")

    assert outcomes(done) == ["added"]
    message = Message.objects.get()
    assert (message.to_email, message.link_purpose) == (OTTO, "")


def test_account_holder_is_asked_under_ask(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"

    done = ask(cast, "olga", OTTO, birch="Guest")

    assert outcomes(done) == ["invited"]
    assert held(cast.otto) == {}
    assert Message.objects.get().context["has_account"] is True


@pytest.mark.parametrize(
    ("operator", "workspace", "outcome"),
    [("add", "ask", "invited"), ("ask", "add", "invited"), ("notify", "", "added"), ("ask", "", "invited"), ("add", "", "added")],
)
def test_workspace_may_only_tighten_the_operators_setting(cast: Cast, settings, operator: str, workspace: str, outcome: str):
    settings.GUESTLIST_EXISTING_USERS = operator
    cast.northwind.existing_users = workspace
    cast.northwind.save()

    assert outcomes(ask(cast, "olga", OTTO, birch="Guest")) == [outcome]


def test_workspace_that_adds_still_tells_where_the_operator_says_notify(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "notify"
    cast.northwind.existing_users = "add"
    cast.northwind.save()

    ask(cast, "olga", OTTO, birch="Guest")

    assert Message.objects.get().to_email == OTTO


def test_who_left_before_is_asked(cast: Cast):
    give(cast.otto, cast.alder, GUEST)
    leave(actor=cast.otto.actor, membership=Membership.objects.get(user=cast.otto))

    done = ask(cast, "olga", OTTO, birch="Guest")

    assert outcomes(done) == ["invited"]
    assert held(cast.otto) == {}


def test_who_left_another_workspace_is_added_here(cast: Cast):
    give(cast.otto, cast.acme_main, GUEST)
    leave(actor=cast.otto.actor, membership=Membership.objects.get(user=cast.otto))

    assert outcomes(ask(cast, "olga", OTTO, birch="Guest")) == ["added"]


def test_who_declined_before_is_asked(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    invitation = invited(cast, "olga", OTTO, birch="Guest")
    decline_invitation(token=link(invitation), address=OTTO)
    settings.GUESTLIST_EXISTING_USERS = "add"

    done = ask(cast, "olga", OTTO, birch="Guest")

    assert outcomes(done) == ["invited"]
    assert done.outcomes[0].invitation != invitation.id


def test_declined_invitation_counts_as_none(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    decline_invitation(token=link(invitation), address=JULES)

    done = ask(cast, "olga", JULES, birch="Guest")

    assert outcomes(done) == ["invited"]
    assert now(invitation).state == "declined"
    assert Message.objects.filter(state="queued").count() == 1


# … and holds its own membership in the community


def test_member_gains_roles(cast: Cast):
    done = ask(cast, "olga", "gus@northwind.example", cedar="Guest Analyst")

    assert outcomes(done) == ["updated"]
    assert held(cast.gus) == {"cedar": {"Guest", "Analyst"}}
    assert done.outcomes[0].memberships == (Membership.objects.get(user=cast.gus).id,)
    assert not Message.objects.exists()


def test_member_with_nothing_to_gain_is_already_member(cast: Cast):
    before = state_of_everything()

    done = ask(cast, "olga", "gus@northwind.example", cedar="Guest")

    assert outcomes(done) == ["already_member"]
    assert state_of_everything() == before


def test_member_of_main_still_gets_a_membership_of_their_own_below(cast: Cast):
    assert outcomes(ask(cast, "olga", "olga@northwind.example", birch="Guest")) == ["added"]


def test_gaining_roles_needs_members_assign(cast: Cast):
    inviter = create_role(
        actor=OPERATOR,
        community=cast.main,
        name="Inviter",
        permissions=["members:invite"],
        may_give=[role_named("Guest"), role_named("Analyst")],
    )
    give(cast.otto, cast.cedar, inviter.id)

    done = ask(cast, "otto", "gus@northwind.example", cedar="Analyst")

    assert outcomes(done) == ["refused not_allowed"]
    assert held(cast.gus) == {"cedar": {"Guest"}}


def test_gaining_roles_needs_a_ceiling_above_what_is_held_now(cast: Cast):
    give(cast.otto, cast.birch, ADMIN)

    done = ask(cast, "mia", OTTO, birch="Guest")

    assert outcomes(done) == ["refused above_ceiling"]
    assert held(cast.otto) == {"birch": {"Admin"}}


def test_member_of_one_place_gains_there_and_is_added_to_the_other(cast: Cast):
    done = ask(cast, "olga", "gus@northwind.example", cedar="Analyst", alder="Guest")

    assert outcomes(done) == ["added"]
    assert held(cast.gus) == {"cedar": {"Guest", "Analyst"}, "alder": {"Guest"}}
    assert len(done.outcomes[0].memberships) == 2


# … and is deactivated


def test_deactivated_there_is_refused_and_not_revived(cast: Cast):
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.gus))

    done = ask(cast, "olga", "gus@northwind.example", cedar="Analyst")

    assert outcomes(done) == ["refused deactivated"]
    assert held(cast.gus) == {}


def test_deactivated_there_may_be_added_elsewhere(cast: Cast):
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.gus))

    assert outcomes(ask(cast, "olga", "gus@northwind.example", birch="Guest")) == ["added"]


def test_deactivated_everywhere_is_refused_everywhere_in_the_workspace(cast: Cast):
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.gus), everywhere=True)

    assert outcomes(ask(cast, "olga", "gus@northwind.example", birch="Guest")) == ["refused deactivated"]
    assert outcomes(ask(cast, "nora", "gus@northwind.example", acme="Guest")) == ["added"]
