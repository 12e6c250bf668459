"""People who sign in with a password, while others come through directories that are down, slow or wrong.

    python -m bench.faults [sign-ins in a block, 10] [rounds, 5]

One web process. Blocks with and without the others take turns, so that both meet the same machine. Whatever a directory does, whoever
comes through it gets the one clear page and no session.
"""

import itertools
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from urllib.parse import urlencode

from bench.connections import from_somewhere, prove_domain
from bench.figures import report
from bench.ground import DATABASE, PASSWORD, SERVER, durability, make_northwind
from bench.web import form_token, guestlist_web
from bench.wrong import FORM, Situation, situations

os.environ["GUESTLIST_TRUSTED_PROXIES"] = "1"
PAUSE = 2.0  # seconds until somebody who was refused tries again
NUMBERS = itertools.count()


def main(block: int = 10, rounds: int = 5) -> None:
    northwind = make_northwind()
    prove_domain(northwind)
    with guestlist_web(SERVER.get_uri(DATABASE)) as port, situations(northwind, port) as found:
        _block(port, block)
        for each in found:
            _measure(port, each, block, rounds)


def _measure(port: int, situation: Situation, block: int, rounds: int) -> None:
    quiet: list[float] = []
    beside: list[float] = []
    tries: list[str | None] = []
    for _ in range(rounds):
        quiet += _block(port, block)
        with _others(port, situation, tries):
            beside += _block(port, block)
    assert all(each is None for each in tries), next(each for each in tries if each)
    report(
        bench="faults",
        directory=situation.name,
        ratio=round(median(beside) / median(quiet), 2),
        at_most=1.2,
        sign_in_ms=round(median(beside) * 1000),
        alone_ms=round(median(quiet) * 1000),
        slowest_ms=round(max(beside) * 1000),
        refused=len(tries),
        **durability(),
    )


def _block(port: int, count: int) -> list[float]:
    return [_sign_in(port) for _ in range(count)]


def _sign_in(port: int) -> float:
    """Seconds for the page and the password."""
    browser = from_somewhere(port, next(NUMBERS))
    start = time.perf_counter()
    token = form_token(browser)
    form = {"csrfmiddlewaretoken": token, "email": "olga@northwind.example", "password": PASSWORD}
    answer = browser.post("/login", urlencode(form).encode(), FORM)
    took = time.perf_counter() - start
    assert answer.status == 302, answer.body[:500]
    return took


@contextmanager
def _others(port: int, situation: Situation, tries: list[str | None]) -> Iterator[None]:
    """So many people who come through the directory and try again when they are refused; what was wrong with the answer to each."""
    over = threading.Event()

    def keep_trying(place: int) -> None:
        over.wait(PAUSE * place / situation.people)
        while not over.is_set():
            tries.append(_try(port, situation))
            over.wait(PAUSE)

    threads = [threading.Thread(target=keep_trying, args=[place]) for place in range(situation.people)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()


def _try(port: int, situation: Situation) -> str | None:
    browser = from_somewhere(port, next(NUMBERS))
    try:
        answer = situation.attempt(browser)
        clear = answer.status == 400 and b"Could not sign you in with" in answer.body
        inside = browser.get("/api/v1/me").status != 401
    except Exception as broken:  # noqa: BLE001 (told at the end, by the main thread)
        return f"{situation.name}: {broken!r}"
    return None if clear and not inside else f"{situation.name}: {answer.status} {answer.body[:300]!r}, inside: {inside}"


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
