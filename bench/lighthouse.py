"""What Lighthouse says of four pages (localhost, its desktop preset), and what the main pages weigh on their first load, gzipped.

python -m bench.lighthouse [rounds, 3]
"""

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

from bench.accept import invite_people
from bench.figures import report
from bench.ground import DATABASE, PASSWORD, SERVER, make_key, make_northwind
from bench.members import seat_members
from bench.web import Client, guestlist_web, sign_in

FOLDER = Path(__file__).parent / "peers" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices")
CHROME = "--headless=new --no-sandbox --disable-background-networking --no-first-run"
USERS = "/w/northwind/settings/users"
MORE = (
    "/me",
    "/me/notifications",
    "/me/communities/tree",
    "/w/northwind/team/alder/users",
    "/w/northwind/team/alder/invites",
    "/w/northwind/settings/overview",
    "/w/northwind/settings/audit",
    "/w/northwind/settings/roles",
    "/w/northwind/settings/general",
    "/w/northwind/settings/setup",
    "/help/roles",
)
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def main(rounds: int = 3) -> None:
    if not (FOLDER / "node_modules").exists():
        install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(install, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
    key = make_key(make_northwind())
    seat_members(SERVER, DATABASE, 100, 2, 60)
    with guestlist_web(SERVER.get_uri(DATABASE)) as port:
        (token,) = invite_people(Client(port, Authorization=f"Bearer {key}"), 1)
        guest, olga = Client(port), Client(port)
        sign_in(olga, "olga@northwind.example", PASSWORD)
        pages = {"/login": guest, f"/join/{token}": guest, USERS: olga, f"{USERS}/new": olga}
        weights = {_name(path): _weight(client, path) for path, client in {**pages, **dict.fromkeys(MORE, olga)}.items()}
        for path, client in pages.items():
            _report_scores(path, [_scores(port, path, client) for _ in range(rounds)])
    report(
        bench="weight of a first load", ratio=max(sum(each) for each in weights.values()), at_most=100, kb_page_and_rest=weights
    )


def _scores(port: int, path: str, client: Client) -> list[float]:
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    command = [
        str(FOLDER / "node_modules/.bin/lighthouse"),
        f"http://localhost:{port}{path}",
        "--preset=desktop",
        "--output=json",
        "--quiet",
    ]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={CHROME}"]
    command += [f"--extra-headers={json.dumps({'Cookie': cookies})}"] if cookies else []
    environment = os.environ | {"CHROME_PATH": "/usr/bin/chromium"}
    told = json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)
    for each in told["audits"].values():
        if each["score"] is not None and each["score"] < 1 and each["scoreDisplayMode"] == "binary":
            print(path, each["id"], each["title"], file=sys.stderr)
    return [told["categories"][name]["score"] * 100 for name in CATEGORIES]


def _report_scores(path: str, rounds: list[list[float]]) -> None:
    scores = [round(median(each)) for each in zip(*rounds, strict=True)]
    found = dict(zip(CATEGORIES, scores, strict=True))
    report(bench=f"lighthouse {_name(path)}", ratio=min(scores), at_least=95, **found, rounds=len(rounds))


def _name(path: str) -> str:
    return "/join/…" if path.startswith("/join/") else path


def _weight(client: Client, path: str) -> tuple[float, float]:
    """Kilobytes of the page, and of all it loads: text as gzip sends it."""
    answer = client.get(path)
    assert answer.status == 200, (path, answer)
    assets = sorted(set(ASSET.findall(answer.body.decode())))
    return _kb(answer.body), round(sum(_kb(client.get(asset).body) for asset in assets), 1)


def _kb(body: bytes) -> float:
    return round(len(gzip.compress(body)) / 1024, 1)


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
