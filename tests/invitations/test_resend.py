"""Resending makes a new link, kills the old, and makes the resender the giver (design rules 8 and 9)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from guestlist.invitations.commands import accept_as_new_user, resend_invitations, revoke_invitations
from guestlist.invitations.errors import AlreadyDecided
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.kernel.errors import NotFound
from guestlist.mail.models import Message
from guestlist.members.errors import AboveCeiling
from tests.cast import Cast
from tests.invitations.acts import GOOD_PASSWORD, ask, invited, join_as_new, link, live_grants, mail_taken, now

JULES = "jules@birch.example"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def resend(cast: Cast, actor: str, *invitations: Invitation) -> list[str]:
    ids = [each.id for each in invitations]
    results = resend_invitations(actor=cast.users[actor].actor, workspace=cast.northwind, ids=ids)
    assert [each.id for each in results] == ids
    return [type(each.refusal).__name__ for each in results]


def test_new_mail_has_a_new_link_and_the_old_one_is_dead(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    mail_taken(invitation)
    old = link(invitation)

    assert resend(cast, "olga", invitation) == ["NoneType"]

    assert open_invitation(old).state == "superseded"
    assert open_invitation(link(invitation)).state == "pending"
    message = now(invitation).message
    assert (message.state, message.link_version, Message.objects.count()) == ("queued", "2", 2)
    with pytest.raises(AlreadyDecided):
        accept_as_new_user(token=old, shown=open_invitation(old).shown, name="Jules", password=GOOD_PASSWORD, language="en")


def test_mail_that_still_waits_is_cancelled(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    resend(cast, "olga", invitation)

    assert sorted(Message.objects.values_list("state", flat=True)) == ["cancelled", "queued"]


def test_mail_that_went_out_stays_what_it_is(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    mail_taken(invitation)

    resend(cast, "olga", invitation)

    assert sorted(Message.objects.values_list("state", flat=True)) == ["queued", "sent"]


def test_expired_invitation_lives_again_for_its_lifetime_from_the_new_mail(cast: Cast):
    with time_machine.travel(NOON, tick=False) as clock:
        invitation = invited(cast, "olga", JULES, birch="Guest")
        mail_taken(invitation)
        clock.shift(timedelta(days=40))
        assert now(invitation).current_state == "expired"

        resend(cast, "olga", invitation)
        clock.shift(timedelta(hours=1))
        mail_taken(invitation)
        clock.shift(timedelta(hours=24, seconds=-1))

        assert now(invitation).current_state == "pending"
        assert join_as_new(invitation).user.email == JULES


def test_resender_becomes_the_giver_of_what_they_see(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Analyst", birch="Guest")

    resend(cast, "adam", invitation)

    assert live_grants(invitation) == {"alder by Adam Okafor": {"Analyst"}, "birch by Olga Lindqvist": {"Guest"}}


def test_mail_of_the_resender_names_only_what_they_see(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Analyst", birch="Guest")

    resend(cast, "adam", invitation)

    context = now(invitation).message.context
    assert (context["inviter"], context["places"]) == ("Adam Okafor", [{"community": "Alder", "roles": ["Analyst"]}])


def test_who_could_not_give_it_cannot_resend_it(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Admin")

    assert resend(cast, "mia", invitation) == [AboveCeiling.__name__]

    assert (now(invitation).version, Message.objects.count()) == (1, 1)


@pytest.mark.parametrize("stranger", ["otto", "nora", "gus", "ana", "adam"])
def test_who_sees_no_grant_finds_no_invitation(cast: Cast, stranger: str):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    assert resend(cast, stranger, invitation) == [NotFound.__name__]

    assert (now(invitation).version, Message.objects.count()) == (1, 1)


def test_invitation_of_another_workspace_is_not_found_even_for_its_admin(cast: Cast):
    theirs = invited(cast, "nora", JULES, acme="Guest")

    results = resend_invitations(actor=cast.nora.actor, workspace=cast.northwind, ids=[theirs.id])

    assert isinstance(results[0].refusal, NotFound)


def test_many_at_once_each_get_their_own_answer(cast: Cast):
    good = [invited(cast, "olga", f"p{number}@birch.example", birch="Guest") for number in range(3)]
    accepted = invited(cast, "olga", JULES, birch="Guest")
    join_as_new(accepted)
    revoked = invited(cast, "olga", "gone@birch.example", birch="Guest")
    revoke_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[revoked.id])
    ids = [good[0].id, accepted.id, uuid4(), good[1].id, revoked.id, good[2].id, good[0].id]

    results = resend_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=ids)

    assert [each.id for each in results] == ids[:-1], "each once"
    names = [type(each.refusal).__name__ for each in results]
    assert names == ["NoneType", "AlreadyDecided", "NotFound", "NoneType", "AlreadyDecided", "NoneType"]
    assert [now(each).version for each in good] == [2, 2, 2]


def test_invitation_of_an_account_says_so_again(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    invitation = invited(cast, "olga", "otto@elsewhere.example", birch="Guest")

    resend(cast, "olga", invitation)

    assert now(invitation).message.context["has_account"] is True


def test_resent_to_a_joined_list_keeps_every_giver_apart(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Guest")
    ask(cast, "adam", JULES, alder="Analyst")

    resend(cast, "olga", invitation)
    ask(cast, "olga", JULES, alder="Guest")

    assert set(live_grants(invitation)) == {"alder by Olga Lindqvist"}
    assert join_as_new(invitation).user.memberships.get().roles.count() == 2
