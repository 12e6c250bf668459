"""Design rules 8 to 12: who joins by a link, with what, and who does not."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress

from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.invitations.commands import accept_as_new_user, accept_as_user, resend_invitations, revoke_invitations
from guestlist.invitations.errors import AccountExists, AlreadyDecided, Changed, Expired, NothingLeft, WrongAccount
from guestlist.invitations.models import LINK_PURPOSE, Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.kernel.errors import NotFound
from guestlist.kernel.links import sign_link
from guestlist.mail.models import Message
from guestlist.members.commands import deactivate, leave, remove, set_roles
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
    mail_taken,
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


# Links


def test_link_lives_24_hours_from_the_moment_the_mail_server_took_the_mail(cast: Cast):
    """R-020"""
    with time_machine.travel(NOON, tick=False) as clock:
        invitation = invited(cast, "olga", JULES, birch="Guest")
        clock.shift(timedelta(days=3))
        mail_taken(invitation)
        clock.shift(timedelta(hours=24, seconds=-1))
        assert open_invitation(link(invitation)).state == "pending"

        clock.shift(timedelta(seconds=1))
        assert open_invitation(link(invitation)).state == "expired"
        with pytest.raises(Expired):
            join_as_new(invitation)
        assert not User.objects.filter(email=JULES).exists()


def test_page_opened_in_time_but_sent_too_late_is_refused(cast: Cast):
    """R-020"""
    with time_machine.travel(NOON, tick=False) as clock:
        invitation = invited(cast, "olga", JULES, birch="Guest")
        mail_taken(invitation)
        token = link(invitation)
        shown = open_invitation(token).shown
        clock.shift(timedelta(hours=25))

        with pytest.raises(Expired):
            accept_as_new_user(token=token, shown=shown, name="Jules", password=GOOD_PASSWORD, language="en")


def test_invitation_whose_mail_nobody_took_ends_after_30_days(cast: Cast):
    with time_machine.travel(NOON, tick=False) as clock:
        invitation = invited(cast, "olga", JULES, birch="Guest")
        clock.shift(timedelta(days=30, seconds=-1))
        assert now(invitation).current_state == "pending"

        clock.shift(timedelta(seconds=1))
        assert now(invitation).current_state == "expired"
        with pytest.raises(Expired):
            join_as_new(invitation)


def test_expired_invitation_counts_as_none(cast: Cast):
    with time_machine.travel(NOON, tick=False) as clock:
        old = invited(cast, "olga", JULES, birch="Guest")
        mail_taken(old)
        token = link(old)
        clock.shift(timedelta(hours=25))
        fresh = invited(cast, "olga", JULES, alder="Guest")

        assert fresh.id != old.id
        assert (now(old).state, now(old).current_state, now(fresh).current_state) == ("expired", "expired", "pending")
        assert open_invitation(token).state == "superseded"
        assert held(join_as_new(fresh).user) == {"alder": {"Guest"}}


def test_revoked_link_is_refused(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    revoke_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id])

    with pytest.raises(AlreadyDecided):
        join_as_new(invitation)

    assert open_invitation(link(invitation)).state == "revoked"


def test_used_link_is_refused_for_its_own_user_too(cast: Cast):
    """R-014"""
    invitation = invited(cast, "olga", JULES, birch="Guest")
    user = join_as_new(invitation).user

    with pytest.raises(AlreadyDecided):
        join_as(user, invitation)

    assert open_invitation(link(invitation)).state == "accepted"


def test_link_that_a_newer_mail_replaced_is_refused(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    old = link(invitation)
    resend_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id])
    shown = open_invitation(old).shown

    with pytest.raises(AlreadyDecided):
        accept_as_new_user(token=old, shown=shown, name="Jules", password=GOOD_PASSWORD, language="en")

    assert open_invitation(old).state == "superseded"
    assert join_as_new(invitation).user.email == JULES


BROKEN = {
    "empty": lambda token: "",
    "truncated": lambda token: token[:-1],
    "without seal": lambda token: token.rpartition(".")[0],
    "doubled": lambda token: token + token,
    "first letter changed": lambda token: ("A" if token[0] != "A" else "B") + token[1:],
    "last letter changed": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "another version": lambda token: token.replace(".1:", ".2:").replace(".1.", ".2."),
    "letters shifted": lambda token: "".join(chr(ord(char) + 1) if char.isalpha() else char for char in token),
    "upper case": lambda token: token.upper(),
    "not ASCII": lambda token: token + "é",
    "NUL": lambda token: token + "\x00",
    "megabyte": lambda token: token * 10_000,
}


@pytest.mark.parametrize("how", BROKEN)
def test_link_that_was_not_made_here_is_not_found(cast: Cast, how: str):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    token = BROKEN[how](link(invitation))

    with pytest.raises(NotFound):
        open_invitation(token)
    with pytest.raises(NotFound):
        accept_as_user(user=cast.otto, token=token, shown="")


def test_link_made_for_another_purpose_is_not_found(cast: Cast):
    """R-019"""
    invitation = invited(cast, "olga", JULES, birch="Guest")

    with pytest.raises(NotFound):
        open_invitation(sign_link("password", invitation.id, "1"))


def test_link_to_something_that_is_no_invitation_is_not_found(cast: Cast):
    with pytest.raises(NotFound):
        open_invitation(sign_link(LINK_PURPOSE, cast.olga.id, "1"))


def test_link_signed_with_an_older_key_still_works(cast: Cast, settings):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    token = link(invitation)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key, also long enough to sign with", [settings.SECRET_KEY]
    assert open_invitation(token).state == "pending"

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(NotFound):
        open_invitation(token)


# Rule 12: other live invitations of the address


def test_invitations_of_other_workspaces_are_taken_up_at_once(cast: Cast):
    first = invited(cast, "olga", JULES, birch="Guest")
    second = invited(cast, "nora", JULES, acme="Analyst")

    user = join_as_new(first).user

    assert held(user) == {"birch": {"Guest"}, "main": {"Analyst"}}
    assert (now(second).state, now(second).user_id) == ("accepted", user.id)
    assert now(second).message.state == "cancelled"
    assert not Message.objects.filter(to_email=JULES, template__endswith="added").exists()


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
