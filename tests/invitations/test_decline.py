"""Declining needs something typed, or the signed-in holder (design rule 10)."""

from datetime import timedelta

import pytest

from guestlist.invitations.commands import decline_invitation, resend_invitations
from guestlist.invitations.errors import AlreadyDecided, Expired, WrongAddress
from guestlist.invitations.queries import open_invitation
from guestlist.kernel.clock import now as clock_now
from guestlist.kernel.errors import NotFound
from guestlist.users.models import User
from tests.cast import Cast
from tests.invitations.acts import invited, join_as_new, link, mail_taken, now

JULES = "jules@birch.example"
OTTO = "otto@elsewhere.example"


@pytest.mark.parametrize("typed", [JULES, "  Jules@BIRCH.example "])
def test_invited_address_typed_in_any_spelling_declines(cast: Cast, typed: str):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    decline_invitation(token=link(invitation), address=typed)

    row = now(invitation)
    assert (row.state, row.message.state, row.decided_at is not None) == ("declined", "cancelled", True)
    assert {grant.ending for grant in row.grants.all()} == {"declined"}
    assert open_invitation(link(invitation)).state == "declined"
    assert not User.objects.filter(email=JULES).exists()


def test_signed_in_holder_declines_without_typing(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    invitation = invited(cast, "olga", OTTO, birch="Guest")

    decline_invitation(token=link(invitation), user=cast.otto)

    assert now(invitation).state == "declined"


@pytest.mark.parametrize("typed", ["", "otto@elsewhere.example", "jules@birch.example.evil.example", "jules", "\x00"])
def test_another_address_declines_nothing(cast: Cast, typed: str):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    with pytest.raises(WrongAddress):
        decline_invitation(token=link(invitation), address=typed)

    assert now(invitation).state == "pending"


@pytest.mark.parametrize("somebody_else", ["otto", "nora", "olga"])
def test_somebody_else_signed_in_declines_nothing(cast: Cast, somebody_else: str):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    with pytest.raises(WrongAddress):
        decline_invitation(token=link(invitation), user=cast.users[somebody_else])

    assert now(invitation).state == "pending"


def test_second_click_is_told_that_it_was_decided(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    decline_invitation(token=link(invitation), address=JULES)

    with pytest.raises(AlreadyDecided):
        decline_invitation(token=link(invitation), address=JULES)


def test_accepted_one_cannot_be_declined(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    join_as_new(invitation)

    with pytest.raises(AlreadyDecided):
        decline_invitation(token=link(invitation), address=JULES)


def test_link_that_a_newer_mail_replaced_declines_nothing(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    old = link(invitation)
    resend_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id])

    with pytest.raises(AlreadyDecided):
        decline_invitation(token=old, address=JULES)

    assert now(invitation).state == "pending"


def test_expired_one_cannot_be_declined(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    mail_taken(invitation, clock_now() - timedelta(hours=25))

    with pytest.raises(Expired):
        decline_invitation(token=link(invitation), address=JULES)


def test_made_up_link_is_not_found(cast: Cast):
    with pytest.raises(NotFound):
        decline_invitation(token="made.up.link", address=JULES)
