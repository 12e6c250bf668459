"""New people who come for the first time through one connection, all at once.

    python -m bench.sso [people, 100] [at once, 20]

Two web processes share one PostgreSQL; each person is sent away by one and comes back to the other. The provider is oidc-provider-mock,
in a process of its own.
"""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlencode, urlsplit

from bench.connections import DOMAIN, connect, from_somewhere, path_of, prove_domain
from bench.figures import report
from bench.ground import DATABASE, SERVER, durability, make_northwind
from bench.web import HOST, Client, free_port, guestlist_web, running, wait_for
from guestlist.members.models import Membership
from guestlist.sso.models import Attempt, Connection, Identity
from guestlist.sso.rules import Oidc
from guestlist.users.models import User

os.environ["GUESTLIST_TRUSTED_PROXIES"] = "1"
WARM_UP = 10
FORM = "application/x-www-form-urlencoded"


def main(people: int = 100, at_once: int = 20) -> None:
    northwind, provider, database = make_northwind(), free_port(), SERVER.get_uri(DATABASE)
    prove_domain(northwind)
    row = connect(northwind, "Okta", Oidc(f"http://localhost:{provider}", "guestlist", "hush hush"))
    with ExitStack() as stack:
        stack.enter_context(running(_mock(provider, WARM_UP + people), {}))
        ports = [stack.enter_context(guestlist_web(database)) for _ in range(2)]
        wait_for(provider, "/.well-known/openid-configuration")
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(lambda number: _come(row, ports, number), range(WARM_UP)))
            start = time.perf_counter()
            list(pool.map(lambda number: _come(row, ports, number), range(WARM_UP, WARM_UP + people)))
            took = time.perf_counter() - start
    _assert_each_once(row, WARM_UP + people)
    busy = round(os.getloadavg()[0], 1)  # of the machine: ours is about 3
    report(bench="sso", ratio=round(took, 2), at_most=10, people=people, at_once=at_once, load=busy, **durability())


def _mock(port: int, people: int) -> list[str]:
    """Everybody of the directory on its command line."""
    claims = [json.dumps({"sub": f"s{each}", "email": f"p{each}@{DOMAIN}", "name": "Somebody"}) for each in range(people)]
    told = [part for each in claims for part in ("--user-claims", each)]
    return [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--host", HOST, "--port", str(port), *told]


def _come(row: Connection, ports: list[int], number: int) -> None:
    """Away from one process, through the provider, back to the other, and in."""
    browser = from_somewhere(ports[number % 2], number)
    away = browser.get(f"/sso/{row.id}")
    assert away.status == 302, away.body[:500]
    asked = urlsplit(away.location)
    provider = Client(int(asked.port or 0))
    back = provider.post(path_of(away.location), urlencode({"sub": f"s{number}"}).encode(), FORM)
    assert back.status == 302, back.body[:500]
    again = from_somewhere(ports[1 - number % 2], number)
    again.cookies = browser.cookies
    answer = again.get(path_of(back.location))
    assert (answer.status, answer.location) == (302, "/w/northwind"), answer.body[:500]


def _assert_each_once(row: Connection, people: int) -> None:
    made = User.objects.filter(email__endswith=f"@{DOMAIN}")
    places = Membership.objects.filter(user__in=made, source="sso", status="active", community__slug="alder", roles__name="Guest")
    counted = (made.count(), Membership.objects.filter(user__in=made).count(), places.count(), row.identities.count())
    assert counted == (people,) * 4, counted
    assert (Identity.objects.count(), Attempt.objects.count()) == (people, 0)
    subprocess.run([sys.executable, "-m", "guestlist.cli", "check"], check=True, stdout=sys.stderr)


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
