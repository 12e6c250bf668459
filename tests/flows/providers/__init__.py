"""Identity providers from npm, each a node process: `oidc-provider` in the shape of an Okta org, and `samlp`. `make flows` installs them."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.web import HOST, free_port, running

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Directory:
    """One that listens at `url`."""

    url: str

    def employ(self, **people: dict[str, Any]) -> None:
        """Who works there, and nobody else, by the name they sign in with: `kim={"sub": …, "email": …}`."""
        requests.put(f"{self.url}/people", json=people, timeout=10).raise_for_status()

    def register(self, redirect_uri: str) -> tuple[str, str]:
        """A client for this address: its id and its secret. OpenID only."""
        asked = {"redirect_uris": [redirect_uri], "token_endpoint_auth_method": "client_secret_basic"}
        answer = requests.post(f"{self.url}/oauth2/v1/clients", json=asked, timeout=10)
        answer.raise_for_status()
        return answer.json()["client_id"], answer.json()["client_secret"]

    def metadata(self) -> bytes:
        """SAML only."""
        return requests.get(f"{self.url}/metadata", timeout=10).content


@contextmanager
def directory(script: str, **environment: str) -> Iterator[Directory]:
    """Runs `okta.mjs`, or `saml.mjs` with its KEY and CERTIFICATE, until the block ends."""
    if not (FOLDER / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=FOLDER, check=True)
    port = free_port()
    with running(["node", script], {"PORT": str(port), **environment}, str(FOLDER)):
        found = Directory(f"http://{HOST}:{port}")
        _await(found)
        yield found


def _await(found: Directory, tries: int = 600) -> None:
    for _ in range(tries):
        try:
            return found.employ()
        except requests.ConnectionError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing listens at {found.url}")
