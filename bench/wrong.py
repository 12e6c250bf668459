"""Directories that are down, slow or wrong, and somebody who comes through them."""

import base64
import itertools
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from lxml import etree

from bench.connections import connect
from bench.ground import Northwind
from bench.web import Answer, Client, free_port
from guestlist.sso.models import Connection
from guestlist.sso.rules import Oidc, Saml
from tests.sso.identity_provider import CERTIFICATE, ENTITY, OTHER_PRIVATE, Says
from tests.sso.provider import KEY, OTHER_KEY, OpenId, running

SLOW = 30.0  # seconds
FORM = "application/x-www-form-urlencoded"
Attempt = Callable[[Client], Answer]  # one person's way through a directory; what they are shown in the end


@dataclass(frozen=True)
class Situation:
    """`people` try at a time."""

    name: str
    people: int
    attempt: Attempt


@contextmanager
def situations(northwind: Northwind, port: int) -> Iterator[list[Situation]]:
    """What may be the matter, at the web process on this port."""
    with running() as wrong, running() as slow, running() as later:
        down = connect(northwind, "Down", Oidc(f"http://localhost:{free_port()}", "guestlist", "hush hush"))
        silent, silent_later = _openid(northwind, "Slow", slow), _openid(northwind, "Slow later", later)
        _ask(Client(port), silent_later)  # what the provider says of itself is known from now on
        slow.delay = later.delay = SLOW
        wrongs = itertools.cycle([*_wrong_tokens(northwind, wrong), *_wrong_assertions(northwind)])
        yield [
            Situation("down", 8, lambda browser: _come(browser, down)),
            Situation("slow", 8, lambda browser: _come(browser, silent)),
            Situation("slow at the token", 8, lambda browser: _come(browser, silent_later)),
            Situation("wrong", 1, lambda browser: next(wrongs)(browser)),
        ]


def _openid(northwind: Northwind, name: str, openid: OpenId) -> Connection:
    return connect(northwind, name, Oidc(openid.url, "guestlist", "hush hush"))


def _ask(browser: Client, row: Connection) -> Answer:
    return browser.get(f"/sso/{row.id}")


def _asked(away: Answer) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(away.location).query).items()}


def _come(browser: Client, row: Connection, prepare: Callable[[dict[str, str]], object] = lambda asked: None) -> Answer:
    """As far as the way through an OpenID provider goes, which learns what it was asked."""
    away = _ask(browser, row)
    if away.status != 302:
        return away
    prepare(_asked(away))
    return browser.get(_back(row, _asked(away)))


def _back(row: Connection, asked: dict[str, str]) -> str:
    return f"/sso/{row.id}/callback?code=c&state={asked['state']}"


def _wrong_tokens(northwind: Northwind, openid: OpenId) -> list[Attempt]:
    row = _openid(northwind, "Wrong", openid)

    def says(asked: dict[str, str], **wrong: Any) -> None:
        openid.query, openid.claims = asked, {"email": "kim@corp.example"} | wrong.get("claims", {})
        openid.signs_with, openid.alg = wrong.get("key", KEY), wrong.get("alg", "RS256")
        openid.token = None

    def tampers(asked: dict[str, str]) -> None:
        says(asked)
        head, body, signature = openid.id_token().split(".")
        openid.token = f"{head}.{_reworded(body)}.{signature}"

    def replays(browser: Client) -> Answer:
        """Somebody who got hold of the address that Kim came back to, and of the cookies she had until then."""
        kim = Client(browser.port, **browser.headers)
        asked = _asked(_ask(kim, row))
        says(asked)
        browser.cookies = dict(kim.cookies)
        assert kim.get(_back(row, asked)).status == 302
        return browser.get(_back(row, asked))

    wrong = [
        {"key": OTHER_KEY},
        {"key": None, "alg": "none"},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"aud": "the client of another workspace"}},
    ]
    return [replays, lambda browser: _come(browser, row, tampers)] + [
        lambda browser, each=each: _come(browser, row, lambda asked: says(asked, **each)) for each in wrong
    ]


def _reworded(body: str) -> str:
    said = base64.urlsafe_b64decode(body + "==").replace(b"kim@", b"eve@")
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def _wrong_assertions(northwind: Northwind) -> list[Attempt]:
    row, other = (
        connect(northwind, name, Saml(ENTITY, "https://idp.example/sso", (CERTIFICATE,))) for name in ("SAML", "Another")
    )

    def replays(browser: Client) -> Answer:
        """Somebody who shows Kim's assertion as the answer to a question of their own."""
        kim = Client(browser.port, **browser.headers)
        encoded = _says(kim, row).encoded()
        assert _post(kim, row, encoded).status == 302
        _ask(browser, row)
        return _post(browser, row, encoded)

    wrong: list[dict[str, Any]] = [
        {"key": OTHER_PRIVATE},
        {"sign": "nothing"},
        {"issuer": "https://evil.example"},
        {"after": lambda xml: xml.replace("kim@", "eve@")},
        {"audience": f"{_url(other)}/metadata"},
    ]

    def says(**told: Any) -> Attempt:
        return lambda browser: _post(browser, row, _says(browser, row, **told).encoded())

    return [replays, *(says(**each) for each in wrong)]


def _says(browser: Client, row: Connection, **wrong: Any) -> Says:
    """What the provider answers to the question that the browser carries."""
    request = etree.fromstring(zlib.decompress(base64.b64decode(_asked(_ask(browser, row))["SAMLRequest"]), -15))
    good = {"request": request.get("ID"), "acs": f"{_url(row)}/acs", "audience": f"{_url(row)}/metadata"}
    return Says(**good | {"assertion": f"_{request.get('ID')}"} | wrong)


def _post(browser: Client, row: Connection, encoded: str) -> Answer:
    """The provider's page posts, without our cookies; the browser follows with them."""
    poster = Client(browser.port, **browser.headers)
    answer = poster.post(f"/sso/{row.id}/acs", urlencode({"SAMLResponse": encoded}).encode(), FORM)
    return browser.get(answer.location) if answer.status == 302 else answer


def _url(row: Connection) -> str:
    return f"{settings.GUESTLIST_BASE_URL}/sso/{row.id}"
