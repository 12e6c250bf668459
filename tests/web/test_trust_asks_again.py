"""Changing whom a workspace trusts asks who it is once more, after asking whether they may (R-036, R-086)."""

from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from guestlist.sso.commands import claim_domain
from guestlist.sso.models import Connection, Domain
from guestlist.workspaces.models import Workspace
from tests.api.callers import Caller, as_key, code_of
from tests.cast import PASSWORD, Cast
from tests.sso.acts import connect
from tests.web.visits import confirmed, signed_in

SETTINGS = "/w/northwind/settings"


@pytest.fixture
def domain(cast: Cast) -> Domain:
    return claim_domain(actor=cast.olga.actor, workspace=cast.northwind, name="northwind.example")


@pytest.fixture
def connection(cast: Cast) -> Connection:
    return connect(cast, issuer="http://localhost:1")


def asked_at(cast: Cast, domain: Domain, connection: Connection) -> list[tuple[str, str]]:
    """Verb and path of what asks again."""
    of_domain, test = f"{SETTINGS}/domains/{domain.id}", reverse("sso_test", args=[connection.id])
    both = [f"{SETTINGS}/domains/new", f"{of_domain}/remove"]
    return [*(("get", each) for each in [*both, test]), *(("post", each) for each in [*both, of_domain, f"{SETTINGS}/security"])]


def sent_to(client: Client, verb: str, path: str) -> str:
    return unquote(getattr(client, verb)(path).get("Location", ""))


def test_admin_confirms_and_comes_back(cast: Cast, domain: Domain, connection: Connection):
    """R-036, R-086"""
    olga = signed_in(cast, "olga")

    answers = {pair: sent_to(olga, *pair) for pair in asked_at(cast, domain, connection)}

    assert answers == {(verb, path): f"/me/confirm?next={path}" for verb, path in answers}
    assert Domain.objects.filter(id=domain.id).exists()


def test_confirmed_admin_is_not_asked(cast: Cast, domain: Domain, connection: Connection):
    olga = confirmed(signed_in(cast, "olga"))

    answers = [sent_to(olga, *pair) for pair in asked_at(cast, domain, connection)]

    assert not [each for each in answers if each.startswith("/me/confirm")]


@pytest.mark.parametrize("who", ["adam", "nora", "otto"])
def test_whoever_may_not_is_told_so_and_not_asked(cast: Cast, domain: Domain, connection: Connection, who: str):
    client = signed_in(cast, who)

    answers = {getattr(client, verb)(path).status_code for verb, path in asked_at(cast, domain, connection)}

    assert answers <= {403, 404}


def test_policy_typed_is_there_again_and_not_saved(cast: Cast):
    olga, page = signed_in(cast, "olga"), f"{SETTINGS}/security"

    olga.post(page, {"session_idle": "900", "session_lifetime": "", "choices": "1"})
    back = olga.post("/me/confirm", {"do": "password", "password": PASSWORD, "next": page})["Location"]
    first, second = olga.get(back).content.decode(), olga.get(back).content.decode()

    assert '<option value="900" selected>' in first and "This is not saved yet." in first
    assert "This is not saved yet." not in second
    assert Workspace.objects.get(id=cast.northwind.id).session_idle is None


def test_api_asks_sessions_and_no_keys(cast: Cast, domain: Domain, connection: Connection):
    """R-036"""
    session, key = Caller(signed_in(cast, "olga")), as_key(cast.main)
    path = "/workspaces/northwind"
    wrote = [
        lambda caller: caller.post(f"{path}/domains", {"name": "other.example"}),
        lambda caller: caller.patch(path, {"name": "Renamed", "policy": {"session_idle": 900}}),
        lambda caller: caller.post(f"{path}/domains/{domain.id}/check"),
        lambda caller: caller.delete(f"{path}/domains/{domain.id}"),
        lambda caller: caller.post(f"{path}/connections/{connection.id}/disable"),
        lambda caller: caller.patch(f"{path}/connections/{connection.id}", {"name": "Staff"}),
    ]

    assert {code_of(each(session)) for each in wrote} == {(403, "confirm_first")}
    assert Workspace.objects.get(id=cast.northwind.id).name == "Northwind Security"
    assert session.patch(path, {"name": "Northwind"}).status_code == 200
    assert [each(key).status_code for each in wrote] == [201, 200, 409, 204, 200, 200]


def test_api_asks_nobody_who_confirmed(cast: Cast):
    session = Caller(confirmed(signed_in(cast, "olga")))

    assert session.post("/workspaces/northwind/domains", {"name": "other.example"}).status_code == 201


@pytest.mark.parametrize("who", ["nora", "otto"])
def test_api_says_nothing_of_it_to_strangers(cast: Cast, domain: Domain, who: str):
    caller = Caller(signed_in(cast, who))

    assert code_of(caller.delete(f"/workspaces/northwind/domains/{domain.id}")) == (404, "not_found")
    assert code_of(caller.post("/workspaces/northwind/domains", {"name": "x.example"})) == (404, "not_found")


def test_export_asks_in_a_session_of_a_directory_only(cast: Cast, connection: Connection):
    ana = signed_in(cast, "ana")
    free = ana.get("/me/export").status_code
    session = ana.session
    session["connection"] = str(connection.id)
    session.save()

    asked = ana.get("/me/export")

    assert (free, unquote(asked["Location"])) == (200, "/me/confirm?next=/me/export")
    assert confirmed(ana).get("/me/export").status_code == 200
