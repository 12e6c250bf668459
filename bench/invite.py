"""500 invitations: one request to Guestlist, beside 500 requests of eight clients to better-auth, on the same PostgreSQL server;
and the same request again where 1,000,000 invitations are pending.

Both sides keep what the rounds before have made: one workspace here, one organization there. Because better-auth reads all pending
invitations of the organization for each new one, it is also measured with an organization that is empty when the round begins.

    python -m bench.invite [rounds, 7] [pending, 1000000]
"""

import json
import sys
import time
from itertools import count
from statistics import median

from bench.better_auth import CLIENTS, better_auth
from bench.crowd import seat_crowd
from bench.figures import report
from bench.ground import DATABASE, SERVER, copy_database, durability, make_key, make_northwind
from bench.web import Client, guestlist_web

SIZE = 500
EACH = 3  # requests to Guestlist per round: one of them is much shorter than a round of the peer
NUMBERS = count(1)


def main(rounds: int = 7, pending: int = 1_000_000) -> None:
    key = make_key(make_northwind())
    figures = durability()
    crowded = copy_database("crowded")
    seat_crowd(SERVER, "crowded", pending)
    SERVER.psql("CREATE DATABASE better_auth")
    with (
        guestlist_web(SERVER.get_uri(DATABASE)) as port,
        guestlist_web(crowded) as crowded_port,
        better_auth(SERVER.get_uri("better_auth")) as peer,
    ):
        ours, full = (Client(each, Authorization=f"Bearer {key}") for each in (port, crowded_port))
        times: dict[str, list[float]] = {"ours": [], "full": [], "theirs": [], "fresh": []}
        organization = peer.make_organization("northwind")
        for number in range(rounds + 1):
            client_time = time.process_time()
            theirs = peer.invite(_addresses(), organization)
            client_time = time.process_time() - client_time
            fresh = peer.invite(_addresses(), peer.make_organization(f"fresh-{number}"))
            pairs = [(_invite(ours), _invite(full)) for _ in range(EACH)]
            if number:  # the first round warms up
                times["theirs"].append(theirs)
                times["fresh"].append(fresh)
                times["ours"] += [empty for empty, _ in pairs]
                times["full"] += [crowd for _, crowd in pairs]
    _report(times, figures, rounds, pending, client_time / theirs)


def _report(times: dict[str, list[float]], figures: dict[str, str], rounds: int, pending: int, client_share: float) -> None:
    ours, full, theirs, fresh = (median(times[name]) / SIZE * 1000 for name in ("ours", "full", "theirs", "fresh"))
    report(
        bench="invite",
        ratio=round(theirs / ours, 1),
        ratio_to_an_empty_organization=round(fresh / ours, 1),
        at_least=30,
        aim=50,
        ours_ms_each=round(ours, 3),
        better_auth_ms_each=round(theirs, 3),
        request_ms=round(ours * SIZE),
        clients=CLIENTS,
        client_share_of_peer=round(client_share, 2),
        rounds=rounds,
        **figures,
    )
    report(
        bench=f"invite, {pending:,} pending",
        ratio=round(ours / full, 2),
        at_least=0.8,
        ours_ms_each=round(full, 3),
        rounds=rounds,
    )


def _invite(client: Client) -> float:
    """Seconds of one request; the answer must be 500 times `invited`."""
    body = {"emails": _addresses(), "grants": [{"community": "alder", "roles": ["Analyst"]}]}
    sent = json.dumps(body).encode()
    start = time.perf_counter()
    answer = client.post("/api/v1/workspaces/northwind/invitations", sent)
    took = time.perf_counter() - start
    assert answer.status == 200, answer.body
    assert json.loads(answer.body)["counts"] == {"invited": SIZE}, answer.body[:300]
    return took


def _addresses() -> list[str]:
    """Distinct ones, at fifty organisations, in no order that an index would like."""
    return [
        f"{number * 7919 % 1_000_003:x}.moreau-{number}@birch-{number % 50}.example"
        for number in (next(NUMBERS) for _ in range(SIZE))
    ]


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
