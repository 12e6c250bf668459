"""Design rules 8 to 12: who joins by a link, with what, and who does not."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress

from guestlist.access.roles import GUEST
from guestlist.invitations.commands import accept_as_new_user, resend_invitations
from guestlist.invitations.errors import AccountExists, Changed, NothingLeft, WrongAccount
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.mail.models import Message
from guestlist.members.commands import deactivate, remove, set_roles
from guestlist.members.models import Membership, Role
from guestlist.members.queries import may
from guestlist.users.errors import NameMissing
from guestlist.users.models import User
from tests.cast import Cast, give
from tests.invitations.acts import (
    GOOD_PASSWORD,
    ask,
    held,
    invited,
    join_as,
    join_as_new,
    link,
    now,
    state_of_everything,
)

JULES = "jules@birch.example"
OTTO = "otto@elsewhere.example"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


# A new person


def test_new_person_gets_account_and_exactly_the_places_granted(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Analyst", alder="Guest")

    accepted = join_as_new(invitation)

    user = accepted.user
    assert (user.name, user.email, user.check_password(GOOD_PASSWORD)) == ("Jules Roy", JULES, True)
    assert held(user) == {"birch": {"Analyst"}, "alder": {"Guest"}}
    assert not may(user.actor, "members:read", cast.main.id) and not may(user.actor, "members:read", cast.cedar.id)
    assert accepted.left_out == []


def test_address_of_a_new_person_is_verified_since_the_link_proves_it(cast: Cast):
    user = join_as_new(invited(cast, "olga", "Jules@Birch.example", birch="Guest")).user

    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == (JULES, True, True)


def test_accepted_invitation_says_who_and_when_and_ends_its_grants(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        user = join_as_new(invitation).user

    row = now(invitation)
    assert (row.state, row.user_id, row.decided_at) == ("accepted", user.id, NOON + timedelta(days=1))
    assert {grant.ending for grant in row.grants.all()} == {"accepted"}
    assert {each.source for each in Membership.objects.filter(user=user)} == {"invited"}


def test_joining_needs_a_name(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    before = state_of_everything()

    with pytest.raises(NameMissing):
        join_as_new(invitation, name=" \u202e ")

    assert state_of_everything() == before


def test_address_that_has_an_account_cannot_be_given_a_second_one(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    invitation = invited(cast, "olga", OTTO, birch="Guest")
    password = User.objects.get(id=cast.otto.id).password

    with pytest.raises(AccountExists):
        join_as_new(invitation, name="Mallory")

    assert User.objects.get(id=cast.otto.id).password == password
    assert now(invitation).state == "pending"


# Somebody with an account


def test_signed_in_holder_joins_with_the_account_they_have(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    before = User.objects.values().get(id=cast.otto.id)
    invitation = invited(cast, "olga", OTTO, birch="Guest")

    accepted = join_as(cast.otto, invitation)

    assert accepted.user == cast.otto
    assert held(cast.otto) == {"birch": {"Guest"}}
    assert User.objects.values().get(id=cast.otto.id) == before, "nothing a workspace does reaches the account"


@pytest.mark.parametrize("somebody_else", ["nora", "gus", "olga"])
def test_somebody_else_consumes_nothing(cast: Cast, somebody_else: str):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    before = state_of_everything()

    with pytest.raises(WrongAccount):
        join_as(cast.users[somebody_else], invitation)

    assert state_of_everything() == before
    assert join_as_new(invitation).user.email == JULES


def test_unverified_address_does_not_make_a_holder(cast: Cast):
    EmailAddress.objects.create(user=cast.nora, email=JULES, verified=False)
    invitation = invited(cast, "olga", JULES, birch="Guest")

    with pytest.raises(WrongAccount):
        join_as(cast.nora, invitation)


def test_member_by_the_time_of_accepting_gains_the_roles(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    invitation = invited(cast, "olga", OTTO, birch="Analyst", alder="Guest")
    give(cast.otto, cast.birch, GUEST)

    join_as(cast.otto, invitation)

    assert held(cast.otto) == {"birch": {"Guest", "Analyst"}, "alder": {"Guest"}}


def test_accepting_revives_nobody_who_was_deactivated_there(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    invitation = invited(cast, "olga", OTTO, birch="Analyst", alder="Guest")
    give(cast.otto, cast.birch, GUEST)
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.otto))

    accepted = join_as(cast.otto, invitation)

    assert held(cast.otto) == {"alder": {"Guest"}}
    assert [grant.community for grant in accepted.left_out] == [cast.birch]


def test_accepting_lets_nobody_in_who_was_deactivated_everywhere(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    give(cast.otto, cast.alder, GUEST)
    invitation = invited(cast, "olga", OTTO, birch="Analyst")
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.otto), everywhere=True)

    with pytest.raises(NothingLeft):
        join_as(cast.otto, invitation)

    assert held(cast.otto) == {}
    assert now(invitation).state == "pending"


# The givers, asked again


def test_grants_of_several_givers_all_count(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest", cedar="Guest")
    ask(cast, "mia", JULES, birch="Analyst")
    ask(cast, "adam", JULES, alder="Admin")

    user = join_as_new(invitation).user

    assert held(user) == {"birch": {"Guest", "Analyst"}, "cedar": {"Guest"}, "alder": {"Admin"}}


def _demoted(cast: Cast, short: str) -> None:
    row = Membership.objects.get(user=cast.users[short])
    set_roles(actor=cast.olga.actor, membership=row, roles=["Guest"])


def _removed(cast: Cast, short: str) -> None:
    remove(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.users[short]))


def _deactivated(cast: Cast, short: str) -> None:
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.users[short]))


def _disabled(cast: Cast, short: str) -> None:
    User.objects.filter(id=cast.users[short].id).update(disabled_at=NOON)


def _ended(cast: Cast, short: str) -> None:
    Membership.objects.filter(user=cast.users[short]).update(ends_at=NOON - timedelta(days=400))


ENDINGS = [_demoted, _removed, _deactivated, _disabled, _ended]


@pytest.mark.parametrize("lose", ENDINGS)
def test_grant_of_a_giver_who_lost_the_right_is_left_out_and_both_are_told(cast: Cast, lose):
    """R-051."""
    invitation = invited(cast, "olga", JULES, birch="Analyst")
    ask(cast, "adam", JULES, alder="Analyst")
    lose(cast, "adam")

    accepted = join_as_new(invitation)

    assert held(accepted.user) == {"birch": {"Analyst"}}
    assert [grant.community for grant in accepted.left_out] == [cast.alder]
    told = Message.objects.filter(template__endswith="left_out").values_list("to_email", flat=True)
    assert list(told) == ([] if lose is _disabled else ["adam@northwind.example"])


@pytest.mark.parametrize("lose", ENDINGS)
def test_no_giver_left_accepts_nothing_and_changes_nothing(cast: Cast, lose):
    invitation = invited(cast, "adam", JULES, alder="Guest")
    lose(cast, "adam")
    before = state_of_everything()

    with pytest.raises(NothingLeft):
        join_as_new(invitation)

    assert state_of_everything() == before
    assert now(invitation).current_state == "pending"


def test_role_above_the_givers_ceiling_by_now_is_left_out(cast: Cast):
    invitation = invited(cast, "adam", JULES, alder="Admin")
    ask(cast, "olga", JULES, birch="Guest")
    set_roles(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.adam), roles=["manage_member"])

    user = join_as_new(invitation).user

    assert held(user) == {"birch": {"Guest"}}


def test_resending_makes_the_resender_the_giver(cast: Cast):
    invitation = invited(cast, "adam", JULES, alder="Admin")
    resend_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id])
    _removed(cast, "adam")

    user = join_as_new(invitation).user

    assert held(user) == {"alder": {"Admin"}}


def test_role_that_is_gone_is_not_given(cast: Cast):
    role = Role.objects.create(community=cast.alder, name="Reviewer", name_key="reviewer", permissions=["members:read"])
    invitation = invited(cast, "olga", JULES, birch="Guest")
    invitation.grants.create(
        community=cast.alder, role_ids=[str(role.id)], giver_kind="user", giver_id=cast.olga.id, giver_name="Olga"
    )
    role.delete()

    accepted = join_as_new(invitation)

    assert held(accepted.user) == {"birch": {"Guest"}}
    assert len(accepted.left_out) == 1


# What was shown


def test_changed_meanwhile_is_shown_again(cast: Cast):
    """R-019"""
    invitation = invited(cast, "olga", JULES, birch="Guest")
    token = link(invitation)
    shown = open_invitation(token).shown
    ask(cast, "olga", JULES, birch="Admin")
    before = state_of_everything()

    with pytest.raises(Changed):
        accept_as_new_user(token=token, shown=shown, name="Jules", password=GOOD_PASSWORD, language="en")

    assert state_of_everything() == before


def test_opening_a_link_changes_nothing(cast: Cast, django_assert_max_num_queries):
    """R-022"""
    invitation = invited(cast, "olga", JULES, birch="Guest")
    before = (state_of_everything(), Invitation.objects.values().get())

    opened = open_invitation(link(invitation))

    assert (state_of_everything(), Invitation.objects.values().get()) == before
    assert (opened.state, opened.inviter) == ("pending", "Olga Lindqvist")
    assert opened.places == [{"community": "Birch", "roles": ["Guest"]}]
