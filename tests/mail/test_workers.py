"""Workers that die, and workers at the same time: every mail goes out once, or twice where one died with it in hand."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from guestlist.kernel import clock
from guestlist.mail.commands import cancel_messages, deliver_due
from guestlist.mail.models import Message
from tests.flows.together import together
from tests.mail.letters import letter, only, queue, queue_many, states
from tests.smtp_sink import YES, Slow, SmtpSink

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

FOREVER = Slow(120)
AFTER_THE_LEASE = timedelta(minutes=16)


def start_worker(sink: SmtpSink) -> "subprocess.Popen[bytes]":
    work = f"from tests.mail.worker_process import work; work({str(connection.settings_dict['NAME'])!r}, {sink.port})"
    command = [sys.executable, "-m", "django", "shell", "--verbosity", "0", "--command", work]
    return subprocess.Popen(command, env=os.environ | {"DJANGO_SETTINGS_MODULE": "guestlist.config.settings"})


def wait_until(happened: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.02)


def link_in(text: str) -> str:
    found = re.search(r"/join/\S+", text)
    assert found
    return found[0]


@pytest.mark.parametrize(("verb", "copies"), [("RCPT", 1), ("DATA", 1), ("DOT", 2)])
def test_killed_worker_loses_nothing_and_repeats_one_mail_at_most(sink: SmtpSink, verb: str, copies: int) -> None:
    queue_many(60)
    sink.answer(verb, *[YES] * 20, FOREVER)

    worker = start_worker(sink)
    wait_until(lambda: sink.waits)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    with time_machine.travel(clock.now() + AFTER_THE_LEASE):
        while deliver_due():
            pass

    assert set(states().values()) == {"sent"}
    counts = Counter(received.message["Message-ID"] for received in sink.messages)
    assert len(counts) == 60
    assert sorted(counts.values()) == [1] * 59 + [copies]
    again = [received for received in sink.messages if counts[received.message["Message-ID"]] == 2]
    assert len({link_in(received.text) for received in again}) == copies - 1
    assert len({received.recipient for received in again}) == copies - 1


def test_killed_worker_keeps_its_mails_until_its_lease_ends(sink: SmtpSink) -> None:
    queue_many(3)
    sink.answer("RCPT", FOREVER)

    worker = start_worker(sink)
    wait_until(lambda: sink.waits)
    worker.send_signal(signal.SIGKILL)
    worker.wait()

    assert deliver_due() == 0
    assert set(states().values()) == {"queued"}


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_at_once_send_each_mail_once(sink: SmtpSink, workers: int) -> None:
    queue_many(300)

    handled = together(*[deliver_due] * workers)

    assert sum(handled) == 300
    assert set(states().values()) == {"sent"}
    assert Counter(received.recipient for received in sink.messages) == dict.fromkeys(states(), 1)


def test_worker_whose_lease_went_to_another_writes_nothing(sink: SmtpSink) -> None:
    queue(letter())
    sink.answer("DOT", YES)
    sink.on_mail = lambda: Message.objects.update(leased_until=clock.now() + timedelta(hours=1), reason="the other's")

    deliver_due()

    assert (only().state, only().reason) == ("queued", "the other's")


def test_mail_cancelled_while_the_server_takes_it_is_sent(sink: SmtpSink) -> None:
    (message,) = queue(letter())
    sink.on_mail = lambda: cancel_messages([message.id])

    deliver_due()

    assert only().state == "sent"
    assert len(sink.messages) == 1


def test_mail_cancelled_while_the_server_refuses_it_stays_cancelled(sink: SmtpSink) -> None:
    (message,) = queue(letter())
    sink.on_mail = lambda: cancel_messages([message.id])
    sink.answer("DOT", "451 later")

    deliver_due()

    assert only().state == "cancelled"


def test_mail_cancelled_behind_a_slow_one_is_not_sent(sink: SmtpSink) -> None:
    _, behind = queue(letter("slow@birch.example"), letter("behind@birch.example"))
    sink.answer("DOT", Slow(1.5))
    sink.on_mail = lambda: cancel_messages([behind.id])

    deliver_due()

    assert states() == {"slow@birch.example": "sent", "behind@birch.example": "cancelled"}
    assert [received.recipient for received in sink.messages] == ["slow@birch.example"]


def test_no_transaction_is_open_while_the_server_is_spoken_to(sink: SmtpSink) -> None:
    queue(letter())
    sink.on_mail = lambda: Message.objects.update(to_name="Changed meanwhile")

    deliver_due()

    assert (only().state, only().to_name) == ("sent", "Changed meanwhile")
