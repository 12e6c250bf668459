"""The pages of people with 1,000,000 memberships in 50,000 communities, beside the same pages with 100 in 4: warm, 50 rows a page. Two
web processes take turns; statements are counted in this process. And Settings > Overview, which has a target of its own in ms.

    python -m bench.users [memberships, 1000000] [communities, 50000] [rounds, 15]
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from urllib.parse import urlencode

from django.db import connection, transaction
from django.test import Client as Visitor
from django.test.utils import CaptureQueriesContext

from bench.figures import report
from bench.ground import DATABASE, PASSWORD, SERVER, Northwind, copy_database, durability, make_northwind
from bench.members import seat_members
from bench.web import Client, guestlist_web, sign_in
from guestlist.access.roles import ADMIN, ANALYST, MANAGE_MEMBER
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.seals import seal
from guestlist.kernel.text import read_address
from guestlist.members.commands import Place, join
from guestlist.users.commands import create_user
from guestlist.users.models import User

WORKSPACE, ALDER, LEAF = "/w/northwind/settings/users", "/w/northwind/team/alder/users", "/w/northwind/team/place-2/users"
OVERVIEW = "/w/northwind/settings/overview"
BEHIND = {  # the key of the 30th of 80 people, or as far down of many
    "address": "SELECT email_key AS key FROM membership GROUP BY 1",
    "name": """SELECT lower(name) || ' ' || email COLLATE "C" AS key FROM "user" """,
    "newest": "SELECT id::text AS key FROM membership",
}
NARROWED = {
    "active": {"status": "active"},
    "deactivated (5)": {"status": "deactivated"},
    "ended (5)": {"status": "ended"},
    "Analysts": {"role": str(ANALYST)},
    "manage_members (5)": {"role": str(MANAGE_MEMBER)},
    "invited": {"source": "invited"},
    "by SCIM (5)": {"source": "scim"},
    "in Alder": {"community": "alder"},
    "search of many": {"q": "birch.ex"},
    "search of one": {"q": "quill"},
    "search of none": {"q": "nobody-at-all"},
}


BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WARM_UP = 4  # more than one process has threads, each with its own connection
Browsers = dict[str, Client]


def main(memberships: int = 1_000_000, communities: int = 50_000, rounds: int = 15) -> None:
    _seat_mia(make_northwind())
    databases = {name: copy_database(name) for name in ("small", "large")}
    seat_members(SERVER, "small", 100, 2, 60)
    seat_members(SERVER, "large", memberships, communities - 2, max(60, memberships // 10))
    pages = dict(_pages())
    with guestlist_web(databases["small"]) as small, guestlist_web(databases["large"]) as large:
        for who in ("olga", "mia"):
            browsers = {"small": _browser(small, who), "large": _browser(large, who)}
            for what, paths in pages.items():
                times = _times(browsers, paths, rounds)
                counts = {name: _statements(name, who, path) for name, path in paths.items()}
                _report(f"{who}, {what}", times, counts)
    report(bench="users", memberships=memberships, communities=communities, rounds=rounds, **durability())


def _seat_mia(northwind: Northwind) -> None:
    """An Admin of Alder: what she sees is nearly everything, but she does not see it from main."""
    address = read_address("mia@northwind.example")
    with transaction.atomic():
        mia = create_user(actor=OPERATOR, address=address, name="Mia", password_hash=northwind.olga.password, language="en")
        place = Place(northwind.workspace.id, northwind.alder.id, mia.id, address.key, frozenset({ADMIN}), "added")
        join(actor=OPERATOR, places=[place])


def _pages() -> Iterator[tuple[str, dict[str, str]]]:
    """What a page is called, and its path in each database: they differ in the key behind which a later page begins."""
    for order in BEHIND:
        yield f"sorted by {order}", _paths(WORKSPACE, {"sort": order})
        keys = {name: _key(name, order) for name in ("small", "large")}
        yield (
            f"sorted by {order}, later",
            {name: f"{WORKSPACE}?{urlencode({'sort': order, 'after': seal(keys[name])})}" for name in keys},
        )
    for what, asked in NARROWED.items():
        yield what, _paths(WORKSPACE, asked)
    for what, path in (("Alder's page", ALDER), ("a leaf's page", LEAF)):
        yield what, _paths(path, {})
        yield f"{what}, by name", _paths(path, {"sort": "name"})
        yield f"{what}, search of one", _paths(path, {"q": "quill"})
    yield "overview", _paths(OVERVIEW, {})


def _paths(path: str, asked: dict[str, str]) -> dict[str, str]:
    return dict.fromkeys(("small", "large"), f"{path}?{urlencode(asked)}")


def _key(database: str, order: str) -> str:
    with _on(database), connection.cursor() as cursor:
        cursor.execute(
            f"WITH keys AS ({BEHIND[order]}) SELECT key FROM keys ORDER BY key {'DESC' if order == 'newest' else 'ASC'}"
            " OFFSET (SELECT count(*) * 3 / 8 FROM keys) LIMIT 1"
        )
        return str(cursor.fetchone()[0])


def _browser(port: int, who: str) -> Client:
    client = Client(port)
    sign_in(client, f"{who}@northwind.example", PASSWORD)
    return client


def _times(browsers: Browsers, paths: dict[str, str], rounds: int) -> dict[str, float]:
    """Median milliseconds of each, taking turns."""
    times: dict[str, list[float]] = {name: [] for name in browsers}
    for number in range(rounds + WARM_UP):
        for name, browser in browsers.items():
            start = time.perf_counter()
            answer = browser.get(paths[name])
            if number >= WARM_UP:
                times[name].append(time.perf_counter() - start)
            assert answer.status == 200, answer
    return {name: median(each) * 1000 for name, each in times.items()}


def _statements(database: str, who: str, path: str) -> int:
    with _on(database):
        visitor = Visitor(HTTP_HOST="localhost")
        visitor.force_login(User.objects.get(email=f"{who}@northwind.example"), backend=BACKEND)
        visitor.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert visitor.get(path).status_code == 200
    return len(seen)


@contextmanager
def _on(database: str) -> Iterator[None]:
    """Inside, this process works on that database."""
    connection.close()
    connection.settings_dict["NAME"] = database
    yield
    connection.close()
    connection.settings_dict["NAME"] = DATABASE


def _report(what: str, times: dict[str, float], counts: dict[str, int]) -> None:
    target = {"aim_ms": 300} if "overview" in what else {"at_most": 2}
    report(
        bench=f"users: {what}",
        ratio=round(times["large"] / times["small"], 2),
        **target,
        small_ms=round(times["small"], 1),
        large_ms=round(times["large"], 1),
        statements=counts["small"],
        more_statements=counts["large"] - counts["small"],
    )


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
