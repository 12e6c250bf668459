"""A reset link works for an hour and once; setting a password ends the links and sessions made before."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.kernel.links import sign_link
from guestlist.mail.commands import deliver_due
from guestlist.mail.models import Message
from guestlist.members.commands import disable_user
from guestlist.members.models import Membership
from guestlist.users.commands import read_reset_link, request_password_reset, reset_password
from guestlist.users.errors import LinkEnded, WeakPassword
from guestlist.users.models import User
from tests.cast import PASSWORD, Cast
from tests.smtp_sink import SmtpSink

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEW = "seven tall ships at anchor"


def reset_link(user: User) -> str:
    request_password_reset(user=user)
    message = Message.objects.filter(link_purpose="password", link_subject=user.id).latest("created_at")
    return sign_link(message.link_purpose, message.link_subject, message.link_version)


def test_new_password_works_and_the_old_one_no_longer(cast: Cast):
    user = reset_password(token=reset_link(cast.gus), password=NEW)

    assert user.check_password(NEW) and not user.check_password(PASSWORD)
    assert user.password_version == 2


def test_holder_is_told_by_mail(cast: Cast):
    """R-013"""
    reset_password(token=reset_link(cast.gus), password=NEW)

    told = Message.objects.get(template="users/emails/password_changed")
    assert (told.to_email, told.link_purpose) == ("gus@northwind.example", "")


def test_opening_the_link_changes_nothing(cast: Cast):
    token = reset_link(cast.gus)
    before = (User.objects.values().get(id=cast.gus.id), Event.objects.count())

    assert read_reset_link(token=token) == cast.gus

    assert (User.objects.values().get(id=cast.gus.id), Event.objects.count()) == before


def test_link_works_once(cast: Cast):
    """R-018"""
    token = reset_link(cast.gus)
    reset_password(token=token, password=NEW)

    with pytest.raises(LinkEnded):
        reset_password(token=token, password="another seven tall ships")

    assert User.objects.get(id=cast.gus.id).check_password(NEW)


def test_link_works_for_an_hour_from_being_sent(cast: Cast, settings: Settings):
    """R-020"""
    with time_machine.travel(NOON, tick=False) as clock, SmtpSink() as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        token = reset_link(cast.gus)
        clock.shift(timedelta(hours=3))
        deliver_due()
        assert token in sink.messages[0].text
        clock.shift(timedelta(minutes=59, seconds=59))
        assert read_reset_link(token=token) == cast.gus

        clock.shift(timedelta(seconds=1))
        with pytest.raises(LinkEnded):
            read_reset_link(token=token)
        with pytest.raises(LinkEnded):
            reset_password(token=token, password=NEW)


def test_older_link_ends_with_the_password(cast: Cast):
    """R-026"""
    older, newer = reset_link(cast.gus), reset_link(cast.gus)

    reset_password(token=newer, password=NEW)

    with pytest.raises(LinkEnded):
        read_reset_link(token=older)


def test_weak_password_is_refused_and_the_link_stays_good(cast: Cast):
    token = reset_link(cast.gus)

    with pytest.raises(WeakPassword):
        reset_password(token=token, password="gus@northwind.example")

    assert read_reset_link(token=token) == cast.gus


@pytest.mark.parametrize("token", ["", "made.up", "a.b.c"])
def test_made_up_link_is_not_found(cast: Cast, token: str):
    with pytest.raises(NotFound):
        read_reset_link(token=token)


def test_link_of_an_invitation_resets_nothing(cast: Cast):
    with pytest.raises(NotFound):
        read_reset_link(token=sign_link("invitation", cast.gus.id, "1-99999999999"))


def test_reset_touches_no_membership(cast: Cast):
    before = list(Membership.objects.values())

    reset_password(token=reset_link(cast.gus), password=NEW)

    assert list(Membership.objects.values()) == before


def test_link_of_an_account_disabled_meanwhile_is_refused(cast: Cast):
    token = reset_link(cast.gus)
    disable_user(actor=OPERATOR, user=cast.gus)

    with pytest.raises(LinkEnded):
        reset_password(token=token, password=NEW)

    assert User.objects.get(id=cast.gus.id).check_password(PASSWORD)
