"""Two givers, neither of whom sees the other's community, invite the same person: one invitation, and no word of the one reaches the
other (design rules 6 and 8, ADR 6)."""

from datetime import timedelta

import time_machine

from guestlist.invitations.commands import invite, resend_invitations, revoke_invitations
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import fetch_invitation, open_invitation
from guestlist.invitations.rules import Person
from guestlist.mail.models import Message
from tests.cast import Cast
from tests.invitations.acts import invited, link, mail_taken, now, wanted

ZOE = "zoe@birch.example"


def invite_with_note(cast: Cast, actor: str, note: str, name: str = "", **places: str) -> Invitation:
    done = invite(
        actor=cast.users[actor].actor,
        workspace=cast.northwind,
        people=[Person(ZOE, name)],
        grants=wanted(cast, **places),
        note=note,
    )
    return Invitation.objects.get(id=done.outcomes[0].invitation)


def test_second_giver_reads_nothing_the_first_one_wrote(cast: Cast):
    first = invite_with_note(cast, "adam", "Alder's secret", "Zoe of Alder", alder="Guest")
    invite_with_note(cast, "mia", "Welcome to Birch", birch="Guest")

    seen = fetch_invitation(cast.mia.actor, cast.northwind, first.id).invitation

    assert (seen.note, seen.name, seen.batch_id) == ("", "", None)
    assert seen.created_at > first.created_at
    assert fetch_invitation(cast.adam.actor, cast.northwind, first.id).invitation.note == "Alder's secret"


def test_mail_carries_the_note_of_its_own_giver(cast: Cast):
    first = invite_with_note(cast, "adam", "Hello from Alder", alder="Guest")
    invite_with_note(cast, "mia", "Hello from Birch", birch="Guest")
    resend_invitations(actor=cast.mia.actor, workspace=cast.northwind, ids=[first.id])

    mails = Message.objects.filter(to_email=ZOE).order_by("id")

    assert [(each.context["inviter"], each.context["note"]) for each in mails] == [
        (cast.adam.name, "Hello from Alder"),
        (cast.mia.name, "Hello from Birch"),
        (cast.mia.name, ""),
    ]


def test_page_shows_a_note_only_while_a_grant_of_its_writer_lives(cast: Cast):
    first = invite_with_note(cast, "adam", "Hello from Alder", alder="Guest")
    invite_with_note(cast, "mia", "", birch="Guest")
    opened = open_invitation(link(first))
    assert (opened.inviter, opened.invitation.note_with(opened.grants)) == (cast.adam.name, "Hello from Alder")

    revoke_invitations(actor=cast.adam.actor, workspace=cast.northwind, ids=[first.id])

    opened = open_invitation(link(first))
    assert (opened.inviter, opened.invitation.note_with(opened.grants)) == (cast.mia.name, "")


def test_resending_keeps_every_older_mail_from_going_out(cast: Cast):
    first = invited(cast, "adam", ZOE, alder="Guest")
    invited(cast, "mia", ZOE, birch="Guest")

    resend_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[first.id])

    assert sorted(Message.objects.values_list("state", "link_version")) == [
        ("cancelled", "1"),
        ("cancelled", "1"),
        ("queued", "2"),
    ]


def test_long_invitation_outlives_the_mail_of_a_later_giver(cast: Cast):
    first = invite_with_note(cast, "adam", "", alder="Guest")
    Invitation.objects.filter(id=first.id).update(lifetime=200 * 86400)
    mail_taken(now(first))

    with time_machine.travel(now(first).created_at + timedelta(days=60)):
        invited(cast, "mia", ZOE, birch="Guest")

        assert now(first).current_state == "pending"


def test_part_that_was_revoked_tells_no_more_of_the_rest(cast: Cast):
    first = invited(cast, "adam", ZOE, alder="Guest")
    invited(cast, "mia", ZOE, birch="Guest")
    revoke_invitations(actor=cast.mia.actor, workspace=cast.northwind, ids=[first.id])
    before = fetch_invitation(cast.mia.actor, cast.northwind, first.id).invitation.ends_at

    resend_invitations(actor=cast.adam.actor, workspace=cast.northwind, ids=[first.id])

    assert fetch_invitation(cast.mia.actor, cast.northwind, first.id).invitation.ends_at == before
