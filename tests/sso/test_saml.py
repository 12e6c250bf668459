"""SAML, against a provider that changes one thing at a time: what is believed, and the one page for all that is not."""

import base64
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml2

from guestlist.kernel import clock
from guestlist.sso.commands import create_connection, use_assertion
from guestlist.sso.models import Attempt, Connection, Domain, Identity, UsedAssertion
from guestlist.sso.rules import Saml
from guestlist.users.models import User
from tests.cast import Cast
from tests.sso.acts import creating, held
from tests.sso.identity_provider import (
    CERTIFICATE,
    ENTITY,
    OTHER_CERTIFICATE,
    OTHER_PRIVATE,
    Says,
    back,
    go,
    post,
)
from tests.web.visits import confirmed, signed_in

KIM = "kim@corp.example"


def connect_saml(cast: Cast, name: str = "Okta", *certificates: str) -> Connection:
    provider = Saml(ENTITY, "https://idp.example/sso", certificates or (CERTIFICATE,))
    row = create_connection(actor=cast.olga.actor, workspace=cast.northwind, name=name, provider=provider)
    Connection.objects.filter(id=row.id).update(tested_at=clock.now(), enabled_at=clock.now())
    row.refresh_from_db()
    return creating(cast, row)


@pytest.fixture
def row(cast: Cast) -> Connection:
    cache.clear()
    Domain.objects.create(workspace=cast.northwind, name="corp.example", token="t", proved_at=clock.now())
    return connect_saml(cast)


def assert_failed(answer: Any, client: Client) -> None:
    assert answer.status_code == 400, answer.content
    assert "Could not sign you in with Okta" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert Identity.objects.count() == Attempt.objects.count() == 0


def seen(client: Client, answer: Any) -> Any:
    """Where the browser ends up by itself."""
    return client.get(answer["Location"])


def test_new_person_comes_in(cast: Cast, row: Connection, client: Client):
    answer = back(client, row, go(client, row))

    assert (answer.status_code, answer["Location"]) == (302, "/w/northwind")
    assert client.session["connection"] == str(row.id)
    assert held(KIM) == {("Alder", "Guest", "sso")}
    assert Identity.objects.get().subject == "u-7"


def test_second_certificate_is_believed_while_the_provider_changes_its_key(cast: Cast, row: Connection, client: Client):
    changing = connect_saml(cast, "Entra", CERTIFICATE, OTHER_CERTIFICATE)

    answer = back(client, changing, go(client, changing, key=OTHER_PRIVATE, certificate=OTHER_CERTIFICATE))

    assert answer.status_code == 302
    assert "_auth_user_id" in client.session


def moved(xml: str) -> str:
    """XSW: the signed assertion hidden inside, another in its place."""
    start, end = xml.index("<saml:Assertion"), xml.index("</saml:Assertion>") + len("</saml:Assertion>")
    signed = xml[start:end]
    evil = signed.replace("u-7", "boss").replace('ID="_a1"', 'ID="_evil"')
    body = evil[: evil.index("<ds:Signature")] + evil[evil.index("</ds:Signature>") + len("</ds:Signature>") :]
    hidden = body.replace("</saml:Assertion>", f"<saml:Advice>{signed}</saml:Advice></saml:Assertion>")
    return xml[:start] + hidden + xml[end:]


def beside(xml: str) -> str:
    """XSW: two assertions, the first of them made up."""
    start, end = xml.index("<saml:Assertion"), xml.index("</saml:Assertion>") + len("</saml:Assertion>")
    evil = xml[start:end].replace("u-7", "boss").replace('ID="_a1"', 'ID="_evil"')
    return xml[:start] + evil + xml[start:]


def with_entity(xml: str) -> str:
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{xml}'


def with_transform(xml: str) -> str:
    """The signature's own description asks for a style sheet to be run."""
    evil = '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/></ds:Transforms>'
    return xml.replace("</ds:Transforms>", evil)


ONE_CHANGE: dict[str, dict[str, Any]] = {
    "unsigned": {"sign": ""},
    "only the response signed": {"sign": "response"},
    "another key, with its certificate along": {"key": OTHER_PRIVATE, "certificate": OTHER_CERTIFICATE},
    "SHA-1": {"algorithms": (Saml2.RSA_SHA1, Saml2.SHA1)},
    "tampered": {"after": lambda xml: xml.replace("u-7", "boss")},
    "wrapped": {"after": moved},
    "doubled": {"after": beside},
    "a document type": {"after": with_entity},
    "a style sheet": {"after": with_transform},
    "no XML": {"after": lambda xml: "hello"},
    "another issuer": {"issuer": "https://evil.example"},
    "another audience": {"audience": "https://other.example/metadata"},
    "another destination": {"destination": "https://other.example/acs"},
    "another recipient": {"recipient": "https://other.example/acs"},
    "no recipient": {"recipient": ""},
    "over": {"not_after": -10},
    "not yet": {"not_before": 30},
    "of another request": {"confirmed": "_other"},
    "of no request": {"confirmed": ""},
    "a transient name": {"name_format": Saml2.NAMEID_TRANSIENT},
}


@pytest.mark.parametrize("case", ONE_CHANGE)
def test_one_change_is_enough_to_be_refused(cast: Cast, row: Connection, client: Client, case: str):
    """R-080, R-081, R-083, R-085."""
    says = go(client, row, **ONE_CHANGE[case])

    assert_failed(back(client, row, says), client)


def test_answer_to_a_question_of_another_browser_is_refused(cast: Cast, row: Connection, client: Client):
    """R-083, R-084: what an attacker's browser was given does not sign the victim's in."""
    says, victim = go(client, row), Client()

    assert_failed(back(victim, row, says), victim)


def test_answer_that_nobody_asked_for_is_refused(cast: Cast, row: Connection, client: Client):
    """R-084 and the seventh of allauth's traps: nothing starts at the provider, and a RelayState leads nowhere."""
    says = go(client, row)
    says.request = says.confirmed = ""
    encoded = says.encoded()

    answer = client.post(reverse("sso_acs", args=[row.id]), {"SAMLResponse": encoded, "RelayState": "https://evil.example"})

    assert_failed(seen(client, answer), client)


def test_unsolicited_assertion_dressed_as_an_answer_is_refused(cast: Cast, row: Connection, client: Client):
    """R-083: which request it answers is read from the signed part, not from what is wrapped around it."""
    says = go(client, row)
    says.confirmed = ""

    assert_failed(back(client, row, says), client)


def test_assertion_for_another_connection_is_refused(cast: Cast, row: Connection, client: Client):
    """R-083: the same provider behind two connections, the answer for one shown to the other."""
    other = connect_saml(cast, "Entra")
    encoded = go(client, other).encoded()

    assert_failed(seen(client, post(client, row, encoded)), client)


def test_assertion_is_used_once(cast: Cast, row: Connection, client: Client):
    """R-082: also under another request of the same browser, and after the cache was lost."""
    says = go(client, row)
    assert back(client, row, says).status_code == 302
    cache.clear()

    again = Client()
    says.request = go(again, row).request
    answer = back(again, row, says)

    assert answer.status_code == 400
    assert "_auth_user_id" not in again.session


def test_used_assertions_are_kept_long_enough_and_no_longer(cast: Cast, row: Connection, time_machine: Any):
    """R-065, R-082."""
    assert use_assertion(connection=row, digest="a" * 64)
    time_machine.move_to(clock.now().timestamp() + 23 * 3600, tick=False)
    assert not use_assertion(connection=row, digest="a" * 64)
    time_machine.move_to(clock.now().timestamp() + 2 * 3600, tick=False)
    use_assertion(connection=row, digest="b" * 64)

    assert [each.digest[0] for each in UsedAssertion.objects.all()] == ["b"]


@pytest.mark.parametrize("encoded", ["", "!!!", base64.b64encode(b"<x/>").decode(), "A" * 300_000])
def test_rubbish_ends_on_the_page(cast: Cast, row: Connection, client: Client, encoded: str):
    """R-085: what is too large is not even read."""
    assert_failed(seen(client, post(client, row, encoded)), client)


def test_failed_test_tells_its_cause_to_the_admin_and_to_nobody_else(cast: Cast, row: Connection):
    """The provider's post carries no session, so what it came to is sealed until the browser comes by itself."""
    olga = confirmed(signed_in(cast, "olga"))
    says = go(olga, row, "sso_test", key=OTHER_PRIVATE, certificate=OTHER_CERTIFICATE)

    posted = post(olga, row, says.encoded())
    told = olga.get(posted["Location"])
    others = [each.get(posted["Location"]) for each in (Client(), signed_in(cast, "nora"), signed_in(cast, "otto"))]

    cause = "The signature does not fit the certificates that are stored here."
    assert told.status_code == 400 and cause in told.content.decode() and "/edit" in told.content.decode()
    assert b"Signature validation failed" in told.content and "ignature" not in posted["Location"]
    assert {each.status_code for each in others} == {400}
    assert not [each for each in others if b"ignature" in each.content or b"/edit" in each.content]
    assert posted["X-Request-ID"] in told.content.decode()


def test_what_a_post_came_to_is_told_on_its_own_connection_alone(cast: Cast, row: Connection):
    olga, other = confirmed(signed_in(cast, "olga")), connect_saml(cast, "Entra")
    sealed = post(olga, other, "!!!")["Location"].partition("?")[2]

    page = olga.get(f"{reverse('sso_acs', args=[row.id])}?{sealed}").content.decode()

    assert "This browser asked for no such answer" in page


def test_what_a_post_came_to_is_told_for_ten_minutes(cast: Cast, row: Connection):
    olga = confirmed(signed_in(cast, "olga"))
    told = post(olga, row, "!!!")["Location"]

    with time_machine.travel(clock.now() + timedelta(minutes=9)):
        assert "This browser asked for no such answer" not in olga.get(told).content.decode()
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert "This browser asked for no such answer" in olga.get(told).content.decode()


def test_ticket_is_of_one_browser_and_made_up_ones_are_none(cast: Cast, row: Connection, client: Client):
    answer = post(client, row, go(client, row).encoded())

    assert client.get(answer["Location"][:-1]).status_code == 400
    assert Client().get(answer["Location"]).status_code == 400
    assert User.objects.filter(email=KIM).count() == 0
    assert client.get(answer["Location"]).status_code == 302


def test_name_id_that_is_an_address_serves_as_one(cast: Cast, row: Connection, client: Client):
    says: Says = go(client, row, name_id="lou@corp.example", name_format=Saml2.NAMEID_EMAIL_ADDRESS)
    says.after = lambda xml: xml

    back(client, row, says)

    assert Identity.objects.get().subject == "lou@corp.example"


def test_our_metadata_says_where_and_as_whom(cast: Cast, row: Connection, client: Client):
    text = client.get(reverse("sso_metadata", args=[row.id])).content.decode()

    assert f'entityID="http://localhost:8000/sso/{row.id}/metadata"' in text
    assert f'Location="http://localhost:8000/sso/{row.id}/acs"' in text
    assert 'WantAssertionsSigned="true"' in text


def test_groups_of_an_assertion_count(cast: Cast, row: Connection):
    client = confirmed(signed_in(cast, "olga"))

    answer = back(client, row, go(client, row, "sso_test", groups=("soc", "desk")))

    assert "soc, desk" in answer.content.decode()
