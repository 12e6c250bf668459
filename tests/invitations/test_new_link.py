"""An expired link's page mails a new one to the invited mailbox: at most once in 10 minutes, 3 times (design rule 10)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from guestlist.invitations.commands import ask_for_new_link, revoke_invitations
from guestlist.invitations.errors import AlreadyDecided, NoMoreLinks, TooSoon, WrongAddress
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.mail.models import Message
from tests.cast import Cast
from tests.invitations.acts import invited, join_as_new, link, mail_taken, now

JULES = "jules@birch.example"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
A_DAY = timedelta(hours=24)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def expired(clock: time_machine.Traveller, cast: Cast) -> Invitation:
    invitation = invited(cast, "olga", JULES, birch="Guest")
    mail_taken(invitation)
    clock.shift(A_DAY)
    return invitation


def test_new_link_goes_to_the_invited_mailbox_and_works(expired: Invitation):
    old = link(expired)

    ask_for_new_link(token=old, address="JULES@birch.example")

    message = now(expired).message
    assert (message.to_email, message.state, message.link_version) == (JULES, "queued", "2")
    assert open_invitation(old).state == "superseded"
    mail_taken(expired)
    assert join_as_new(expired).user.email == JULES


@pytest.mark.parametrize("typed", ["", "otto@elsewhere.example", "olga@northwind.example"])
def test_another_address_gets_nothing(expired: Invitation, typed: str):
    with pytest.raises(WrongAddress):
        ask_for_new_link(token=link(expired), address=typed)

    assert Message.objects.count() == 1


def test_link_that_still_works_is_not_made_anew(cast: Cast, clock: time_machine.Traveller):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    mail_taken(invitation)
    clock.shift(A_DAY - timedelta(seconds=1))

    with pytest.raises(AlreadyDecided):
        ask_for_new_link(token=link(invitation), address=JULES)


def test_once_in_ten_minutes(expired: Invitation, clock: time_machine.Traveller):
    ask_for_new_link(token=link(expired), address=JULES)
    Message.objects.filter(state="queued").update(state="sent", link_ends_at=NOON)
    clock.shift(timedelta(minutes=10, seconds=-1))

    with pytest.raises(TooSoon):
        ask_for_new_link(token=link(expired), address=JULES)

    clock.shift(timedelta(seconds=1))
    assert ask_for_new_link(token=link(expired), address=JULES).version == 3


def test_three_times(expired: Invitation, clock: time_machine.Traveller):
    for _ in range(3):
        ask_for_new_link(token=link(expired), address=JULES)
        mail_taken(expired)
        clock.shift(A_DAY)

    with pytest.raises(NoMoreLinks):
        ask_for_new_link(token=link(expired), address=JULES)

    assert Message.objects.filter(to_email=JULES).count() == 4


def test_revoked_invitation_mails_nothing(cast: Cast, expired: Invitation):
    revoke_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[expired.id])

    with pytest.raises(AlreadyDecided):
        ask_for_new_link(token=link(expired), address=JULES)

    assert Message.objects.count() == 1


def test_invitation_that_a_new_one_took_the_place_of_mails_nothing(cast: Cast, expired: Invitation):
    invited(cast, "olga", JULES, birch="Guest")

    with pytest.raises(AlreadyDecided):
        ask_for_new_link(token=link(expired), address=JULES)

    assert Message.objects.count() == 2
