"""Known against unknown address: how long sign-in, asking for a password and discovery take. Discovery knows no addresses but
domains: known ones are of a domain that a workspace proved and has a connection for.

    python -m bench.timing [pairs, 500]

The two take turns, each with a connection of its own. In the first run no limit is reached: every pair comes from another source
(X-Forwarded-For of a trusted proxy) and asks for another account, 125 of them in turn. In the second all come from one source, so that
nearly all are slowed. The ratio is the slower median over the faster one.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median
from urllib.parse import urlencode

from django.db import connections, transaction
from django.urls import reverse

from bench.connections import DOMAIN, connect, prove_domain
from bench.figures import report
from bench.ground import DATABASE, SERVER, make_northwind
from bench.web import Client, form_token, guestlist_web
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.text import read_address
from guestlist.sso.rules import Oidc
from guestlist.users.commands import create_user, hash_new_password

ACCOUNTS = 125  # as many as it takes that none is asked about more than 5 times
PACE = 0.21  # seconds for a pair at least: below 600 tries a minute
WARM_UP = 5
ADDRESSES = {"known": "jules-{:03}@" + DOMAIN, "unknown": "jules-{:03}@nowhere.example"}
Question = tuple[str, str, dict[str, str]]  # its name, the path and what is posted beside the address


def main(pairs: int = 500) -> None:
    northwind = make_northwind()
    prove_domain(northwind)
    connect(northwind, "Corp", Oidc("https://login.corp.example", "guestlist", "hush hush"))
    _make_people()
    os.environ["GUESTLIST_TRUSTED_PROXIES"] = "1"
    with guestlist_web(SERVER.get_uri(DATABASE)) as port:
        for limits, source in (("not reached", _another_source), ("reached", _same_source)):
            for question in _questions():
                known, unknown = _measure(port, question, pairs, source)
                report(
                    bench=f"timing of {question[0]}, limits {limits}",
                    ratio=round(max(known, unknown) / min(known, unknown), 3),
                    at_most=1.1,
                    known_ms=round(known, 1),
                    unknown_ms=round(unknown, 1),
                    pairs=pairs,
                )


def _make_people() -> None:
    hashed = hash_new_password(password="seven tall ships at anchor", name="x", words=())
    for number in range(ACCOUNTS):
        with transaction.atomic():
            address = read_address(ADDRESSES["known"].format(number))
            create_user(actor=OPERATOR, address=address, name=f"Person {number}", password_hash=hashed, language="en")
    connections.close_all()


def _questions() -> Iterator[Question]:
    yield "sign-in", "/login", {"password": "a wrong password"}
    yield "asking for a password", "/password", {}
    yield "discovery", reverse("sso_find"), {}


def _measure(port: int, question: Question, pairs: int, source: Callable[[int], str]) -> tuple[float, float]:
    """The medians, in milliseconds. Which of the two comes first changes from pair to pair."""
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(pairs + WARM_UP):
        start = time.perf_counter()
        for kind in sorted(took, reverse=number % 2 == 1):
            took[kind].append(_one(port, question, ADDRESSES[kind].format(number % ACCOUNTS), source(number)))
        time.sleep(max(0.0, start + PACE - time.perf_counter()))
    known, unknown = (median(times[WARM_UP:]) * 1000 for times in took.values())
    return known, unknown


def _one(port: int, question: Question, email: str, source: str) -> float:
    _, path, more = question
    web = Client(port, **{"X-Forwarded-For": source})
    token = form_token(web)
    form = urlencode({"csrfmiddlewaretoken": token, "email": email, **more}).encode()
    start = time.perf_counter()
    answer = web.post(path, form, "application/x-www-form-urlencoded")
    took = time.perf_counter() - start
    assert answer.status in (200, 302, 422), answer
    return took


def _another_source(number: int) -> str:
    return f"2001:db8:{number:x}::1"


def _same_source(number: int) -> str:
    return "192.0.2.1"


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
