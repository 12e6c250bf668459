"""The addresses of an account, asked for and confirmed by a link; and what thieves and strangers try."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress, EmailConfirmation
from pytest_django import Settings

from guestlist.audit.models import Event
from guestlist.invitations.commands import request_password_help, verify_address
from guestlist.kernel.errors import NotFound
from guestlist.kernel.links import sign_link
from guestlist.mail.commands import deliver_due
from guestlist.mail.models import Message
from guestlist.users.commands import (
    make_primary,
    read_address_link,
    request_address,
    reset_password,
)
from guestlist.users.errors import (
    AddressYours,
    InvalidAddress,
    LinkEnded,
    TooManyAddresses,
    TooManyLinks,
)
from guestlist.users.models import Notification, User
from guestlist.users.queries import addresses_of
from tests.cast import Cast
from tests.invariants import assert_sound
from tests.smtp_sink import SmtpSink
from tests.users.addresses import HOME, OWN, address_rows, asked, held, link_of, signs_in, told
from tests.users.test_reset_password import NEW, reset_link

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_address_asked_for_opens_nothing_until_its_link_is_used(cast: Cast):
    request_address(user=cast.ana, typed=f" {HOME.upper()} ")

    assert address_rows(cast.ana) == [(OWN, True, True), (HOME, False, False)]
    assert signs_in(HOME) is None
    assert not told("address_added")


def test_confirmed_address_signs_in_and_every_address_is_told(cast: Cast):
    """R-013"""
    held(cast.ana)

    assert signs_in(HOME) == signs_in(OWN) == cast.ana
    assert told("address_added") == {OWN, HOME}
    assert Notification.objects.get(user=cast.ana, action__startswith="user.").action == "user.address_added"
    assert User.objects.get(id=cast.ana.id).email == OWN
    assert_sound()


def test_reading_a_link_changes_nothing(cast: Cast):
    """R-022"""
    token = asked(cast.ana)
    before = (address_rows(cast.ana), Event.objects.count(), Message.objects.count())

    assert read_address_link(token=token).user == cast.ana

    assert (address_rows(cast.ana), Event.objects.count(), Message.objects.count()) == before


def test_link_works_once(cast: Cast):
    """R-018"""
    token = asked(cast.ana)
    verify_address(user=cast.ana, token=token)

    with pytest.raises(LinkEnded):
        verify_address(user=cast.ana, token=token)

    assert Event.objects.filter(action="user.address_added").count() == 1


def test_link_works_for_a_day_from_being_sent(cast: Cast, settings: Settings):
    """R-020"""
    with time_machine.travel(NOON, tick=False) as clock, SmtpSink() as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        token = asked(cast.ana)
        clock.shift(timedelta(hours=30))
        deliver_due()
        assert f"/address/{token}" in sink.messages[0].text
        clock.shift(timedelta(hours=23, minutes=59, seconds=59))
        assert addresses_of(cast.ana)[1].link_works and read_address_link(token=token)

        clock.shift(timedelta(seconds=1))
        with pytest.raises(LinkEnded):
            verify_address(user=cast.ana, token=token)
        assert not addresses_of(cast.ana)[1].link_works


def test_link_sent_again_ends_the_one_before(cast: Cast):
    first, second = asked(cast.ana), asked(cast.ana)

    with pytest.raises(LinkEnded):
        verify_address(user=cast.ana, token=first)

    mails = Message.objects.filter(template="users/emails/address_link").order_by("id")
    assert [each.state for each in mails] == ["cancelled", "queued"]
    assert verify_address(user=cast.ana, token=second) == HOME


@pytest.mark.parametrize("who", ["olga", "nora", "otto"])
def test_link_of_somebody_else_gives_them_nothing(cast: Cast, who: str):
    token = asked(cast.ana)

    with pytest.raises(NotFound):
        verify_address(user=cast.users[who], token=token)

    assert len(address_rows(cast.users[who])) == 1
    assert verify_address(user=cast.ana, token=token) == HOME


@pytest.mark.parametrize("token", ["", "made.up", "a.b.c"])
def test_made_up_link_is_not_found(cast: Cast, token: str):
    with pytest.raises(NotFound):
        verify_address(user=cast.ana, token=token)


def test_link_of_another_purpose_confirms_nothing(cast: Cast):
    """R-019"""
    asked(cast.ana)
    version = EmailConfirmation.objects.get().key

    with pytest.raises(NotFound):
        verify_address(user=cast.ana, token=sign_link("password", cast.ana.id, version))
    with pytest.raises(LinkEnded):
        verify_address(user=cast.nora, token=sign_link("address", cast.nora.id, version))


def test_address_of_another_account_tells_its_holder_and_nobody_else(cast: Cast, settings: Settings):
    """R-009: what Nora reads and what the outbox knows is the same as for an address that is nobody's."""
    with SmtpSink() as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        taken = request_address(user=cast.nora, typed=cast.olga.email)
        free = request_address(user=cast.nora, typed="free@elsewhere.example")
        deliver_due()

        to_olga = next(each.text for each in sink.messages if "Somebody wanted to add your address" in each.text)

    rows = {row.id: row for row in addresses_of(cast.nora)}
    assert [(rows[each.id].verified, rows[each.id].link_works) for each in (taken, free)] == [(False, True)] * 2
    assert "/address/" not in to_olga and "nora" not in to_olga.lower() and "Whitfield" not in to_olga
    assert signs_in(cast.olga.email) == cast.olga


def test_address_of_another_account_is_never_claimed_even_by_its_link(cast: Cast):
    """Nora holds a link that was never written out; a mail program cannot know it either."""
    request_address(user=cast.nora, typed=cast.olga.email)

    with pytest.raises(LinkEnded):
        verify_address(user=cast.nora, token=link_of(cast.nora, cast.olga.email))

    assert EmailAddress.objects.get(email=cast.olga.email, verified=True).user == cast.olga
    assert_sound()


def test_of_two_accounts_that_want_an_address_the_first_to_confirm_has_it(cast: Cast):
    ana, nora = asked(cast.ana), asked(cast.nora)

    verify_address(user=cast.nora, token=nora)

    with pytest.raises(LinkEnded):
        verify_address(user=cast.ana, token=ana)
    assert signs_in(HOME) == cast.nora
    assert_sound()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "ana@",
        "ana@home.example\r\nBcc: all@victim.example",
        "ana@home.example, nora@acme.example",
        "Ana <ana@home.example>",
        "ana@home.example\x00",
        f"{'a' * 65}@home.example",
        f"ana@{'home.' * 60}example",
    ],
)
def test_what_is_no_address_is_refused_and_mails_nobody(cast: Cast, typed: str):
    """R-100, R-106"""
    with pytest.raises(InvalidAddress):
        request_address(user=cast.ana, typed=typed)

    assert not Message.objects.exists() and len(address_rows(cast.ana)) == 1


@pytest.mark.parametrize("typed", [OWN, "ANA@Northwind.Example", HOME, "Ana@HOME.example"])
def test_own_address_is_not_added_twice(cast: Cast, typed: str):
    """R-101: one canonical form."""
    held(cast.ana)

    with pytest.raises(AddressYours):
        request_address(user=cast.ana, typed=typed)


def test_international_domain_is_one_address_in_both_scripts(cast: Cast):
    held(cast.ana, "ana@xn--bcher-kva.example")

    with pytest.raises(AddressYours):
        request_address(user=cast.ana, typed="ana@bücher.example")

    assert [row.email for row in addresses_of(cast.ana)] == [OWN, "ana@bücher.example"]
    make_primary(user=cast.ana, address=addresses_of(cast.ana)[1].id)
    assert User.objects.get(id=cast.ana.id).email == "ana@bücher.example"
    assert_sound()


def test_account_has_ten_addresses_at_most(cast: Cast):
    for number in range(9):
        cast.ana.emailaddress_set.create(email=f"ana{number}@home.example")

    with pytest.raises(TooManyAddresses):
        request_address(user=cast.ana, typed=HOME)
    request_address(user=cast.ana, typed="ana3@home.example")


def test_links_are_ten_an_hour_for_an_account(cast: Cast):
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(9):
            request_address(user=cast.ana, typed=f"ana{number}@home.example")
        request_address(user=cast.ana, typed="ana1@home.example")
        with pytest.raises(TooManyLinks):
            request_address(user=cast.ana, typed="ana1@home.example")
        clock.shift(timedelta(hours=1, seconds=1))

        request_address(user=cast.ana, typed="ana1@home.example")


def test_links_are_five_an_hour_for_a_mailbox_whoever_asks(cast: Cast):
    for who in ("ana", "nora", "otto", "gus", "mia"):
        request_address(user=cast.users[who], typed=HOME)

    with pytest.raises(TooManyLinks):
        request_address(user=cast.adam, typed=HOME.upper())

    assert Message.objects.filter(to_email=HOME).count() == 5


def test_new_password_ends_addresses_that_wait(cast: Cast):
    """R-026: a thief of the session asked for an address of theirs and waits for the holder to come back."""
    token = asked(cast.ana, "thief@elsewhere.example")

    reset_password(token=reset_link(cast.ana), password=NEW)

    with pytest.raises(LinkEnded):
        verify_address(user=cast.ana, token=token)
    assert address_rows(cast.ana) == [(OWN, True, True)]


def test_link_for_a_new_password_goes_to_the_address_that_asked(cast: Cast):
    held(cast.ana)

    for typed in ("Ana@HOME.example", OWN):
        request_password_help(address=typed)

    mails = Message.objects.filter(template="users/emails/password_reset").order_by("id")
    assert [each.to_email for each in mails] == [HOME, OWN]
