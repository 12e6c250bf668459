"""How we speak to a directory: its address was typed by an admin of a workspace, and whatever answers may be hostile."""

import socket
import time
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter

from guestlist.sso.rules.providers import LOOPBACK, is_secure_url

PATIENCE = 5.0  # seconds for one answer, from the first byte to the last
LARGEST_ANSWER = 1024 * 1024


class Forbidden(requests.RequestException):
    """An address that is not asked, or an answer that is not read on."""


class PinnedAdapter(HTTPAdapter):
    """Looks a name up once, checks what came out, and connects to just that: a name that leads elsewhere a moment later leads nowhere."""

    def build_connection_pool_key_attributes(self, request: requests.PreparedRequest, verify: Any, cert: Any = None) -> Any:
        host_params, pool_kwargs = super().build_connection_pool_key_attributes(request, verify, cert)
        host = host_params["host"]
        request.headers["Host"] = urlsplit(request.url).netloc
        if host_params["scheme"] == "https":
            pool_kwargs |= {"server_hostname": host, "assert_hostname": host}
        return {**host_params, "host": allowed_address(host, host_params["port"])}, pool_kwargs


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
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    at_home = urlsplit(settings.GUESTLIST_BASE_URL).hostname in LOOPBACK
    return address.is_global or settings.GUESTLIST_SSO_PRIVATE_NETWORKS or at_home


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
        until = time.monotonic() + PATIENCE
        answer = super().request(method, url, **(kwargs | {"timeout": PATIENCE, "allow_redirects": False, "stream": True}))
        body = bytearray()
        for chunk in answer.iter_content(16 * 1024):
            body += chunk
            if len(body) > LARGEST_ANSWER or time.monotonic() > until:
                answer.close()
                raise Forbidden("the answer is too large, or too slow")
        if answer.is_redirect:
            raise Forbidden("redirects are not followed")
        answer._content = bytes(body)
        return answer
