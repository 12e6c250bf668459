"""An OpenID provider in a thread that does what a test says: sign with another key, call itself something else, answer late, drip, redirect."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from guestlist.sso.models import Connection
from guestlist.sso.rules import Oidc

KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class OpenId:
    """`claims` go into the ID token over the good ones, `userinfo` over the subject; `config` over the discovery document. `keys` are
    published under their names. `asked` counts the requests by path; `challenge` is checked against the verifier (RFC 7636). `drip`: a
    byte each twentieth of a second, of the `headers`, of a `body`, or of one that says how `long` it is."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self.claims: dict[str, Any] = {"email": "kim@corp.example", "name": "Kim Lee"}
        self.userinfo: dict[str, Any] = {}
        self.config: dict[str, Any] = {}
        self.header: dict[str, Any] = {"kid": "one"}
        self.keys: dict[str, Any] = {"one": KEY}
        self.signs_with: Any = KEY
        self.alg = "RS256"
        self.token: str | None = None
        self.delay = 0.0
        self.drip: str = ""
        self.status: dict[str, int] = {}
        self.asked: list[str] = []
        self.query: dict[str, str] = {}

    def answer(self, path: str, body: dict[str, list[str]]) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return self._about() | self.config
        if path == "/keys":
            return {"keys": [self._public(name, key) for name, key in self.keys.items()]}
        if path == "/token":
            verifier = body["code_verifier"][0].encode()
            challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).decode().rstrip("=")
            assert challenge == self.query["code_challenge"], "the code is somebody else's"
            return {"access_token": "at", "token_type": "Bearer", "id_token": self.token or self.id_token()}
        return {"sub": self._sub(), **self.userinfo}

    def _about(self) -> dict[str, Any]:
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        about = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in ends.items()}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", "scopes_supported": ["openid", "groups"], **about}

    def _public(self, name: str, key: Any) -> dict[str, Any]:
        return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": name, "use": "sig"}

    def _sub(self) -> str:
        return str(self.claims.get("sub", "00u1"))

    def id_token(self, **claims: Any) -> str:
        good = {"iss": self.url, "sub": "00u1", "aud": "guestlist", "iat": time.time(), "exp": time.time() + 300}
        said = {**good, "nonce": self.query["nonce"], **self.claims, **claims}
        kept = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(kept, self.signs_with, algorithm=self.alg, headers=self.header)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        with suppress(ConnectionError):  # whoever was kept waiting has gone
            self._answer()

    do_POST = do_GET

    def _answer(self) -> None:
        openid: OpenId = self.server.openid  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        openid.asked.append(path)
        time.sleep(openid.delay)
        if openid.drip:
            self._drip(openid.drip)
        length = int(self.headers.get("Content-Length") or 0)
        status = openid.status.get(path, 200)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"{openid.url}/elsewhere")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(openid.answer(path, parse_qs(self.rfile.read(length).decode()))).encode())

    def _drip(self, what: str) -> None:
        heads = {"headers": "", "body": "\r\n", "long": "Content-Length: 9999\r\n\r\n"}
        self.wfile.write(f"HTTP/1.1 200 OK\r\nX-Drip: {heads[what]}".encode())
        for _ in range(100):
            self.wfile.write(b" ")
            time.sleep(0.05)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[OpenId]:
    server = ThreadingHTTPServer(("localhost", 0), _Handler)
    server.openid = OpenId(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.openid  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def go(client: Client, row: Connection, openid: OpenId, name: str = "sso_start", **query: str) -> dict[str, str]:
    """Sends the browser off; what the provider is asked."""
    answer = client.get(reverse(name, args=[row.id]), query)
    assert answer.status_code == 302, answer.content
    openid.query = {key: values[0] for key, values in parse_qs(urlsplit(answer["Location"]).query).items()}
    return openid.query


def back(client: Client, row: Connection, openid: OpenId, **query: str) -> HttpResponse:
    """The browser comes back with a code; `query` over what a good provider sends."""
    sent = {"code": "c", "state": openid.query["state"], **query}
    return client.get(reverse("sso_callback", args=[row.id]), {key: value for key, value in sent.items() if value})


def walk(client: Client, row: Connection, openid: OpenId, **query: str) -> Any:
    """There and back."""
    go(client, row, openid)
    return back(client, row, openid, **query)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def provider_of(openid: OpenId) -> Oidc:
    return Oidc(openid.url, "guestlist", "hush hush")
