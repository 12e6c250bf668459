"""R-009: no answer tells whether an address has an account, and none takes longer for one that has. `python -m bench.timing` measures
the time; here is what the time is made of. No mail server answers in these tests, and no worker runs."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from guestlist.kernel.actors import OPERATOR
from guestlist.mail.models import Message
from guestlist.members.commands import disable_user
from guestlist.users.models import User
from tests.cast import PASSWORD, Cast
from tests.hasher import CountingArgon2
from tests.invitations.acts import invited

KINDS = ["known", "disabled", "disabled, right password", "without a password", "invited", "very long password"]
UNKNOWN = "nobody@elsewhere.example"


@pytest.fixture
def addresses(cast: Cast) -> dict[str, str]:
    """An address of each kind."""
    disable_user(actor=OPERATOR, user=cast.adam)
    User.objects.filter(id=cast.gus.id).update(password="!of-a-directory")
    invited(cast, "olga", "jules@birch.example", birch="Guest")
    return {
        "known": cast.ana.email,
        "disabled": cast.adam.email,
        "disabled, right password": cast.adam.email,
        "without a password": cast.gus.email,
        "invited": "jules@birch.example",
        "very long password": cast.ana.email,
    }


def seen(answer: Any, email: str) -> tuple[int, int, dict[str, str], list[str]]:
    """Status, size of the body without what is random or was typed, headers and cookies."""
    token = answer.cookies.get("guestlist-csrf")
    body = answer.content.decode().replace(email, "")
    headers = {name: value for name, value in answer.headers.items() if name not in ("X-Request-ID", "Expires", "Content-Length")}
    return answer.status_code, len(body), headers, sorted(answer.cookies) + ["secret" if token else ""]


def sign_in(email: str, password: str) -> Any:
    return Client().post("/login", {"email": email, "password": password})


def ask(email: str) -> Any:
    return Client().post("/password", {"email": email})


@pytest.mark.parametrize("kind", KINDS)
def test_sign_in_answers_the_same_and_costs_the_same(addresses: dict[str, str], kind: str, settings: Settings):
    """R-009: one hash and the same number of statements, with a password a megabyte long too."""
    settings.PASSWORD_HASHERS = ["tests.hasher.CountingArgon2"]
    password = PASSWORD if "right" in kind else "x" * 1_000_000 if "long" in kind else "wrong password"
    cost = []

    for email in (addresses[kind], UNKNOWN):
        CountingArgon2.times = 0
        with CaptureQueriesContext(connection) as statements:
            answer = sign_in(email, password)
        cost.append((seen(answer, email), CountingArgon2.times, len(statements)))

    assert cost[0] == cost[1]
    assert (cost[0][0][0], cost[0][1]) == (422, 1)


@pytest.mark.parametrize("kind", ["known", "disabled", "without a password", "invited"])
def test_asking_for_a_password_answers_the_same_and_takes_as_long(addresses: dict[str, str], kind: str):
    """R-009: a quarter of a second, whatever was found. The mail is queued, so a mail server that is down shows nowhere."""
    ask(UNKNOWN)  # the first fills caches
    answers, took = [], []

    for email in (addresses[kind], UNKNOWN):
        start = time.perf_counter()
        answers.append(seen(ask(email), email))
        took.append(time.perf_counter() - start)

    assert answers[0] == answers[1]
    assert min(took) >= 0.25


def test_both_are_slowed_alike(addresses: dict[str, str]):
    """R-009: with the limits used up."""
    answers = {
        email: [seen(sign_in(email, "wrong password"), email) for _ in range(7)] for email in (addresses["known"], UNKNOWN)
    }
    asked = {email: [seen(ask(email), email) for _ in range(6)] for email in (addresses["known"], UNKNOWN)}

    assert answers[addresses["known"]] == answers[UNKNOWN]
    assert asked[addresses["known"]] == asked[UNKNOWN]


def test_only_the_mailbox_knows(addresses: dict[str, str]):
    """R-009, R-016"""
    before = Message.objects.count()

    for kind in ("disabled", "without a password", "known"):
        ask(addresses[kind])
    ask(UNKNOWN)

    assert set(Message.objects.order_by("created_at").values_list("to_email", flat=True)[before:]) == {
        addresses["known"],
        addresses["without a password"],
    }
