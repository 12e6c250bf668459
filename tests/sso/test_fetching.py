"""R-069 and the fifth of allauth's traps: an address that a workspace's admin typed is asked with care."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from guestlist.web.sso.fetching import Forbidden, GuardedSession, allowed_address
from tests.sso.identity_provider import key_pair
from tests.sso.provider import OpenId, running

OURS = "https://people.example.org"


@pytest.fixture
def in_public(settings: Any) -> Any:
    """An installation that is not on somebody's own machine."""
    settings.GUESTLIST_BASE_URL, settings.SECURE = OURS, True
    return settings


def leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name leads to `addresses`; what was looked up."""
    asked: list[str] = []

    def look_up(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr("guestlist.web.sso.fetching.socket.getaddrinfo", look_up)
    return asked


INSIDE = ["127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.0.1", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.8", "0.0.0.0"]
INSIDE += ["64:ff9b::10.0.0.8", "2002:a00:8::1", "::10.0.0.8"]
NEVER = ["169.254.169.254", "fe80::1%eth0", "::ffff:169.254.169.254", "224.0.0.1", "::"]
NEVER += ["64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1", "::169.254.169.254", "fd00:ec2::254", "100.100.100.200"]
NEVER += ["192.0.0.192", "168.63.129.16", "64:ff9b::168.63.129.16"]


@pytest.mark.parametrize("address", INSIDE + NEVER)
def test_networks_inside_are_not_asked(in_public: Any, monkeypatch: pytest.MonkeyPatch, address: str):
    """R-069"""
    leads_to(monkeypatch, "93.184.215.14", address)

    with pytest.raises(Forbidden):
        GuardedSession().get("https://idp.example/")


@pytest.mark.parametrize("address", NEVER)
def test_what_clouds_tell_machines_is_never_asked(in_public: Any, monkeypatch: pytest.MonkeyPatch, address: str):
    """R-069"""
    in_public.GUESTLIST_SSO_PRIVATE_NETWORKS = True
    leads_to(monkeypatch, address)

    with pytest.raises(Forbidden):
        GuardedSession().get("https://idp.example/")


@pytest.mark.parametrize("address", ["93.184.215.14", "64:ff9b::93.184.215.14", "2606:4700::1"])
def test_open_internet_is_asked(in_public: Any, monkeypatch: pytest.MonkeyPatch, address: str):
    leads_to(monkeypatch, address)

    assert allowed_address("idp.example", 443) == address


def test_operator_may_open_networks_inside(in_public: Any, monkeypatch: pytest.MonkeyPatch):
    in_public.GUESTLIST_SSO_PRIVATE_NETWORKS = True
    leads_to(monkeypatch, "10.0.0.8")

    assert allowed_address("idp.internal", 443) == "10.0.0.8"


@pytest.mark.parametrize("url", ["http://idp.example/", "file:///etc/passwd", "https://u:p@idp.example/", "http://localhost/"])
def test_only_https_is_spoken(in_public: Any, url: str):
    """R-069"""
    with pytest.raises(Forbidden):
        GuardedSession().get(url)


def test_name_is_looked_up_once_and_the_connection_goes_there(monkeypatch: pytest.MonkeyPatch):
    """R-069: DNS rebinding: whatever the name leads to a moment later is not asked. The provider still hears its own name."""
    with running() as openid:
        port = openid.url.rpartition(":")[2]
        asked = leads_to(monkeypatch, "127.0.0.1")

        answer = GuardedSession().get(f"http://localhost:{port}/keys")

    assert answer.json()["keys"]
    assert asked == ["localhost", "127.0.0.1"]


@pytest.fixture
def secure_server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Speaks TLS as idp.example; its port, and the certificate to believe."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    private, certificate = key_pair()
    (tmp_path / "key.pem").write_text(private)
    (tmp_path / "certificate.pem").write_text(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_port, tmp_path / "certificate.pem"
    server.shutdown()
    server.server_close()


def test_certificate_is_that_of_the_name_not_of_the_address(secure_server: tuple[int, Path], monkeypatch: pytest.MonkeyPatch):
    port, certificate = secure_server
    leads_to(monkeypatch, "127.0.0.1")
    session = GuardedSession()
    session.verify = str(certificate)

    assert session.get(f"https://idp.example:{port}/").status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        session.get(f"https://other.example:{port}/")
    with pytest.raises(requests.exceptions.SSLError):
        GuardedSession().get(f"https://idp.example:{port}/")


def test_operator_may_trust_an_authority_of_their_own(
    secure_server: tuple[int, Path], monkeypatch: pytest.MonkeyPatch, settings: Any
):
    port, certificate = secure_server
    leads_to(monkeypatch, "127.0.0.1")
    settings.GUESTLIST_CA_BUNDLE = str(certificate)

    assert GuardedSession().get(f"https://idp.example:{port}/").status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        GuardedSession().get(f"https://other.example:{port}/")


def test_unknown_name_is_a_failure_like_any_other():
    with pytest.raises(requests.RequestException):
        GuardedSession().get("https://no-such-name.invalid/")


def test_answer_that_is_too_large_is_not_read_on(monkeypatch: pytest.MonkeyPatch):
    """R-069"""
    monkeypatch.setattr("guestlist.web.sso.fetching.LARGEST_ANSWER", 100)

    with running() as openid, pytest.raises(Forbidden):
        _ask(openid)


@pytest.mark.parametrize("what", ["headers", "body", "long"])
def test_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch, what: str):
    """R-069: each byte comes in time, and there is no end of them."""
    monkeypatch.setattr("guestlist.web.sso.fetching.PATIENCE", 0.4)
    begun = time.monotonic()

    with running() as openid:
        openid.drip = what
        with pytest.raises(requests.RequestException):
            _ask(openid)
        took = time.monotonic() - begun

    assert 0.3 < took < 2


def test_handshake_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch):
    """R-069"""
    monkeypatch.setattr("guestlist.web.sso.fetching.PATIENCE", 0.4)
    begun = time.monotonic()

    with socket.create_server(("localhost", 0)) as server:
        threading.Thread(target=_shake_slowly, args=(server,), daemon=True).start()
        with pytest.raises(requests.RequestException):
            GuardedSession().get(f"https://localhost:{server.getsockname()[1]}/")

    assert 0.3 < time.monotonic() - begun < 2


def _shake_slowly(server: socket.socket) -> None:
    line, _ = server.accept()
    with line, suppress(OSError):
        line.sendall(bytes([22, 3, 3, 64, 0]))  # the head of a record of 16 KB
        for _ in range(100):
            line.sendall(b"\2")
            time.sleep(0.05)


def test_redirect_is_not_followed():
    """R-069"""
    with running() as openid, pytest.raises(Forbidden):
        openid.status = {"/keys": 302}
        _ask(openid)


def _ask(openid: OpenId) -> None:
    GuardedSession().get(f"{openid.url}/keys")
