"""Sign in through a directory, in a browser: cookies, redirects and the policy of our pages are its to judge."""

import base64
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from oidc_provider_mock import User as Person
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import Page, expect

from guestlist.kernel import clock
from guestlist.sso.commands import create_connection
from guestlist.sso.models import Connection, Domain
from guestlist.sso.rules import Saml
from tests.browser.conftest import Visit
from tests.browser.steps import enter, log_in
from tests.cast import Cast
from tests.sso.acts import connect, creating, held
from tests.sso.identity_provider import CERTIFICATE, ENTITY, Says

KIM, OTTO = "kim@corp.example", "otto@elsewhere.example"
PEOPLE = [Person(sub=each, claims={"email": each, "name": "Kim Lee"}) for each in (KIM, OTTO)]


@pytest.fixture
def okta(cast: Cast) -> Iterator[Connection]:
    with run_server_in_thread(user_claims=PEOPLE, require_nonce=True) as server:
        row = connect(cast, issuer=f"http://localhost:{server.server_port}")
        Domain.objects.create(workspace=cast.northwind, name="elsewhere.example", token="t", proved_at=clock.now())
        yield creating(cast, row)


def come(page: Page, row: Connection, email: str, name: str = "") -> None:
    page.goto(f"/sso/{row.id}{name}")
    page.get_by_role("button", name=email).click()


def test_new_person_comes_in_and_stays_in(cast: Cast, okta: Connection, visit: Visit):
    page = visit()

    come(page, okta, KIM)

    expect(page.get_by_role("button", name="Account menu")).to_be_visible()
    assert urlsplit(page.url).path.startswith("/w/northwind")
    assert held(KIM) == {("Alder", "Guest", "sso")}


def test_holder_of_an_account_links_it_once(cast: Cast, okta: Connection, visit: Visit):
    page = visit()
    come(page, okta, OTTO)

    expect(page.get_by_role("heading", level=1)).to_have_text("Link your account")
    page.get_by_role("link", name="Log in to link it").click()
    enter(page, OTTO)
    page.get_by_role("button", name="Link to Okta").click()

    expect(page.get_by_role("button", name="Account menu")).to_be_visible()
    assert held(OTTO) == {("Alder", "Guest", "sso")}


def test_admin_tests_and_reads_what_would_happen(cast: Cast, okta: Connection, visit: Visit):
    page = visit()
    log_in(page, "olga@northwind.example")

    come(page, okta, KIM, "/test")

    expect(page.get_by_role("heading", level=1)).to_have_text("Test of Okta")
    expect(page.get_by_role("main")).to_contain_text("with these roles")
    assert held(KIM) == set()


class _Idp(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if urlsplit(self.path).path != "/sso":
            return self.send_error(404)
        asked = parse_qs(urlsplit(self.path).query)["SAMLRequest"][0]
        request = etree.fromstring(zlib.decompress(base64.b64decode(asked), -15))
        acs = request.get("AssertionConsumerServiceURL")
        answer = Says(request.get("ID"), acs, acs.removesuffix("acs") + "metadata").encoded()
        page = f"""<!doctype html><html lang="en"><title>x</title><form method="post" action="{acs}">
<input type="hidden" name="SAMLResponse" value="{answer}"><button>Go on</button></form></html>"""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page.encode())
        return None

    def log_message(self, *args: object) -> None:
        pass


def test_answer_posted_from_another_site_finds_its_browser(cast: Cast, visit: Visit):
    """127.0.0.1 and localhost are two sites to a browser: the post carries no cookie of ours, and the way goes on all the same."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Idp)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    provider = Saml(ENTITY, f"http://127.0.0.1:{server.server_port}/sso", (CERTIFICATE,))
    row = create_connection(actor=cast.olga.actor, workspace=cast.northwind, name="SAML", provider=provider)
    Connection.objects.filter(id=row.id).update(enabled_at=clock.now())
    Domain.objects.create(workspace=cast.northwind, name="corp.example", token="t", proved_at=clock.now())
    creating(cast, row)
    page = visit()

    page.goto(f"/sso/{row.id}")
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_role("button", name="Account menu")).to_be_visible()
    assert held(KIM) == {("Alder", "Guest", "sso")}
    server.shutdown()
    server.server_close()
