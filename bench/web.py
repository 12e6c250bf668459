"""Web processes to be measured, and a plain HTTP client that keeps its connection and its cookies."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

HOST = "127.0.0.1"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    location: str


class Client:
    def __init__(self, port: int, **headers: str) -> None:
        self.port = port
        self.headers = {"Host": f"localhost:{port}", **headers}
        self.cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: bytes, content_type: str = "application/json") -> Answer:
        return self._ask("POST", path, body, {"Content-Type": content_type})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        more = {"Cookie": cookies} if cookies else {}
        self._connection.request(method, path, body, self.headers | headers | more)
        response = self._connection.getresponse()
        for header in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        return Answer(response.status, response.read(), response.headers.get("Location", ""))


def form_token(client: Client) -> str:
    return _TOKEN.findall(client.get("/login").body.decode())[0]


def sign_in(client: Client, email: str, password: str) -> None:
    form = {"csrfmiddlewaretoken": form_token(client), "email": email, "password": password}
    answer = client.post("/login", urlencode(form).encode(), "application/x-www-form-urlencoded")
    assert answer.status == 302, answer


@contextmanager
def guestlist_web(database: str) -> Iterator[int]:
    """One web process on the database at this URL, as `guestlist web` starts it; gives its port."""
    port = free_port()
    command = [sys.executable, "-m", "guestlist.cli", "web", "--port", str(port)]
    with running(command, {"DATABASE_URL": database}):
        wait_for(port, "/healthz")
        yield port


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], folder: str | None = None) -> Iterator[None]:
    process = subprocess.Popen(command, env=os.environ | environment, cwd=folder, stdout=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(port: int, path: str, seconds: float = 60) -> float:
    """Asks until the answer is 200; gives the seconds that took."""
    start = time.perf_counter()
    while True:
        took = time.perf_counter() - start
        try:
            if Client(port).get(path).status == 200:
                return time.perf_counter() - start
        except OSError:
            pass
        if took > seconds:
            raise TimeoutError(f"nothing at port {port} after {seconds} seconds")
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
