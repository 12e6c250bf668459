"""No address is flooded, whoever asks for it and however."""

from guestlist.invitations.commands import resend_invitations, revoke_invitations
from guestlist.invitations.errors import TooManyMails
from guestlist.invitations.rules import MOST_MAILS
from guestlist.mail.models import Message
from tests.cast import Cast
from tests.invitations.acts import ask, invited, outcomes

JULES = "jules@birch.example"


def test_invitation_is_sent_again_only_so_often(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    results = [
        resend_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id])[0] for _ in range(MOST_MAILS)
    ]

    assert [each.refusal is None for each in results] == [True] * (MOST_MAILS - 1) + [False]
    assert isinstance(results[-1].refusal, TooManyMails)
    assert Message.objects.count() == MOST_MAILS


def test_inviting_and_revoking_in_turn_does_not_help(cast: Cast):
    for _ in range(MOST_MAILS):
        invitation = invited(cast, "olga", JULES, birch="Guest")
        revoke_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id])

    assert outcomes(ask(cast, "olga", f"{JULES} kim@birch.example", birch="Guest")) == ["refused too_many_mails", "invited"]
