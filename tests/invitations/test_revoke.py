"""Revoking ends the grants the actor sees; an invitation ends with its last grant (design rules 8 and 9)."""

import pytest

from guestlist.invitations.commands import resend_invitations, revoke_invitations
from guestlist.invitations.errors import AlreadyDecided
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import fetch_invitation, open_invitation, visible_invitations
from guestlist.kernel.errors import NotFound
from guestlist.mail.models import Message
from guestlist.members.errors import AboveCeiling
from tests.cast import Cast
from tests.invitations.acts import ask, held, invited, join_as_new, link, live_grants, mail_taken, now

JULES = "jules@birch.example"


def revoke(cast: Cast, actor: str, *invitations: Invitation) -> list[str]:
    ids = [each.id for each in invitations]
    results = revoke_invitations(actor=cast.users[actor].actor, workspace=cast.northwind, ids=ids)
    return [type(each.refusal).__name__ for each in results]


def states_seen(cast: Cast, actor: str) -> dict[str, str]:
    """What each filter of the list and each single page says of the one invitation."""
    who, found = cast.users[actor].actor, {}
    for state in ("pending", "accepted", "declined", "revoked", "expired"):
        for row in visible_invitations(who, cast.northwind, state=state):
            found[state] = fetch_invitation(who, cast.northwind, row.id).invitation.current_state
    return found


def test_revoked_invitation_ends_and_its_waiting_mail_is_not_sent(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    assert revoke(cast, "olga", invitation) == ["NoneType"]

    row = now(invitation)
    assert (row.state, row.message.state) == ("revoked", "cancelled")
    assert row.decided_at is not None
    assert open_invitation(link(invitation)).state == "revoked"


def test_mail_that_went_out_stays_sent(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    mail_taken(invitation)

    revoke(cast, "olga", invitation)

    assert now(invitation).message.state == "sent"


def test_only_the_grants_in_sight_end(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Analyst", birch="Guest")

    revoke(cast, "adam", invitation)

    assert live_grants(invitation) == {"birch by Olga Lindqvist": {"Guest"}}
    assert now(invitation).current_state == "pending"
    assert held(join_as_new(invitation).user) == {"birch": {"Guest"}}


def test_invitation_ends_with_its_last_grant_whoever_ends_it(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Analyst", birch="Guest")

    revoke(cast, "adam", invitation)
    revoke(cast, "mia", invitation)

    assert now(invitation).state == "revoked"
    assert Message.objects.get().state == "cancelled"


def test_revoked_part_looks_revoked_whatever_becomes_of_the_rest(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Analyst", birch="Guest")
    assert states_seen(cast, "adam") == {"pending": "pending"}

    revoke(cast, "adam", invitation)
    assert states_seen(cast, "adam") == {"revoked": "revoked"}
    assert states_seen(cast, "olga") == {"pending": "pending"}

    resend_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id])
    join_as_new(invitation)
    assert states_seen(cast, "adam") == {"revoked": "revoked"}
    assert fetch_invitation(cast.adam.actor, cast.northwind, invitation.id).delivery == ""
    assert states_seen(cast, "olga") == {"accepted": "accepted"}


def test_revoked_part_cannot_be_resent_or_revoked_again(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Analyst", birch="Guest")
    revoke(cast, "adam", invitation)

    assert revoke(cast, "adam", invitation) == [AlreadyDecided.__name__]
    again = resend_invitations(actor=cast.adam.actor, workspace=cast.northwind, ids=[invitation.id])
    assert isinstance(again[0].refusal, AlreadyDecided)


def test_revoked_address_is_invited_anew(cast: Cast):
    old = invited(cast, "olga", JULES, birch="Guest")
    revoke(cast, "olga", old)

    fresh = invited(cast, "olga", JULES, birch="Guest")

    assert fresh.id != old.id
    assert open_invitation(link(old)).state == "revoked"


def test_who_could_not_have_given_it_cannot_take_it_away(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Admin")

    assert revoke(cast, "mia", invitation) == [AboveCeiling.__name__]

    assert now(invitation).state == "pending"


def test_manager_revokes_what_an_admin_gave_below_the_ceiling(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Analyst")

    assert revoke(cast, "mia", invitation) == ["NoneType"]


@pytest.mark.parametrize("stranger", ["otto", "nora", "gus", "ana", "adam"])
def test_who_sees_no_grant_finds_no_invitation(cast: Cast, stranger: str):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    assert revoke(cast, stranger, invitation) == [NotFound.__name__]

    assert now(invitation).state == "pending"


def test_accepted_one_is_decided_already(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    user = join_as_new(invitation).user

    assert revoke(cast, "olga", invitation) == [AlreadyDecided.__name__]

    assert held(user) == {"birch": {"Guest"}}


def test_thirty_at_once(cast: Cast):
    ask(cast, "olga", " ".join(f"p{number}@birch.example" for number in range(30)), birch="Guest")

    assert set(revoke(cast, "olga", *Invitation.objects.all())) == {"NoneType"}

    assert set(Invitation.objects.values_list("state", flat=True)) == {"revoked"}
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}
