"""R-031: a session ends 14 days after the sign-in, and 72 hours after it was used last (docs/security.md)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as configured
from django.test import Client

from tests.cast import PASSWORD, Cast
from tests.users.test_reset_password import NEW

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def log_in(cast: Cast) -> Client:
    client = Client()
    client.post("/login", {"email": cast.ana.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/me").status_code == 200


def test_session_in_daily_use_ends_after_fourteen_days(cast: Cast):
    """R-031"""
    with time_machine.travel(START, tick=False) as clock:
        client = log_in(cast)
        for _ in range(13):
            clock.shift(timedelta(days=1))
            assert is_in(client)
        clock.move_to(START + timedelta(days=14, seconds=-1))
        assert is_in(client)

        clock.shift(timedelta(seconds=2))

        assert not is_in(client)


@pytest.mark.parametrize(("unused", "still"), [(timedelta(hours=71), True), (timedelta(hours=73), False)])
def test_unused_session_ends_after_seventy_two_hours(cast: Cast, unused: timedelta, still: bool):
    """R-031"""
    with time_machine.travel(START, tick=False) as clock:
        client = log_in(cast)
        clock.shift(unused)
        assert is_in(client) is still

        clock.shift(timedelta(hours=71))

        assert is_in(client) is still


def test_changing_the_password_makes_no_session_longer(cast: Cast):
    """R-031"""
    with time_machine.travel(START, tick=False) as clock:
        client = log_in(cast)
        for _ in range(5):
            clock.shift(timedelta(days=2))
            is_in(client)
        client.post("/me/password", {"old": PASSWORD, "password": NEW})
        assert is_in(client)

        clock.move_to(START + timedelta(days=12))
        assert is_in(client)
        clock.move_to(START + timedelta(days=14, seconds=1))

        assert not is_in(client)


def test_cookie_ends_with_the_session(cast: Cast):
    with time_machine.travel(START, tick=False):
        cookie = log_in(cast).cookies[configured.SESSION_COOKIE_NAME]

    assert cookie["max-age"] == 14 * 24 * 3600
