"""Whoever cannot sign in types an address; what happens shows in its mailbox alone."""

from datetime import UTC, datetime, timedelta

import time_machine

from guestlist.invitations.commands import request_password_help, revoke_invitations
from guestlist.invitations.queries import open_invitation
from guestlist.mail.models import Message
from guestlist.users.models import User
from tests.cast import Cast
from tests.invitations.acts import invited, join_as_new, link, mail_taken, now

JULES = "jules@birch.example"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_account_gets_a_link_to_choose_a_password(cast: Cast):
    request_password_help(address=" Gus@Northwind.example ")

    message = Message.objects.get()
    assert (message.to_email, message.link_purpose, message.link_subject) == ("gus@northwind.example", "password", cast.gus.id)


def test_address_that_is_only_invited_gets_its_link_again(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    mail_taken(invitation)
    token = link(invitation)

    request_password_help(address=JULES)

    message = now(invitation).message
    assert (message.state, message.link_subject, message.link_version) == ("queued", invitation.id, "1")
    assert open_invitation(token).state == "pending"
    assert join_as_new(invitation).user.email == JULES


def test_invited_by_two_workspaces_gets_both_links(cast: Cast):
    first, second = invited(cast, "olga", JULES, birch="Guest"), invited(cast, "nora", JULES, acme="Guest")
    mail_taken(first), mail_taken(second)

    request_password_help(address=JULES)

    again = Message.objects.filter(state="queued").values_list("link_subject", flat=True)
    assert set(again) == {first.id, second.id}


def test_unknown_address_gets_nothing_and_the_answer_is_the_same(cast: Cast):
    invited(cast, "olga", JULES, birch="Guest")
    before = Message.objects.count()

    answers = [request_password_help(address=each) for each in ("nobody@x.example", "", "no address", "a@b", "\x00@x.example")]

    assert Message.objects.count() == before
    assert {*answers, request_password_help(address=JULES), request_password_help(address="gus@northwind.example")} == {None}


def test_ended_invitations_get_nothing(cast: Cast):
    with time_machine.travel(NOON, tick=False) as clock:
        expired = invited(cast, "olga", JULES, birch="Guest")
        mail_taken(expired)
        revoked = invited(cast, "olga", "gone@birch.example", birch="Guest")
        revoke_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[revoked.id])
        clock.shift(timedelta(hours=24))

        request_password_help(address=JULES)
        request_password_help(address="gone@birch.example")

    assert not Message.objects.filter(state="queued").exists()


def test_link_is_repeated_once_in_ten_minutes(cast: Cast):
    with time_machine.travel(NOON, tick=False) as clock:
        invitation = invited(cast, "olga", JULES, birch="Guest")
        sent = []
        for _ in range(4):
            mail_taken(invitation)
            request_password_help(address=JULES)
            request_password_help(address=JULES)
            sent.append(Message.objects.filter(to_email=JULES).count())
            clock.shift(timedelta(minutes=10))

    assert sent == [2, 3, 4, 5]
    assert now(invitation).renewals == 0, "the holder may still ask for new links"


def test_disabled_account_gets_nothing(cast: Cast):
    User.objects.filter(id=cast.gus.id).update(disabled_at=NOON)

    request_password_help(address="gus@northwind.example")

    assert not Message.objects.exists()
