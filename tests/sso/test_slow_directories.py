"""A directory that is slow: who waits for it, and who does not."""

import time
from contextlib import ExitStack
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from guestlist.config.processes import THREADS
from guestlist.kernel import clock
from guestlist.sso.models import Connection
from guestlist.web.sso.turns import NoTurn, turn
from tests.cast import Cast
from tests.sso.provider import OpenId, back, go


@pytest.fixture
def openid(openid: OpenId, monkeypatch: pytest.MonkeyPatch) -> OpenId:
    """Slow is whatever takes longer than a tenth of a second."""
    monkeypatch.setattr("guestlist.web.sso.fetching.PATIENCE", 0.4)
    monkeypatch.setattr("guestlist.web.sso.turns.SLOW", 0.1)
    return openid


def test_directory_that_did_not_answer_is_left_alone_for_a_while(row: Connection, openid: OpenId, client: Client):
    openid.delay = 2
    start = reverse("sso_start", args=[row.id])

    assert [client.get(start).status_code for _ in range(3)] == [400, 400, 400]
    assert len(openid.asked) == 1
    openid.delay = 0
    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        assert [client.get(start).status_code for _ in range(2)] == [302, 302]


def test_directory_that_drips_is_silent_too(row: Connection, openid: OpenId, client: Client):
    openid.drip = "body"
    start = reverse("sso_start", args=[row.id])

    assert [client.get(start).status_code for _ in range(3)] == [400, 400, 400]

    assert len(openid.asked) == 1


def test_nobody_stands_in_line_behind_one_that_is_stuck(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """Whoever waits for a turn has the last thread: with eight at one dead directory nobody could log in."""
    monkeypatch.setattr("guestlist.web.sso.turns.IN_LINE", 0.2)

    with ExitStack() as asking:
        for _ in range(THREADS - 1):
            asking.enter_context(turn("dead"))
        time.sleep(0.3)
        begun = time.monotonic()
        for _ in range(8):
            with pytest.raises(NoTurn), turn("dead"):
                pass
        took = time.monotonic() - begun

    assert took < 0.2


def test_one_at_a_time_tries_whether_it_speaks_again(row: Connection, openid: OpenId, client: Client):
    go(client, row, openid)
    openid.delay = 2
    assert back(client, row, openid).status_code == 400

    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        for _ in range(3):
            go(client, row, openid)
            assert back(client, row, openid).status_code == 400

    assert openid.asked.count("/token") == 2


def test_directory_that_says_no_at_once_is_asked_again(row: Connection, openid: OpenId, client: Client):
    openid.status = {"/.well-known/openid-configuration": 503}
    start = reverse("sso_start", args=[row.id])

    assert [client.get(start).status_code for _ in range(3)] == [400, 400, 400]

    assert len(openid.asked) == 3


def test_thread_is_left_for_everybody_else(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("guestlist.web.sso.turns.IN_LINE", 0.01)

    with ExitStack() as asking:
        for number in range(THREADS - 1):
            asking.enter_context(turn(f"directory-{number}"))
        with pytest.raises(NoTurn), turn("one-more"):
            pass

    with turn("one-more"):
        pass
