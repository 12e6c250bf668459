"""A mail server that says no, later, or nothing at all."""

from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from guestlist.kernel import clock
from guestlist.mail.commands import deliver_due
from guestlist.mail.models import Message
from guestlist.mail.rules import ATTEMPTS, PATIENCE, wait_after
from tests.mail.letters import letter, only, queue, queue_many, states
from tests.smtp_sink import DROP, YES, Slow, SmtpSink

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def deliver_in(wait: timedelta) -> int:
    with time_machine.travel(clock.now() + wait):
        return deliver_due()


def test_back_off_doubles_up_to_an_hour() -> None:
    waits = [wait_after(attempts) for attempts in (1, 2, 3, 6, 7, 20)]

    for wait, minutes in zip(waits, (1, 2, 4, 32, 60, 60), strict=True):
        assert 0.8 * minutes <= wait / MINUTE <= 1.2 * minutes
    assert len({wait_after(1) for _ in range(10)}) > 1


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("reply", ["450 4.2.0 greylisted, come back", "451 4.3.0 try later"])
def test_greylisted_mail_is_sent_at_a_later_try(sink: SmtpSink, verb: str, reply: str) -> None:
    queue(letter())
    sink.answer(verb, reply, reply)

    deliver_due()
    assert (only().state, only().attempts, only().reason) == ("queued", 1, reply)
    assert 0.7 * MINUTE < only().next_attempt_at - only().at < 1.3 * MINUTE
    assert deliver_due() == 0
    deliver_in(2 * MINUTE)
    assert only().attempts == 2
    deliver_in(6 * MINUTE)

    assert (only().state, only().attempts, only().reason) == ("sent", 3, "")
    assert len(sink.messages) == 1


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "DOT"])
def test_refused_mail_fails_with_the_reason_and_others_go_out(sink: SmtpSink, verb: str) -> None:
    queue(letter("gone@birch.example"), letter("here@birch.example"))
    sink.answer(verb, "550 5.1.1 No such user")

    deliver_due()

    assert states() == {"gone@birch.example": "failed", "here@birch.example": "sent"}
    assert Message.objects.get(state="failed").reason == "550 5.1.1 No such user"
    assert deliver_in(HOUR) == 0


def test_one_refused_address_does_not_hold_up_a_hundred(sink: SmtpSink) -> None:
    queue_many(100)
    sink.refuse("guest50@birch.example", "553 5.1.3 bad address")

    deliver_due()

    assert sorted(states().values()) == ["failed"] + ["sent"] * 99
    assert sink.connections == 1


@pytest.mark.parametrize("code", [554, 421])
def test_refusal_that_quotes_the_link_is_stored_without_it(sink: SmtpSink, code: int, caplog: pytest.LogCaptureFixture) -> None:
    queue(letter())
    deliver_due()
    link = next(word for word in sink.messages[0].text.split() if "/join/" in word)
    Message.objects.update(state="queued")
    sink.answer("DOT", f"{code} 5.7.1 blocked: {link}")
    queue(letter())

    deliver_due()

    said = set(Message.objects.values_list("reason", flat=True))
    assert f"{code} 5.7.1 blocked: http://localhost:8000/join/…" in said
    assert link.rpartition("/")[2] not in f"{said}{caplog.text}"


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "DOT"])
def test_dropped_connection_is_tried_again_with_the_same_id_and_link(sink: SmtpSink, verb: str) -> None:
    """R-025"""
    queue(letter())
    sink.answer(verb, DROP)

    deliver_due()
    assert (only().state, only().attempts) == ("queued", 1)
    assert "closed" in only().reason
    deliver_in(2 * MINUTE)

    assert only().state == "sent"
    assert len(sink.messages) == (2 if verb == "DOT" else 1)
    assert {received.message["Message-ID"] for received in sink.messages} == {only().message_id}
    assert len({received.text.splitlines()[1] for received in sink.messages}) == 1


def test_server_that_hangs_up_after_some_mails_is_called_again_at_once(sink: SmtpSink) -> None:
    queue_many(5)
    sink.answer("RCPT", YES, "421 4.7.0 enough for one connection")

    first = deliver_due()
    second = deliver_due()

    assert (first, second) == (1, 3)
    assert sorted(states().values()) == ["queued", "sent", "sent", "sent", "sent"]


def test_hang_up_counts_a_try_only_for_the_mail_in_hand(sink: SmtpSink) -> None:
    queue_many(3)
    sink.answer("RCPT", "421 4.3.2 shutting down")

    deliver_due()

    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert not Message.objects.exclude(leased_until=None).exists()
    assert deliver_due() == 0
    assert sink.connections == 1


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("EHLO", DROP),
        ("MAIL", "421 4.3.2 shutting down"),
        ("MAIL", "451 4.3.0 no room"),
        ("MAIL", "530 5.7.0 authentication required"),
        ("MAIL", DROP),
    ],
)
def test_refusal_that_is_about_no_mail_makes_the_whole_queue_wait(sink: SmtpSink, verb: str, reply: str) -> None:
    queue_many(3)
    sink.answer(verb, reply)

    assert deliver_due() == 0
    assert set(Message.objects.values_list("state", "attempts")) == {("queued", 0)}
    assert all("mail server cannot be used" in reason for reason in Message.objects.values_list("reason", flat=True))
    assert deliver_due() == 0
    assert sink.connections == 1

    assert deliver_in(2 * MINUTE) == 3
    assert set(states().values()) == {"sent"}


def test_server_that_is_down_leaves_the_queue_and_says_why(
    sink: SmtpSink, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    queue_many(3)
    settings.EMAIL_PORT = 1

    for hours in range(26):
        deliver_in(hours * HOUR)
    assert set(Message.objects.values_list("state", "attempts")) == {("queued", 0)}
    assert all("Connection refused" in reason for reason in Message.objects.values_list("reason", flat=True))
    assert "The mail server cannot be used" in caplog.text
    settings.EMAIL_PORT = sink.port
    deliver_in(27 * HOUR)

    assert set(states().values()) == {"sent"}


def test_mail_nobody_took_for_a_week_fails_and_says_so(sink: SmtpSink, settings: Settings) -> None:
    queue(letter())
    settings.EMAIL_PORT = 1
    deliver_due()

    deliver_in(PATIENCE + HOUR)

    assert only().state == "failed"
    assert only().reason.startswith("Given up after 7 days. The mail server cannot be used:")


def test_mail_greylisted_for_ever_is_given_up(sink: SmtpSink) -> None:
    queue(letter())
    sink.answer("RCPT", *["450 later"] * 100)

    with time_machine.travel(clock.now()) as traveller:
        tries = 0
        while only().state == "queued":
            traveller.move_to(only().next_attempt_at)
            tries += deliver_due()
        trying = clock.now() - only().created_at

    assert tries == ATTEMPTS
    assert (only().state, only().reason) == ("failed", "Given up after 30 attempts. 450 later")
    assert timedelta(hours=18) < trying < timedelta(hours=30)


@pytest.mark.parametrize("server", ["EMAIL_USE_TLS", "EMAIL_HOST_USER"])
def test_server_without_encryption_or_sign_in_gets_no_mail(sink: SmtpSink, settings: Settings, server: str) -> None:
    queue(letter())
    settings.EMAIL_USE_TLS = server == "EMAIL_USE_TLS"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "guestlist-secret"

    deliver_due()

    assert not sink.messages
    assert only().state == "queued"
    assert "not supported" in only().reason
    assert "guestlist-secret" not in only().reason


def test_poison_does_not_stop_the_others(sink: SmtpSink, caplog: pytest.LogCaptureFixture) -> None:
    queue(letter("a@birch.example"), letter("poison@birch.example", template="letters/broken"), letter("b@birch.example"))
    queue(letter("eve@birch.example>\r\nRCPT TO:<x@evil.example"), letter("none@birch.example", template="letters/nowhere"))

    deliver_due()

    assert sorted(states().values()) == ["failed", "failed", "failed", "sent", "sent"]
    assert Message.objects.get(to_email="poison@birch.example").reason == "The mail could not be written (TemplateSyntaxError)."
    assert {received.recipient for received in sink.messages} == {"a@birch.example", "b@birch.example"}
    assert "cannot be written" in caplog.text


def test_silent_server_is_left_after_the_timeout(sink: SmtpSink, settings: Settings) -> None:
    queue(letter())
    settings.EMAIL_TIMEOUT = 0.2
    sink.answer("RCPT", Slow(1))

    deliver_due()

    assert only().state == "queued"
    assert "timed out" in only().reason


def test_server_may_take_its_time_after_the_text(sink: SmtpSink, settings: Settings) -> None:
    queue(letter())
    settings.EMAIL_TIMEOUT = 0.2
    sink.answer("DOT", Slow(1))

    deliver_due()

    assert only().state == "sent"
    assert len(sink.messages) == 1
