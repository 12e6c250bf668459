"""The forms that connect a directory: what each kind asks, what they keep, what they never show."""

import re
from datetime import timedelta

import pytest
import time_machine

from guestlist.kernel import clock
from guestlist.kernel.seals import unseal
from guestlist.sso.commands import delete_connection
from guestlist.sso.models import Connection
from guestlist.web.connections.kinds import KINDS
from tests.architecture.source import ROOT
from tests.cast import Cast
from tests.sso.acts import connect
from tests.web.connecting import OKTA, SECURITY, chosen, defaults, page_of
from tests.web.proofs import password_given
from tests.web.visits import signed_in


def test_id_of_a_connection_is_not_to_be_planted(cast: Cast):
    client, row = password_given(cast.olga), connect(cast, admin="nora")
    delete_connection(actor=cast.nora.actor, connection=row)
    nora = password_given(cast.nora).get("/w/acme/settings/security/sso/new").context["kinds"]
    foreign = next(each["url"] for each in nora if each["kind"].key == "okta-oidc")
    form = chosen(client, "okta-oidc")

    answers = [client.post(f"{SECURITY}/sso/new{each}", OKTA) for each in (f"?kind=okta-oidc&id={row.id}", foreign)]
    with time_machine.travel(clock.now() + timedelta(hours=13)):
        late = password_given(cast.olga).post(form, OKTA)

    assert all("kinds" in each.context for each in [*answers, late])
    assert not Connection.objects.exists()


def test_okta_is_connected_in_its_own_words(cast: Cast):
    client = password_given(cast.olga)
    form = chosen(client, "okta-oidc")
    shown = client.get(form).content.decode()

    done = client.post(form, OKTA, follow=True)

    row = Connection.objects.get()
    assert (row.issuer, row.client_id, row.preset) == ("https://northwind.okta.example", "guestlist", "okta")
    assert f"/sso/{row.id}/callback" in shown and f"/sso/{row.id}/callback" in done.content.decode()
    assert unseal(row.sealed_secret) == "hush hush"
    assert done.context["connection"]["state"] == "draft"


@pytest.mark.parametrize(
    ("kind", "typed", "issuer"),
    [
        ("okta-oidc", {"domain": "acme-admin.okta.com"}, "https://acme.okta.com"),
        ("entra", {"tenant": "9f1c"}, "https://login.microsoftonline.com/9f1c/v2.0"),
        ("google", {}, "https://accounts.google.com"),
        ("keycloak", {"base": "https://id.corp.example/", "realm": "staff"}, "https://id.corp.example/realms/staff"),
        ("oidc", {"issuer": "https://id.corp.example/oauth2"}, "https://id.corp.example/oauth2"),
    ],
)
def test_each_kind_knows_its_issuer_and_asks_for_its_parts_again(cast: Cast, kind: str, typed: dict[str, str], issuer: str):
    client = password_given(cast.olga)
    client.post(chosen(client, kind), {"name": "Ours", "client_id": "guestlist", "secret": "hush hush", **typed})

    row = Connection.objects.get()
    again = client.get(page_of(row, "/edit")).context

    assert row.issuer == issuer
    assert (again["kind"].key, again["kind"].issuer_from({each["name"]: each["value"] for each in again["asks"]})) == (
        kind,
        issuer,
    )


def test_errors_stand_beside_their_fields_and_what_was_typed_stays(cast: Cast):
    client = password_given(cast.olga)
    form = chosen(client, "okta-oidc")

    wrong = client.post(form, {**OKTA, "domain": "north wind"})
    bare = client.post(form, {**OKTA, "secret": ""})

    assert (wrong.status_code, list(wrong.context["errors"])) == (422, ["domain"])
    assert wrong.context["asks"][0]["value"] == "north wind" and wrong.context["values"]["client_id"] == "guestlist"
    assert list(bare.context["errors"]) == ["secret"]
    assert "Type it again" in wrong.context["secret_hint"] and "Type it again" not in bare.context["secret_hint"]
    assert b"hush hush" not in wrong.content
    assert not Connection.objects.exists()


def test_all_that_is_missing_is_told_at_once(cast: Cast):
    client = password_given(cast.olga)

    answer = client.post(chosen(client, "okta-oidc"), {"client_id": "guestlist"})

    assert answer.context["errors"] == {
        "name": "Name is missing.",
        "domain": "Okta domain is missing.",
        "secret": "Client secret is missing.",
    }


def test_secret_is_on_no_page_and_stays_unless_another_is_typed(cast: Cast):
    client, row = password_given(cast.olga), connect(cast)

    client.post(page_of(row, "/edit"), {"name": "Staff", "issuer": row.issuer, "client_id": "guestlist", "secret": ""})
    pages = [client.get(path).content.decode() for path in (SECURITY, page_of(row), page_of(row, "/edit"))]

    row.refresh_from_db()
    assert (row.name, unseal(row.sealed_secret), row.tested_at is None) == ("Staff", "hush hush", False)
    assert not [page for page in pages if "hush hush" in page or row.sealed_secret in page]


def test_who_was_not_asked_lately_proves_it_again_and_loses_nothing(cast: Cast):
    client, row = signed_in(cast, "olga"), connect(cast)
    form = chosen(client, "okta-oidc")

    asked = [client.get(path) for path in (form, page_of(row, "/edit"), page_of(row, "/delete"))]
    asked += [client.post(page_of(row, f"/{act}")) for act in ("disable", "delete")]
    kept = client.post(form, OKTA | {"name": "Another"})
    switch = client.post(page_of(row), defaults(community=[str(cast.alder.id)]))

    assert {each.url.partition("?")[0] for each in asked} == {"/me/confirm"}
    assert (kept.status_code, list(kept.context["errors"]), kept.context["values"]["client_id"]) == (422, ["form"], "guestlist")
    assert (switch.status_code, switch.context["defaults"]["creates_users"]) == (422, True)
    assert b'href="/me/confirm?next=' in kept.content and b'href="/me/confirm?next=' in switch.content
    row.refresh_from_db()
    assert (row.enabled_at is None, row.creates_users, Connection.objects.count()) == (False, False, 1)


def test_the_other_tab_ends_on_a_page_that_says_so(cast: Cast):
    page = password_given(cast.olga).get("/me/confirm?done=1").content.decode()

    assert "Close this tab and save again." in page


def test_form_sent_twice_makes_one_connection(cast: Cast):
    client = password_given(cast.olga)
    form = chosen(client, "okta-oidc")

    answers = [client.post(form, OKTA | {"name": name}).status_code for name in ("Okta", "Okta again")]

    assert answers == [302, 302]
    assert Connection.objects.get().name == "Okta"


def test_saml_is_read_from_its_metadata_and_a_broken_one_is_kept(cast: Cast):
    client = password_given(cast.olga)
    form = chosen(client, "okta-saml")

    answer = client.post(form, {"name": "Okta", "metadata": "<not-metadata/>"})

    assert (answer.status_code, list(answer.context["errors"])) == (422, ["metadata"])
    assert answer.context["values"]["metadata"] == "<not-metadata/>"
    assert re.search(r"/sso/[0-9a-f-]{36}/acs", answer.content.decode())


def test_help_lists_the_procedure_of_each_kind(cast: Cast):
    page = signed_in(cast, "gus").get("/help/sso").content.decode()

    assert all(f'id="{kind}"' in page for kind in ("okta-oidc", "okta-saml", "entra", "google", "keycloak", "oidc", "saml"))
    assert "Automatic user creation" in page
    assert all((ROOT / each.guide).exists() and each.guide in page for each in KINDS.values())


@pytest.mark.parametrize(("kind", "name"), [("google", "Google Workspace"), ("okta-saml", "Okta"), ("saml", "")])
def test_form_suggests_the_name_people_know(cast: Cast, kind: str, name: str):
    client = password_given(cast.olga)

    assert client.get(chosen(client, kind)).context["values"]["name"] == name


@pytest.mark.parametrize("kind", KINDS)
def test_each_form_leads_to_its_procedure(cast: Cast, kind: str):
    client = password_given(cast.olga)

    assert f'href="/help/sso#{kind}"' in client.get(chosen(client, kind)).content.decode()
