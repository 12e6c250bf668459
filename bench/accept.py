"""Accepting as a new person, GET and POST of the join page, beside one hash of a password by the configured hasher.

    python -m bench.accept [people, 60]

The two take turns, so that both meet the same machine.
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from statistics import median
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.hashers import make_password

from bench.figures import report
from bench.ground import DATABASE, PASSWORD, SERVER, durability, make_key, make_northwind
from bench.web import Client, guestlist_web
from guestlist.invitations.models import LINK_PURPOSE
from guestlist.kernel.links import sign_link

FORM = re.compile(rb'name="(csrfmiddlewaretoken|shown)" value="([^"]+)"')
WARM_UP = 5


def main(people: int = 60) -> None:
    key = make_key(make_northwind())
    with guestlist_web(SERVER.get_uri(DATABASE)) as port:
        tokens = list(invite_people(Client(port, Authorization=f"Bearer {key}"), people + WARM_UP))
        pairs = [(_accept(port, token), _hash()) for token in tokens][WARM_UP:]
    accept, one_hash = (median(times) * 1000 for times in zip(*pairs, strict=True))
    report(
        bench="accept",
        ratio=round(accept / one_hash, 2),
        at_most=1.4,
        accept_ms=round(accept, 1),
        hash_ms=round(one_hash, 1),
        people=people,
        **durability(),
    )


def invite_people(admin: Client, people: int) -> Iterator[str]:
    """The tokens of so many links."""
    emails = [f"guest-{number}@birch.example" for number in range(people)]
    body = {"emails": emails, "grants": [{"community": "alder", "roles": ["Analyst"]}]}
    answer = admin.post("/api/v1/workspaces/northwind/invitations", json.dumps(body).encode())
    assert answer.status == 200, answer.body
    for outcome in json.loads(answer.body)["outcomes"]:
        yield sign_link(LINK_PURPOSE, UUID(outcome["invitation"]), "1")


def _accept(port: int, token: str) -> float:
    guest = Client(port)
    start = time.perf_counter()
    page = guest.get(f"/join/{token}").body
    shown = {name.decode(): value.decode() for name, value in FORM.findall(page)}
    form = urlencode(shown | {"name": "Jules Moreau", "password": PASSWORD, "do": "join"}).encode()
    answer = guest.post(f"/join/{token}", form, "application/x-www-form-urlencoded")
    took = time.perf_counter() - start
    assert answer.status == 200 and b"You are in" in answer.body, answer.body[:500]
    return took


def _hash() -> float:
    start = time.perf_counter()
    make_password(PASSWORD)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
