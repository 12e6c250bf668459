"""Signing in with OpenID Connect, and trying it: the session that is opened, and what others learn of it."""

import time
from typing import Any

import pytest
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, reverse
from oidc_provider_mock import User as Person
from oidc_provider_mock import run_server_in_thread

from guestlist.audit.models import Event
from guestlist.sso.models import Connection, Identity
from guestlist.sso.rules import Claims, read_claims
from guestlist.users.models import Session, User
from guestlist.workspaces.models import Workspace
from tests.cast import PASSWORD, Cast
from tests.sso.acts import connect, creating, held
from tests.sso.provider import OpenId, back, go, is_in, walk
from tests.web.visits import BACKEND, confirmed, signed_in

KIM = "kim@corp.example"


def test_new_person_comes_in_with_a_session_of_the_connection(cast: Cast, row: Connection, openid: OpenId, client: Client):
    answer = walk(client, row, openid)

    kim = User.objects.get(email=KIM)
    assert (answer.status_code, answer["Location"]) == (302, reverse("workspace", args=["northwind"]))
    assert client.session["connection"] == str(row.id)
    assert client.session["_auth_user_id"] == str(kim.id)
    assert [each["method"] for each in client.session["account_authentication_methods"]] == ["sso"]
    assert held(KIM) == {("Alder", "Guest", "sso")}
    assert client.get("/w/northwind", follow=True).status_code == 200


def test_session_is_a_fresh_one_and_its_former_things_are_gone(cast: Cast, row: Connection, openid: OpenId):
    client = signed_in(cast, "otto")
    before = client.session.session_key

    walk(client, row, openid)
    client.post(reverse("sso_switch"))

    assert client.session["connection"] == str(row.id)
    assert not Session.objects.filter(session_key=before).exists()
    assert User.objects.get(id=client.session["_auth_user_id"]).email == KIM


def test_session_of_the_same_person_is_a_fresh_one_too(cast: Cast, row: Connection, openid: OpenId, client: Client):
    """What they proved in another way before does not count in the session of a directory."""
    walk(client, row, openid)
    client.force_login(User.objects.get(email=KIM), backend=BACKEND)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session.save()

    walk(client, row, openid)

    assert [each["method"] for each in client.session["account_authentication_methods"]] == ["sso"]


def test_next_is_a_path_of_ours_or_nothing(cast: Cast, row: Connection, openid: OpenId):
    for target, arrived in (("/w/northwind/settings", "/w/northwind/settings"), ("https://evil.example/", "/w/northwind")):
        client = Client()
        go(client, row, openid, next=target)

        assert back(client, row, openid)["Location"] == arrived


def test_refused_person_reads_whom_to_ask(cast: Cast, row: Connection, openid: OpenId, client: Client):
    creating(cast, row, on=False)

    answer = walk(client, row, openid)

    text = answer.content.decode()
    assert (answer.status_code, is_in(client)) == (403, False)
    assert "Ask an administrator of Northwind Security" in text
    assert "olga" not in text.lower()


def test_test_shows_what_would_happen_and_makes_nothing(cast: Cast, row: Connection, openid: OpenId):
    Connection.objects.filter(id=row.id).update(tested_at=None, enabled_at=None)
    client = confirmed(signed_in(cast, "olga"))
    go(client, row, openid, "sso_test")

    answer = back(client, row, openid)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "kim@corp.example" in text and "with these roles" in text
    assert not User.objects.filter(email=KIM).exists()
    assert Connection.objects.get(id=row.id).tested_at is not None
    assert client.session["_auth_user_id"] == str(cast.olga.id)
    assert Event.objects.filter(action="connection.tested", actor_id=cast.olga.id).count() == 1


def test_door_that_shut_during_a_test_shows_nothing_of_it(cast: Cast, row: Connection, openid: OpenId):
    client = confirmed(signed_in(cast, "olga"))
    tested_at = row.tested_at
    go(client, row, openid, "sso_test")
    Workspace.objects.filter(id=cast.northwind.id).update(requires_second_factor=True)

    answer = back(client, row, openid)

    assert (answer.status_code, client.get(reverse("sso_test", args=[row.id])).status_code) == (404, 404)
    assert Connection.objects.get(id=row.id).tested_at == tested_at


def test_half_a_surrogate_pair_counts_as_absent(cast: Cast, row: Connection, openid: OpenId, client: Client):
    openid.claims |= {"name": "\ud800", "groups": ["\udfff", "soc"], "\ud800": 1, "odd": {"\ud800": 1}}
    olga = confirmed(signed_in(cast, "olga"))
    go(olga, row, openid, "sso_test")

    shown = back(olga, row, openid)
    made = walk(client, row, openid)

    assert (shown.status_code, made.status_code, shown.context["read"].groups) == (200, 302, ("soc",))
    assert User.objects.get(email=KIM).name == "kim"
    assert read_claims({"sub": "\ud800", "email": "\ud800@corp.example"}, "groups") == Claims("")


@pytest.mark.parametrize("who", ["nora", "otto", "adam", "ana"])
def test_nobody_else_tests_or_learns_of_it(cast: Cast, row: Connection, openid: OpenId, who: str):
    assert signed_in(cast, who).get(reverse("sso_test", args=[row.id])).status_code == 404


def test_secret_is_nowhere_to_be_read(cast: Cast, row: Connection):
    """The eighth of allauth's traps."""
    told = str([list(model.objects.values()) for model in (Connection, Event)])

    assert "hush hush" not in told


def test_provider_that_others_wrote_signs_in_too(cast: Cast, client: Client):
    """Discovery, code, PKCE, nonce and keys as oidc-provider-mock has them."""
    cache.clear()
    users = [Person(sub="u-7", claims={"email": KIM, "name": "Kim Lee", "email_verified": True})]
    with run_server_in_thread(user_claims=users, require_nonce=True) as server:
        row = creating(cast, connect(cast, issuer=f"http://localhost:{server.server_port}"))
        asked = client.get(reverse("sso_start", args=[row.id]))["Location"]
        answer = requests.post(asked, {"sub": "u-7"}, allow_redirects=False, timeout=5)

        arrived = client.get(answer.headers["Location"].removeprefix("http://localhost:8000"))

    assert arrived["Location"] == "/w/northwind"
    assert Identity.objects.get().subject == "u-7"
    assert held(KIM) == {("Alder", "Guest", "sso")}


def test_abandoned_way_shortens_no_later_session(cast: Cast, row: Connection, openid: OpenId, client: Client):
    go(client, row, openid)
    assert client.session.get_expiry_age() <= 900

    client.post(reverse("account_login"), {"email": cast.ana.email, "password": PASSWORD})

    assert client.session.get_expiry_age() > 86400


def test_nobody_lists_connections_and_nothing_of_allauths_is_mounted(cast: Cast, row: Connection, rf: Any):
    """The third of allauth's traps: who our customers are is nobody's business."""
    adapter = get_adapter(rf.get("/"))

    assert adapter.list_providers(rf.get("/")) == adapter.list_apps(rf.get("/")) == []
    assert row.name not in Client().get(reverse("account_login")).content.decode()
    theirs = ("socialaccount", "openid_connect", "saml_")
    assert not [each for each in get_resolver().reverse_dict if str(each).startswith(theirs)]
    assert not SocialApp.objects.exists() and not SocialAccount.objects.exists()


def test_copy_of_ones_data_says_what_directories_call_one(cast: Cast, row: Connection, openid: OpenId, client: Client):
    walk(client, row, openid)

    told = confirmed(client).get(reverse("export")).json()["directories"]

    assert [(each["connection"], each["subject"], each["email"]) for each in told] == [("Okta", "00u1", KIM)]
