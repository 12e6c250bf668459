"""What a newcomer waits for: from `guestlist demo` to its sign-in page, and what its pages weigh. No target.

python -m bench.start [rounds, 3]
"""

import gzip
import re
import sys
from statistics import median

from bench.figures import report
from bench.web import Client, free_port, running, sign_in, wait_for

PASSWORD = "lantern-harbour-violet-42"
PAGES = ("/w/northwind/settings/users", "/w/northwind/settings/users/new")
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def main(rounds: int = 3) -> None:
    seconds, weights = zip(*[_demo() for _ in range(rounds)], strict=True)
    report(bench="start", seconds_to_sign_in=round(median(seconds), 2), rounds=rounds, kb_gzipped=weights[0])


def _demo() -> tuple[float, dict[str, str]]:
    port = free_port()
    with running([sys.executable, "-m", "guestlist.cli", "demo", "--port", str(port)], {}):
        return wait_for(port, "/login"), _weights(Client(port))


def _weights(client: Client) -> dict[str, str]:
    """Page and, behind the plus, everything it loads: text as gzip sends it."""
    at_the_door = _weight(client, "/login")
    sign_in(client, "olga@northwind.example", PASSWORD)
    return {"/login": at_the_door} | {path: _weight(client, path) for path in PAGES}


def _weight(client: Client, path: str) -> str:
    page = client.get(path).body
    assets = sorted(set(ASSET.findall(page.decode())))
    return f"{_kb(page)} + {sum(_kb(client.get(asset).body) for asset in assets):.1f}"


def _kb(body: bytes) -> float:
    return round(len(gzip.compress(body)) / 1024, 1)


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
