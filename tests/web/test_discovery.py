"""Sign in with SSO: the answer goes to the mailbox, and the page tells nobody who the customers are."""

import re
from statistics import median
from time import perf_counter

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.clock import now
from guestlist.mail.models import Message
from guestlist.sso.commands import claim_domain, confirm_domain
from guestlist.sso.models import Connection
from guestlist.web.sign_in.discovery import COOKIE, remember_connection
from tests.cast import PASSWORD, Cast

KNOWN, UNKNOWN = "jules@northwind.example", "jules@nowhere.example"


@pytest.fixture
def okta(cast: Cast) -> Connection:
    """Northwind's directory, on, and its domain, proved."""
    confirm_domain(actor=OPERATOR, workspace=cast.northwind, name="northwind.example")
    fields = {"workspace": cast.northwind, "name": "Northwind Okta", "protocol": "oidc"}
    return Connection.objects.create(**fields, enabled_at=now())


@pytest.fixture(autouse=True)
def without_limits(db: None) -> None:
    cache.clear()


def asked(email: str) -> str:
    answer = Client().post("/sso", {"email": email, "password": PASSWORD})
    assert answer.status_code == 200
    return answer.content.decode()


def mails() -> list[tuple[str, str]]:
    rows = Message.objects.exclude(template="sso/emails/trust_changed")
    return list(rows.values_list("to_email", "template"))


def used(connection: Connection) -> Client:
    """A browser that signed in by the connection once."""
    response = HttpResponse()
    remember_connection(response, connection)
    client = Client()
    client.cookies[COOKIE] = response.cookies[COOKIE].value
    return client


def test_address_of_a_proved_domain_gets_the_link(okta: Connection):
    asked(KNOWN.upper())

    row = Message.objects.get(template="sso/emails/ways_in")
    assert (row.to_email.lower(), row.context["path"]) == (KNOWN, f"/sso/{okta.id}")


def test_page_is_the_same_for_known_and_unknown(okta: Connection):
    known, unknown = (re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", asked(each)) for each in (KNOWN, UNKNOWN))

    assert known.replace(KNOWN, "X") == unknown.replace(UNKNOWN, "X")
    assert "Okta" not in known and "Northwind" not in known
    assert mails() == [(KNOWN, "sso/emails/ways_in")]


def test_page_takes_the_same_time_for_known_and_unknown(okta: Connection):
    times: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for n in range(4):
        for email, taken in times.items():
            start = perf_counter()
            asked(email.replace("jules", f"jules{n}"))
            taken.append(perf_counter() - start)

    assert abs(median(times[KNOWN]) - median(times[UNKNOWN])) < 0.1 * median(times[UNKNOWN])


@pytest.mark.parametrize("email", ["jules@mail.northwind.example", "northwind.example", "jules@northwind.example.evil.example"])
def test_only_the_domain_itself_is_found(okta: Connection, email: str):
    Client().post("/sso", {"email": email})

    assert mails() == []


def test_claimed_domain_finds_nothing(cast: Cast, okta: Connection):
    claim_domain(actor=OPERATOR, workspace=cast.acme, name="acme.example")
    Connection.objects.create(workspace=cast.acme, name="Acme Okta", protocol="oidc", enabled_at=now())

    asked("nora@acme.example")

    assert mails() == []


def test_connection_that_is_off_is_not_mailed(okta: Connection):
    Connection.objects.update(enabled_at=None)

    asked(KNOWN)

    assert mails() == []


def test_mailbox_is_not_flooded(okta: Connection):
    for _ in range(7):
        asked(KNOWN)

    assert len(mails()) == 5


def test_what_is_no_address_stays_in_the_form(db: None):
    answer = Client().post("/sso", {"email": "jules"})

    assert answer.status_code == 422
    assert 'value="jules"' in answer.content.decode()


def test_sign_in_form_without_an_address_leads_to_a_clean_form(db: None):
    page = Client().post("/sso", {"email": "", "password": ""})

    assert page.status_code == 200
    assert "There is a problem" not in page.content.decode()


def test_browser_that_used_it_is_offered_the_connection_by_name(okta: Connection):
    page = used(okta).get("/login", {"next": "/w/northwind"}).content.decode()

    assert "Continue with Northwind Okta" in page
    assert f'href="/sso/{okta.id}?next=%2Fw%2Fnorthwind"' in page


def test_other_browsers_are_offered_none(okta: Connection):
    forged = Client()
    forged.cookies[COOKIE] = str(okta.id)

    for client in (Client(), forged):
        assert "Okta" not in client.get("/login").content.decode()


def test_connection_switched_off_is_not_offered(okta: Connection):
    client = used(okta)
    Connection.objects.update(enabled_at=None)

    assert "Okta" not in client.get("/login").content.decode()
