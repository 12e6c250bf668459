"""A workspace asks at its door, and reaches nothing of the account (design rule 14)."""

from collections.abc import Callable
from datetime import timedelta
from time import time
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from time_machine import travel

from guestlist.access.roles import ADMIN, ANALYST
from guestlist.kernel.clock import now
from guestlist.members.models import Membership
from guestlist.sso.commands import change_connection, delete_connection, disable_connection, enable_connection
from guestlist.sso.models import Connection
from guestlist.sso.rules import Oidc
from guestlist.workspaces.models import Workspace
from tests.api.callers import Caller, as_key, code_of
from tests.cast import PASSWORD, Cast, give
from tests.web.visits import signed_in

PAGE = "/w/northwind/team/alder/users"
DOOR = "/w/northwind/door"


def ask_of_all(workspace: Workspace, **policy: object) -> None:
    Workspace.objects.filter(id=workspace.id).update(**policy)


def directory(workspace: Workspace, **fields: object) -> Connection:
    return Connection.objects.create(
        **{"workspace": workspace, "name": f"{workspace.name} Okta", "protocol": "oidc", "enabled_at": now(), **fields}
    )


def came_by(cast: Cast, who: str, row: Connection) -> Client:
    """A browser of somebody whom the directory vouched for."""
    client = signed_in(cast, who)
    session = client.session
    session["connection"] = str(row.id)
    session.save()
    return client


def with_second_factor(cast: Cast, who: str) -> Client:
    client = signed_in(cast, who)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time(), "type": "totp"}]
    session["account_authentication_methods_user"] = str(cast.users[who].id)
    session.save()
    return client


def stays_out(client: Client, path: str = PAGE) -> bool:
    answer = client.get(path)
    return answer.status_code == 302 and urlsplit(answer["Location"]).path == DOOR


def test_workspace_that_asks_nothing_is_open(cast: Cast):
    assert signed_in(cast, "ana").get(PAGE).status_code == 200
    assert signed_in(cast, "ana").get(DOOR).status_code == 302


def test_policy_holds_at_the_next_request_and_so_does_its_end(cast: Cast):
    client = signed_in(cast, "ana")
    assert client.get(PAGE).status_code == 200

    ask_of_all(cast.northwind, sso_only=True)
    assert stays_out(client)
    ask_of_all(cast.northwind, sso_only=False)

    assert client.get(PAGE).status_code == 200


def test_door_keeps_the_page_that_was_wanted(cast: Cast):
    ask_of_all(cast.northwind, session_lifetime=900)
    with travel(now() + timedelta(minutes=16), tick=False):
        client = signed_in(cast, "ana")
    with travel(now() + timedelta(minutes=40), tick=False):
        there = client.get(f"{PAGE}?q=ana")["Location"]
        page = client.get(there).content.decode()

    assert parse_qs(urlsplit(there).query)["next"] == [f"{PAGE}?q=ana"]
    assert "/login?next=%2Fw%2Fnorthwind%2Fteam%2Falder%2Fusers%3Fq%3Dana" in page


def test_everything_behind_a_shut_door_is_out_of_sight(cast: Cast):
    ask_of_all(cast.northwind, sso_only=True)
    client = signed_in(cast, "ana")

    assert stays_out(client, f"/me/communities/{cast.alder.id}/users")
    assert client.get(f"/me/communities/{cast.cedar.id}/users").status_code == 404
    assert client.get("/me/communities/tree").status_code == 404
    assert client.post(PAGE)["Location"].startswith(DOOR)


def test_account_stays_open_whatever_the_doors(cast: Cast):
    ask_of_all(cast.northwind, sso_only=True, requires_second_factor=True, session_idle=300, session_lifetime=900)
    client = signed_in(cast, "ana")

    answers = [client.get(path).status_code for path in ("/me", "/me/notifications", "/me/export", "/me/password", "/help/roles")]

    assert answers == [200] * 5
    assert client.get("/")["Location"] == "/w/northwind"
    assert client.post("/logout").status_code == 302


def test_workspace_with_a_shut_door_leaves_the_others_open(cast: Cast):
    give(cast.ana, cast.acme_main, ANALYST)
    ask_of_all(cast.northwind, sso_only=True)
    client = signed_in(cast, "ana")

    page = client.get("/w/acme/team/main/users")

    assert page.status_code == 200
    assert 'href="/w/northwind"' in page.content.decode()
    assert stays_out(client)
    assert client.get("/")["Location"] == "/w/acme"


def test_session_opened_by_a_connection_enters_its_workspace_alone(cast: Cast):
    give(cast.ana, cast.acme_main, ANALYST)
    client = came_by(cast, "ana", directory(cast.acme))

    assert client.get("/w/acme/team/main/users").status_code == 200
    assert stays_out(client)


def test_session_of_another_directory_leaves_nothing_in_the_users_name(cast: Cast):
    give(cast.ana, cast.acme_main, ANALYST)
    client = came_by(cast, "ana", directory(cast.acme))
    here, there = (
        f"/me/memberships/{cast.ana.memberships.get(community=each).id}/leave" for each in (cast.alder, cast.acme_main)
    )

    assert client.post(here)["Location"].startswith(DOOR)
    assert client.post(there)["Location"] == "/me"
    assert set(cast.ana.memberships.values_list("community__slug", flat=True)) == {"alder", "birch"}


def test_who_is_kept_out_may_leave(cast: Cast):
    ask_of_all(cast.northwind, sso_only=True)

    signed_in(cast, "ana").post(f"/me/memberships/{cast.ana.memberships.get(community=cast.alder).id}/leave")

    assert not cast.ana.memberships.filter(community=cast.alder).exists()


OTHER_PLACE = Oidc("https://other.okta.example", "guestlist", "another secret")
ENDINGS: dict[str, Callable[[Cast, Connection], object]] = {
    "switched off": lambda cast, row: disable_connection(actor=cast.olga.actor, connection=row),
    "deleted": lambda cast, row: delete_connection(actor=cast.olga.actor, connection=row),
    "another issuer": lambda cast, row: change_connection(actor=cast.olga.actor, connection=row, provider=OTHER_PLACE),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_session_ends_with_its_connection(cast: Cast, ending: str):
    """R-068: at its next request, on pages and in the API; everybody else's goes on."""
    row = directory(cast.northwind)
    client, api, usual = came_by(cast, "ana", row), came_by(cast, "ana", row), signed_in(cast, "ana")
    assert client.get(PAGE).status_code == 200

    ENDINGS[ending](cast, row)
    answer = client.get(PAGE)

    assert answer["Location"].startswith("/login?next=") and "_auth_user_id" not in client.session
    assert "The directory that signed you in is switched off" in client.get("/login").content.decode()
    assert Caller(api).get("/me").status_code == 401
    assert usual.get(PAGE).status_code == 200


def test_switching_on_again_brings_no_session_back(cast: Cast):
    """R-068: whoever has the old cookie was away meanwhile."""
    row = directory(cast.northwind, tested_at=now())
    client = came_by(cast, "ana", row)

    disable_connection(actor=cast.olga.actor, connection=row)
    enable_connection(actor=cast.olga.actor, connection=row)

    assert client.get(PAGE)["Location"].startswith("/login")
    assert came_by(cast, "ana", row).get(PAGE).status_code == 200


def test_new_secret_ends_no_session(cast: Cast):
    row = directory(cast.northwind, issuer="https://northwind.okta.example", client_id="guestlist")
    client = came_by(cast, "ana", row)

    change_connection(actor=cast.olga.actor, connection=row, provider=Oidc(row.issuer, row.client_id, "a new secret"))

    assert client.get(PAGE).status_code == 200


def test_sso_only_asks_for_a_connection_of_its_own(cast: Cast):
    """R-015"""
    row = directory(cast.northwind)
    directory(cast.northwind, name="Switched off", enabled_at=None)
    ask_of_all(cast.northwind, sso_only=True)

    page = signed_in(cast, "ana").get(DOOR, {"next": PAGE}).content.decode()

    assert came_by(cast, "ana", row).get(PAGE).status_code == 200
    assert stays_out(signed_in(cast, "ana"))
    assert f'href="/sso/{row.id}?next=%2Fw%2Fnorthwind%2Fteam%2Falder%2Fusers"' in page
    assert "Switched off" not in page and "Log in again" not in page


@pytest.mark.parametrize(("role", "opens"), [(ADMIN, True), (ANALYST, False)])
def test_break_glass_opens_for_admins_of_main(cast: Cast, role: object, opens: bool):
    give(cast.otto, cast.main, role)
    Membership.objects.filter(user=cast.otto).update(break_glass=True)
    ask_of_all(cast.northwind, sso_only=True)

    assert stays_out(signed_in(cast, "otto"), "/w/northwind/settings/users") is not opens
    assert stays_out(signed_in(cast, "olga"), "/w/northwind/settings/users")


def test_idle_session_must_sign_in_again_and_stays_out_until_then(cast: Cast):
    ask_of_all(cast.northwind, session_idle=600)
    with travel(now(), tick=False) as clock:
        client = signed_in(cast, "ana")
        for _ in range(5):
            clock.shift(timedelta(minutes=8))
            assert client.get(PAGE).status_code == 200
        clock.shift(timedelta(minutes=10))
        assert client.get("/me").status_code == 200
        assert stays_out(client)
        client.post("/logout", {"next": f"/login?next={PAGE}"})
        client.post("/login", {"email": "ana@northwind.example", "password": PASSWORD})

        assert client.get(PAGE).status_code == 200


def test_many_small_pauses_are_none(cast: Cast):
    ask_of_all(cast.northwind, session_idle=300)
    with travel(now(), tick=False) as clock:
        client = signed_in(cast, "ana")
        for _ in range(30):
            clock.shift(timedelta(seconds=269))
            assert client.get(PAGE).status_code == 200


def test_time_before_signing_in_is_no_pause(cast: Cast):
    ask_of_all(cast.northwind, session_idle=300)
    with travel(now(), tick=False) as clock:
        client = Client()
        client.post("/login", {"email": "ana@northwind.example", "password": "wrong horse battery staple"})
        clock.shift(timedelta(hours=1))
        client.post("/login", {"email": "ana@northwind.example", "password": PASSWORD})

        assert client.get(PAGE).status_code == 200


def test_session_too_old_must_sign_in_again(cast: Cast):
    ask_of_all(cast.northwind, session_lifetime=3600)
    with travel(now(), tick=False) as clock:
        client = signed_in(cast, "ana")
        clock.shift(timedelta(minutes=59))
        assert client.get(PAGE).status_code == 200
        clock.shift(timedelta(minutes=1))

        assert stays_out(client)
        assert "every 1 hour" in client.get(DOOR).content.decode()


@pytest.mark.parametrize("by_connection", [False, True])
def test_proving_again_who_one_is_counts_where_no_directory_opened_the_session(cast: Cast, by_connection: bool):
    ask_of_all(cast.northwind, session_lifetime=900)
    row = directory(cast.northwind)
    with travel(now(), tick=False) as clock:
        client = came_by(cast, "ana", row) if by_connection else signed_in(cast, "ana")
        clock.shift(timedelta(minutes=20))
        request = RequestFactory().get("/")
        request.session = client.session
        record_authentication(request, cast.ana, "password")
        request.session.save()

        assert stays_out(client) is by_connection


def test_who_came_by_a_directory_signs_in_again_by_it(cast: Cast):
    ask_of_all(cast.northwind, session_lifetime=900)
    row = directory(cast.northwind)
    with travel(now(), tick=False) as clock:
        client = came_by(cast, "ana", row)
        clock.shift(timedelta(minutes=20))
        page = client.get(DOOR).content.decode()

    assert f'href="/sso/{row.id}' in page
    assert "Log in again" not in page


def test_second_factor_is_asked_of_the_session(cast: Cast):
    """R-012, R-070"""
    ask_of_all(cast.northwind, requires_second_factor=True)

    assert stays_out(signed_in(cast, "ana"))
    assert with_second_factor(cast, "ana").get(PAGE).status_code == 200
    assert stays_out(came_by(cast, "ana", directory(cast.northwind)))
    assert came_by(cast, "ana", directory(cast.northwind, asks_second_factor=True)).get(PAGE).status_code == 200


def test_door_leads_to_setting_a_second_factor_up_or_to_showing_it(cast: Cast):
    ask_of_all(cast.northwind, requires_second_factor=True)
    client = signed_in(cast, "ana")
    without = client.get(DOOR).content.decode()

    Authenticator.objects.create(user=cast.ana, type="totp", data={})
    having = client.get(DOOR).content.decode()

    assert "/me/security" in without and "Log in again" not in without
    assert "/me/security" not in having and "/me/confirm?ask=factor" in having


def test_door_of_a_place_out_of_sight_does_not_exist(cast: Cast):
    ask_of_all(cast.northwind, sso_only=True)
    directory(cast.northwind)

    for who in ("nora", "otto"):
        answer = signed_in(cast, who).get(DOOR)
        assert answer.status_code == 404
        assert "Okta" not in answer.content.decode()


def test_next_of_another_site_is_not_kept(cast: Cast):
    assert signed_in(cast, "ana").get(DOOR, {"next": "https://evil.example/"})["Location"] == "/w/northwind"


def test_api_answers_a_session_that_the_door_is_closed(cast: Cast):
    ask_of_all(cast.northwind, sso_only=True)
    caller = Caller(signed_in(cast, "ana"))

    assert code_of(caller.get("/workspaces/northwind/communities")) == (403, "door_closed")
    assert code_of(caller.get("/workspaces/acme/communities")) == (404, "not_found")
    assert caller.get("/me").status_code == 200
    assert code_of(Caller(signed_in(cast, "otto")).get("/workspaces/northwind/communities")) == (404, "not_found")


def test_keys_are_never_asked(cast: Cast):
    ask_of_all(cast.northwind, sso_only=True, requires_second_factor=True, session_lifetime=900)

    assert as_key(cast.main).get("/workspaces/northwind/communities").status_code == 200


@pytest.mark.parametrize("policy", [{}, {"sso_only": True}])
def test_door_costs_one_statement_however_many_workspaces(cast: Cast, policy: dict[str, object]):
    ask_of_all(cast.northwind, **policy)
    ask_of_all(cast.acme, **policy)
    client = signed_in(cast, "ana")
    with CaptureQueriesContext(connection) as one:
        client.get("/me/password")

    give(cast.ana, cast.acme_main, ANALYST)
    with CaptureQueriesContext(connection) as two:
        client.get("/me/password")

    doors = [each["sql"] for each in one.captured_queries if "requires_second_factor" in each["sql"] and "EXISTS" in each["sql"]]
    assert len(doors) == 1
    assert len(two) == len(one)
