"""How we speak to a directory: its address was typed by an admin of a workspace, and whatever answers may be hostile."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer, local
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from guestlist.sso.rules.providers import LOOPBACK, is_secure_url

PATIENCE = 5.0  # seconds for one answer, from the first byte to the last
LARGEST_ANSWER = 1024 * 1024
# Where clouds answer questions about the machine itself, beside what is link-local: AWS, Alibaba, Oracle, Azure.
METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "169.254.169.254")))
WRAPPERS = (ip_network("64:ff9b::/96"), ip_network("::/96"))  # NAT64, and what IPv6 began with: IPv4 in the last 32 bits


class Forbidden(requests.RequestException):
    """An address that is not asked, or an answer that is not read on."""


class _Deadlines(local):
    """For the question that this thread asks: when it is over, and what cuts its lines then."""

    until = 0.0
    cuts: list[tuple[Timer, socket.socket]] = []


_deadlines = _Deadlines()


@contextmanager
def _deadline() -> Iterator[None]:
    """Whatever is connected inside this is cut off after PATIENCE, in the middle of a handshake, a header or a body: each byte of one
    who drips comes in time for a timeout of the socket."""
    _deadlines.until, _deadlines.cuts = time.monotonic() + PATIENCE, []
    try:
        yield
    finally:
        for timer, line in _deadlines.cuts:
            timer.cancel()
            line.close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


class _Cut:
    def _new_conn(self) -> socket.socket:
        self.timeout = max(_deadlines.until - time.monotonic(), 0.01)
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        line = made.dup()  # TLS takes the socket itself away
        timer = Timer(max(_deadlines.until - time.monotonic(), 0), _cut, [line])
        timer.daemon = True
        timer.start()
        _deadlines.cuts.append((timer, line))
        return made


class _Plain(HTTPConnectionPool):
    ConnectionCls = type("_PlainCut", (_Cut, HTTPConnection), {})


class _Secure(HTTPSConnectionPool):
    ConnectionCls = type("_SecureCut", (_Cut, HTTPSConnection), {})


class PinnedAdapter(HTTPAdapter):
    """Looks a name up once, checks what came out, and connects to just that: a name that leads elsewhere a moment later leads nowhere."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=_trusting())  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = {"http": _Plain, "https": _Secure}

    def build_connection_pool_key_attributes(self, request: requests.PreparedRequest, verify: Any, cert: Any = None) -> Any:
        host_params, pool_kwargs = super().build_connection_pool_key_attributes(request, verify, cert)
        host = host_params["host"]
        request.headers["Host"] = urlsplit(request.url).netloc
        if host_params["scheme"] == "https":
            pool_kwargs |= {"server_hostname": host, "assert_hostname": host}
        return {**host_params, "host": allowed_address(host, host_params["port"])}, pool_kwargs


def _trusting() -> ssl.SSLContext | None:
    """The operator's own authorities, to which requests adds the public ones."""
    if not settings.GUESTLIST_CA_BUNDLE:
        return None
    context = create_urllib3_context()
    context.load_verify_locations(settings.GUESTLIST_CA_BUNDLE)
    return context


def allowed_address(host: str, port: int | None) -> str:
    """The address of the host, if all of those it has may be asked. Raises Forbidden, ConnectionError."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host.strip("[]"), port or 443, type=socket.SOCK_STREAM)}
    except OSError as unknown:
        raise requests.ConnectionError(f"{host} is not to be found") from unknown
    if not found or not all(map(_may_ask, found)):
        raise Forbidden(f"{host} lies in a network that is not asked; see GUESTLIST_SSO_PRIVATE_NETWORKS")
    return min(found, key=lambda each: (":" in each, each))


def _may_ask(text: str) -> bool:
    """The open internet; inner networks where the operator says so, or where all of this runs on one's own machine. Never the
    addresses where clouds answer questions about the machine itself."""
    address = _unwrapped(ip_address(text.partition("%")[0]))
    if address in METADATA or address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    at_home = urlsplit(settings.GUESTLIST_BASE_URL).hostname in LOOPBACK
    return address.is_global or settings.GUESTLIST_SSO_PRIVATE_NETWORKS or at_home


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one leads to by a translator or a tunnel."""
    if isinstance(address, IPv4Address) or address.is_loopback:
        return address
    if any(address in each for each in WRAPPERS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


class GuardedSession(requests.Session):
    """https only, no redirects, no proxies or passwords from the surroundings, at most 1 MB within 5 seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("https://", PinnedAdapter())
        self.mount("http://", PinnedAdapter())

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Raises RequestException for whatever goes wrong."""
        if not is_secure_url(url):
            raise Forbidden(f"{url[:200]} is not asked")
        with _deadline():
            return self._ask(method, url, **kwargs)

    def _ask(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        answer = super().request(method, url, **(kwargs | {"timeout": PATIENCE, "allow_redirects": False, "stream": True}))
        body = bytearray()
        for chunk in answer.iter_content(16 * 1024):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                answer.close()
                raise Forbidden("the answer is too large")
        if time.monotonic() > _deadlines.until:
            raise Forbidden("the answer is too slow")
        if answer.is_redirect:
            raise Forbidden("redirects are not followed")
        answer._content = bytes(body)
        return answer
