"""better-auth's organization plugin as a peer: eight clients that invite one address at a time, which is how it invites."""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.web import Client, free_port, running, wait_for

FOLDER = Path(__file__).parent / "peers" / "better-auth"
CLIENTS = 8


class BetterAuth:
    """A signed-in owner with eight connections."""

    def __init__(self, port: int) -> None:
        owner = Client(port, Origin=f"http://localhost:{port}")
        _sent(owner, "sign-up/email", name="Olga Lindqvist", email="olga@northwind.example", password="lantern-harbour-violet")
        self._clients = [Client(port, Origin=f"http://localhost:{port}") for _ in range(CLIENTS)]
        for client in self._clients:
            client.cookies = owner.cookies

    def make_organization(self, name: str) -> str:
        return _sent(self._clients[0], "organization/create", name=name, slug=name)["id"]

    def invite(self, addresses: Sequence[str], organization: str) -> float:
        """Gives the seconds it took."""
        shares = [addresses[at::CLIENTS] for at in range(CLIENTS)]
        start = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(_invite_each, self._clients, shares, [organization] * CLIENTS))
        return time.perf_counter() - start


@contextmanager
def better_auth(database: str) -> Iterator[BetterAuth]:
    """One node process on the database at this URL."""
    if not (FOLDER / "node_modules").exists():
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL
        )
    port = free_port()
    environment = {"PORT": str(port), "DATABASE_URL": database, "NODE_ENV": "production"}
    with running(["node", "server.mjs"], environment, str(FOLDER)):
        wait_for(port, "/api/auth/ok")
        yield BetterAuth(port)


def _invite_each(client: Client, addresses: Sequence[str], organization: str) -> None:
    for address in addresses:
        _sent(client, "organization/invite-member", email=address, role="member", organizationId=organization)


def _sent(client: Client, path: str, **body: str) -> dict[str, str]:
    answer = client.post(f"/api/auth/{path}", json.dumps(body).encode())
    assert answer.status == 200, answer.body
    return json.loads(answer.body)
