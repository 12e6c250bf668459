"""Design rules 9 and 11: how long a link lives, and which one is refused."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from guestlist.invitations.commands import accept_as_new_user, accept_as_user, resend_invitations, revoke_invitations
from guestlist.invitations.errors import AlreadyDecided, Expired
from guestlist.invitations.models import LINK_PURPOSE
from guestlist.invitations.queries import open_invitation
from guestlist.kernel.errors import NotFound
from guestlist.kernel.links import sign_link
from guestlist.users.models import User
from tests.cast import Cast
from tests.invitations.acts import (
    GOOD_PASSWORD,
    held,
    invited,
    join_as,
    join_as_new,
    link,
    mail_taken,
    now,
)

JULES = "jules@birch.example"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


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
