"""Design rule 7, row by row: what becomes of each address, and which mail goes out."""

import pytest

from guestlist.access.roles import ADMIN, GUEST
from guestlist.audit.models import Event
from guestlist.invitations.commands import decline_invitation, invite
from guestlist.invitations.errors import NoEntries, NoGrants, TooManyPeople
from guestlist.invitations.models import Batch, Grant, Invitation
from guestlist.invitations.queries import fetch_invitation, visible_invitations
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.mail.models import Message
from guestlist.members.commands import create_role, deactivate, leave
from guestlist.members.models import Membership
from guestlist.workspaces.errors import BadLifetime
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
    wanted,
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


# The address cannot be used


def test_bad_addresses_are_told_and_the_others_go_through(cast: Cast):
    done = ask(cast, "olga", f"a@b {JULES} a@@b.example {'x' * 300}@y.example new@birch.example", birch="Guest")

    assert outcomes(done) == ["invalid malformed", "invited", "invalid malformed", "invalid too_long", "invited"]
    assert Invitation.objects.count() == 2


def test_only_bad_addresses_is_an_answer_too(cast: Cast):
    done = ask(cast, "olga", "a@b @", birch="Guest")

    assert outcomes(done) == ["invalid malformed", "invalid malformed"]
    assert done.counts == {"invalid": 2}


def test_three_spellings_are_one_person_and_two_duplicates(cast: Cast):
    done = ask(cast, "olga", "Jules@birch.example jules@BIRCH.example JULES@Birch.Example", birch="Guest")

    assert outcomes(done) == ["invited", "refused duplicate", "refused duplicate"]
    assert Invitation.objects.get().email_key == JULES


def test_different_grants_for_one_address_are_joined(cast: Cast):
    people = [
        Person(JULES, grants=tuple(wanted(cast, birch="Guest"))),
        Person("other@birch.example", grants=tuple(wanted(cast, cedar="Guest"))),
        Person(JULES.upper(), grants=tuple(wanted(cast, alder="Analyst"))),
    ]

    done = ask(cast, "olga", people)

    assert outcomes(done) == ["invited", "invited", "invited"]
    assert done.outcomes[0].invitation == done.outcomes[2].invitation
    joined = Invitation.objects.get(email_key=JULES)
    assert live_grants(joined) == {"birch by Olga Lindqvist": {"Guest"}, "alder by Olga Lindqvist": {"Analyst"}}
    assert Message.objects.filter(to_email=JULES).count() == 1


def test_own_grants_replace_the_common_ones(cast: Cast):
    people = [Person(JULES, grants=tuple(wanted(cast, alder="Analyst"))), Person("other@birch.example")]

    ask(cast, "olga", people, birch="Guest")

    assert live_grants(Invitation.objects.get(email_key=JULES)) == {"alder by Olga Lindqvist": {"Analyst"}}
    assert live_grants(Invitation.objects.get(email="other@birch.example")) == {"birch by Olga Lindqvist": {"Guest"}}


def test_person_refused_by_the_surface_keeps_its_reason_and_place(cast: Cast):
    people = [Person("a@birch.example", reason="unknown_role"), Person(JULES)]

    assert outcomes(ask(cast, "olga", people, birch="Guest")) == ["refused unknown_role", "invited"]


def test_outcomes_keep_the_order_given(cast: Cast):
    done = ask(cast, "olga", f"gus@northwind.example a@b {OTTO} {JULES} ana@northwind.example", birch="Guest")

    assert [each.email for each in done.outcomes] == ["gus@northwind.example", "a@b", OTTO, JULES, "ana@northwind.example"]
    assert outcomes(done) == ["added", "invalid malformed", "added", "invited", "updated"]
    assert done.counts == {"added": 2, "invalid": 1, "invited": 1, "updated": 1}


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


# A dry run


def test_dry_run_answers_the_same_and_changes_nothing(cast: Cast):
    invited(cast, "olga", "waiting@birch.example", birch="Guest")
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.adam))
    people = f"{JULES} waiting@birch.example gus@northwind.example ana@northwind.example a@b {JULES} adam@northwind.example"
    grants = {"alder": "Guest", "cedar": "Guest"}
    before = (state_of_everything(), Event.objects.count(), Batch.objects.count())

    foreseen = ask(cast, "olga", people, dry_run=True, **grants)

    assert (state_of_everything(), Event.objects.count(), Batch.objects.count()) == before
    assert foreseen.batch is None
    assert outcomes(foreseen) == outcomes(ask(cast, "olga", people, **grants))
    assert "refused deactivated" in outcomes(foreseen) and "updated" in outcomes(foreseen)


def test_dry_run_tells_nobody_who_has_an_account(cast: Cast):
    done = ask(cast, "olga", f"{OTTO} nora@acme.example {JULES}", dry_run=True, birch="Guest")

    assert outcomes(done) == ["invited", "invited", "invited"]


def test_dry_run_does_not_tell_who_is_in_a_hidden_community(cast: Cast):
    done = ask(cast, "adam", "mia@northwind.example gus@northwind.example ana@northwind.example", dry_run=True, alder="Guest")

    assert outcomes(done) == ["invited", "invited", "updated"]


def test_dry_run_does_not_tell_a_hidden_pending_invitation(cast: Cast):
    invited(cast, "olga", JULES, birch="Analyst")

    assert outcomes(ask(cast, "adam", JULES, dry_run=True, alder="Guest")) == ["invited"]


# The request as a whole


def test_no_people_is_refused(cast: Cast):
    with pytest.raises(NoEntries):
        ask(cast, "olga", [], birch="Guest")


@pytest.mark.parametrize("grants", [[], "no role"])
def test_no_grants_or_no_role_ticked_is_refused(cast: Cast, grants: object):
    asked = [Wanted(cast.birch.id, frozenset())] if grants else []

    with pytest.raises(NoGrants):
        invite(actor=cast.olga.actor, workspace=cast.northwind, people=[Person(JULES)], grants=asked)


def test_person_with_empty_grants_of_their_own_is_refused(cast: Cast):
    with pytest.raises(NoGrants):
        ask(cast, "olga", [Person(JULES, grants=())], birch="Guest")


def test_more_than_a_hundred_thousand_people_are_refused(cast: Cast):
    with pytest.raises(TooManyPeople):
        ask(cast, "olga", [Person("a@b.example")] * 100_001, birch="Guest")


@pytest.mark.parametrize("lifetime", [59, 365 * 86400 + 1, -1, 0])
def test_lifetime_out_of_bounds_is_refused(cast: Cast, lifetime: int):
    with pytest.raises(BadLifetime):
        invite(
            actor=cast.olga.actor,
            workspace=cast.northwind,
            people=[Person(JULES)],
            grants=wanted(cast, birch="Guest"),
            lifetime=lifetime,
        )


@pytest.mark.parametrize(("lifetime", "seconds"), [(None, 86400), (60, 60), (365 * 86400, 365 * 86400)])
def test_lifetime_is_24_hours_unless_told(cast: Cast, lifetime: int | None, seconds: int):
    invite(
        actor=cast.olga.actor,
        workspace=cast.northwind,
        people=[Person(JULES)],
        grants=wanted(cast, birch="Guest"),
        lifetime=lifetime,
    )

    assert Message.objects.get().link_lifetime == seconds


def test_language_nobody_speaks_becomes_english(cast: Cast):
    invite(
        actor=cast.olga.actor,
        workspace=cast.northwind,
        people=[Person(JULES, language="tlh-Latn-x-long"), Person("b@birch.example", language="fr"), Person("c@birch.example")],
        grants=wanted(cast, birch="Guest"),
        language="xx-much-too-long",
    )

    assert dict(Message.objects.values_list("to_email", "language")) == {
        JULES: "en",
        "b@birch.example": "fr",
        "c@birch.example": "en",
    }


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
