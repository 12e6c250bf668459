"""R-008: wrong passwords are slowed per account, per source and altogether, and nobody keeps the holder out by trying.

The numbers are those of users/rules.py: 5 in 5 minutes on one account from one source, 30 in 10 minutes from one source, 20 an hour
and 100 in a row on one account, 600 a minute altogether; 10 in 5 minutes from a browser that has signed in to the account before.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from guestlist.mail.models import Message
from guestlist.users.commands import reset_password, verify_password
from guestlist.users.errors import TooManyTries
from guestlist.users.models import Tries
from guestlist.web.sign_in.known import COOKIE
from tests.cast import PASSWORD, Cast
from tests.users.addresses import HOME, held
from tests.users.test_reset_password import NEW, reset_link

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANA, NORA, NOBODY = "ana@northwind.example", "nora@acme.example", "nobody@northwind.example"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def source(number: int) -> str:
    return f"198.51.{number // 250}.{number % 250 + 1}"


def log_in(email: str, password: str = PASSWORD, *, at: int = 0, client: Client | None = None, **headers: str) -> str:
    """`in`, `wrong` or `slowed`, from the source of this number."""
    answer = (client or Client()).post("/login", {"email": email, "password": password}, REMOTE_ADDR=source(at), headers=headers)
    if answer.status_code == 302:
        return "in"
    return "slowed" if "Too many" in answer.context["errors"]["form"] else "wrong"


def guess(email: str, at: int = 0) -> str:
    """A wrong password without the page around it, for where there are very many."""
    try:
        return "in" if verify_password(address=email, password="wrong password", source=source(at), browsers={}) else "wrong"
    except TooManyTries:
        return "slowed"


def fail(email: str, times: int, clock: time_machine.Traveller | None = None) -> list[str]:
    """So many wrong passwords, each from a source of its own; with a clock, five minutes apart."""
    answers = []
    for number in range(times):
        answers.append(guess(email, number))
        if clock:
            clock.shift(timedelta(minutes=5))
    return answers


def test_page_says_that_it_was_too_often(cast: Cast, clock: time_machine.Traveller):
    """R-008"""
    answers = [log_in(ANA, "wrong password") for _ in range(6)]

    assert answers == ["wrong"] * 5 + ["slowed"]


def test_account_is_slowed_for_strangers_wherever_they_come_from(cast: Cast, clock: time_machine.Traveller):
    """R-008"""
    assert fail(ANA, 21) == ["wrong"] * 20 + ["slowed"]
    assert log_in(ANA, at=99) == "slowed"

    clock.shift(timedelta(hours=1))

    assert log_in(ANA, at=99) == "in"


def test_trying_one_address_does_not_tell_whose_another_is(cast: Cast, clock: time_machine.Traveller):
    """R-009: an account has several, of which others know one."""
    held(cast.ana)
    assert fail(ANA, 21)[-1] == "slowed"

    assert [guess(HOME, at=30), guess(NOBODY, at=30)] == ["wrong", "wrong"]
    assert log_in(HOME, at=31) == "wrong", "the twenty are for all addresses together"
    clock.shift(timedelta(hours=1))
    assert log_in(HOME, at=31) == "in"


def test_new_password_starts_every_address_anew(cast: Cast, clock: time_machine.Traveller):
    held(cast.ana)
    fail(ANA, 21)
    fail(HOME, 21)

    reset_password(token=reset_link(cast.ana), password=NEW)

    assert [log_in(each, NEW, at=40) for each in (ANA, HOME)] == ["in", "in"]


@pytest.mark.parametrize("email", [ANA, NOBODY])
def test_after_a_hundred_failures_in_a_row_no_stranger_tries_another(cast: Cast, clock: time_machine.Traveller, email: str):
    """R-008: for an account and for none alike."""
    answers = fail(email, 150, clock)

    assert answers == ["wrong"] * 100 + ["slowed"] * 50
    clock.shift(timedelta(days=30))
    assert log_in(email, at=99) == "slowed"


def test_holder_gets_in_from_a_browser_where_they_were_before(cast: Cast, clock: time_machine.Traveller):
    """R-008: and whatever was tried starts anew."""
    own = Client()
    log_in(ANA, client=own)
    own.post("/logout")
    fail(ANA, 150, clock)

    assert log_in(ANA, client=own) == "in"
    assert log_in(ANA, at=99) == "in"


def test_holder_gets_in_through_their_mailbox(cast: Cast, clock: time_machine.Traveller):
    """R-008: from any browser."""
    fail(ANA, 150, clock)

    Client().post(f"/password/{reset_link(cast.ana)}", {"password": NEW})

    assert log_in(ANA, NEW, at=99) == "in"


def test_new_password_is_not_refused_where_the_old_one_was_tried_in_vain(cast: Cast, clock: time_machine.Traveller):
    for _ in range(6):
        last = log_in(ANA, "wrong password")
    assert last == "slowed"

    reset_password(token=reset_link(cast.ana), password=NEW)

    assert log_in(ANA, NEW) == "in"


def test_one_source_closes_no_account(cast: Cast, clock: time_machine.Traveller):
    """R-008"""
    answers = [guess(ANA, 1) for _ in range(150)]

    assert answers == ["wrong"] * 5 + ["slowed"] * 145
    assert log_in(ANA, at=2) == "in"


def test_source_is_slowed_over_all_accounts(cast: Cast, clock: time_machine.Traveller):
    """R-008: 1,000 accounts from one source."""
    answers = [guess(f"user-{number}@northwind.example") for number in range(1_000)]

    assert answers == ["wrong"] * 30 + ["slowed"] * 970
    assert (log_in(NORA), log_in(NORA, at=1)) == ("slowed", "in")
    clock.shift(timedelta(minutes=10))
    assert log_in(NORA) == "in"


def test_own_successes_do_not_clear_the_source(cast: Cast, clock: time_machine.Traveller):
    """R-008: somebody who has an account signs in to it after every fourth try on others."""
    own, answers = Client(), []
    for number in range(60):
        answers.append(guess(f"user-{number}@northwind.example"))
        if number % 4 == 3:
            log_in("otto@elsewhere.example", client=own)
            own.post("/logout")

    assert answers == ["wrong"] * 30 + ["slowed"] * 30


def test_browser_known_to_one_account_is_a_stranger_to_another(cast: Cast, clock: time_machine.Traveller):
    """R-008"""
    ottos = Client()
    log_in("otto@elsewhere.example", client=ottos)
    ottos.post("/logout")

    answers = [log_in(ANA, "wrong password", client=ottos) for _ in range(6)]

    assert answers == ["wrong"] * 5 + ["slowed"]


def test_known_browser_is_slowed_by_itself(cast: Cast, clock: time_machine.Traveller):
    """R-008: whoever stole the laptop does not try for ever, and does not keep the holder from signing in elsewhere."""
    own = Client()
    log_in(ANA, client=own)
    own.post("/logout")

    answers = [log_in(ANA, "wrong password", client=own) for _ in range(12)]

    assert answers == ["wrong"] * 10 + ["slowed"] * 2
    assert log_in(ANA, at=1) == "in"


@pytest.mark.parametrize("value", ["", "x", "eyJhIjoiYiJ9:1abc:def", "{}"])
def test_cookie_somebody_made_up_makes_nobody_known(cast: Cast, clock: time_machine.Traveller, value: str):
    """R-008"""
    client = Client()
    client.cookies[COOKIE] = value
    fail(ANA, 20)

    assert log_in(ANA, at=99, client=client) == "slowed"


def test_browser_keeps_the_five_latest_accounts(cast: Cast, clock: time_machine.Traveller):
    client, people = Client(), [user.email for user in cast.users.values()]
    for number, email in enumerate(people):
        log_in(email, client=client, at=number)
        client.post("/logout")
    for email in (people[0], people[-1]):
        fail(email, 20)

    assert (log_in(people[0], at=99, client=client), log_in(people[-1], at=99, client=client)) == ("slowed", "in")


def test_all_strangers_together_are_slowed(cast: Cast, clock: time_machine.Traveller):
    """R-008: the whole installation, but nobody who was here before."""
    own = Client()
    log_in(ANA, client=own)
    own.post("/logout")
    answers = [guess(f"user-{number}@northwind.example", number) for number in range(601)]

    assert answers == ["wrong"] * 600 + ["slowed"]
    assert (log_in(NORA, at=700), log_in(ANA, client=own)) == ("slowed", "in")
    clock.shift(timedelta(minutes=1))
    assert log_in(NORA, at=700) == "in"


def test_forwarded_addresses_are_believed_from_trusted_proxies_only(
    cast: Cast, clock: time_machine.Traveller, settings: Settings
):
    """R-008: spoofed forwarding headers."""
    answers = [
        log_in(f"user-{number}@northwind.example", "wrong password", x_forwarded_for=f"192.0.2.{number}, 192.0.2.{number}")
        for number in range(31)
    ]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    behind_the_proxy = [
        log_in(f"user-{number}@northwind.example", "wrong password", at=1, x_forwarded_for=f"192.0.2.{number}, 203.0.113.9")
        for number in range(31)
    ]

    assert answers == behind_the_proxy == ["wrong"] * 30 + ["slowed"]


def test_machine_with_many_addresses_of_one_network_is_one_source(cast: Cast, clock: time_machine.Traveller):
    answers = [
        Client().post("/login", {"email": f"u{number}@x.example", "password": "wrong"}, REMOTE_ADDR=f"2001:db8::{number:x}")
        for number in range(31)
    ]

    assert ["Too many" in answer.context["errors"]["form"] for answer in answers] == [False] * 30 + [True]


def test_old_password_is_not_tried_for_ever_on_the_page_that_changes_it(cast: Cast, clock: time_machine.Traveller):
    """R-006, R-008: in a session somebody left open."""
    client = Client()
    log_in(ANA, client=client)

    answers = [client.post("/me/password", {"old": "wrong password", "password": NEW}).context["errors"] for _ in range(11)]

    assert [*map(list, answers)] == [["old"]] * 10 + [["form"]]


def test_asking_for_many_links_leaves_one_that_works_in_the_mailbox(cast: Cast, clock: time_machine.Traveller):
    """R-008: whoever uses up the links of an hour has had one mailed that lives as long."""
    for number in range(20):
        Client().post("/password", {"email": ANA}, REMOTE_ADDR=source(number))

    assert Message.objects.filter(to_email=ANA).count() == 5
    clock.shift(timedelta(hours=1))
    Client().post("/password", {"email": ANA})
    assert Message.objects.filter(to_email=ANA).count() == 6


def test_what_has_ended_is_swept_out(cast: Cast, clock: time_machine.Traveller):
    fail(NOBODY, 3)
    clock.shift(timedelta(days=366))

    log_in(ANA)

    assert not Tries.objects.filter(ends_at__lte=NOON + timedelta(days=366)).exists()


def test_page_says_how_long_to_wait_and_links_to_the_mail(cast: Cast, clock: time_machine.Traveller):
    for _ in range(5):
        log_in(ANA, "wrong password")

    page = Client().post("/login", {"email": ANA, "password": "wrong password"}, REMOTE_ADDR=source(0)).content.decode()

    assert "Wait up to 5 minutes" in page and "Choose a new password by e-mail" in page
