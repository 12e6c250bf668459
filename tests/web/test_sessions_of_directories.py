"""A session that a workspace's directory opened reaches nothing of the account (design rule 14)."""

from urllib.parse import unquote

import pytest
from django.test import Client

from guestlist.access.roles import ANALYST
from guestlist.kernel import clock
from guestlist.members.commands import deactivate, set_end
from guestlist.sso.models import Connection
from guestlist.users.commands import add_passkey
from tests.api.callers import Caller, code_of
from tests.cast import Cast, give
from tests.passkeys import stored_passkey
from tests.sso.acts import connect
from tests.web.visits import confirmed, signed_in


@pytest.fixture
def row(cast: Cast) -> Connection:
    give(cast.ana, cast.acme_main, ANALYST)
    return connect(cast, admin="nora")


def came_by(cast: Cast, row: Connection, who: str = "ana") -> Client:
    client = signed_in(cast, who)
    session = client.session
    session["connection"] = str(row.id)
    session.save()
    return client


def profile(name: str) -> dict[str, str]:
    return {"name": name, "language": "en", "time_zone": "", "theme": ""}


def test_changes_of_the_account_ask_first(cast: Cast, row: Connection):
    signed_in(cast, "ana")
    other, client = cast.ana.sessions.get(), came_by(cast, row)
    asked = [client.post("/me", profile("Mallory")), client.get(f"/me/sessions/{other.id}/end")]
    asked += [client.post(f"/me/sessions/{other.id}/end"), client.post("/me/sessions/others/end")]
    over_api = [Caller(client).patch("/me", {"name": "Mallory"}), Caller(client).delete(f"/me/sessions/{other.id}")]
    cast.ana.refresh_from_db()

    assert {unquote(each["Location"]).partition("?")[0] for each in asked} == {"/me/confirm"}
    assert {code_of(each) for each in over_api} == {(403, "confirm_first")}
    assert cast.ana.name != "Mallory" and cast.ana.sessions.filter(id=other.id).exists()
    assert Caller(confirmed(client)).patch("/me", {"name": "Ana F."}).status_code == 200
    assert client.post("/me", profile("Ana Ferreira"))["Location"] == "/me"
    assert Caller(client).delete(f"/me/sessions/{other.id}").status_code == 204


def test_recent_activity_is_for_usual_sessions(cast: Cast, row: Connection):
    add_passkey(user=cast.ana, name="Phone", credential=stored_passkey())

    usual, theirs = (client.get("/me/security") for client in (signed_in(cast, "ana"), came_by(cast, row)))

    assert usual.context["activity"][0]["text"] == "Passkey added"
    assert theirs.context["activity"] == [] and b"Recent activity" not in theirs.content


def test_usual_session_is_not_asked(cast: Cast, row: Connection):
    client = signed_in(cast, "ana")

    assert client.post("/me", profile("Ana F."))["Location"] == "/me"
    assert Caller(client).patch("/me", {"name": "Ana"}).status_code == 200


def test_lists_speak_of_the_directorys_workspace_alone(cast: Cast, row: Connection):
    here, there = cast.ana.memberships.get(community=cast.acme_main), cast.ana.memberships.get(community=cast.alder)
    set_end(actor=cast.nora.actor, membership=here, ends_at=clock.now().replace(year=2090))
    set_end(actor=cast.olga.actor, membership=there, ends_at=clock.now().replace(year=2090))
    deactivate(actor=cast.olga.actor, membership=cast.ana.memberships.get(community=cast.birch))
    client = came_by(cast, row)

    pages = [client.get(path).content.decode() for path in ("/me", "/me/notifications", "/api/v1/me")]
    items = client.get("/me/notifications").context["items"]

    assert not [each for each in pages if "Alder" in each or "Birch" in each]
    assert [each["slug"] for each in Caller(client).get("/me").json()["workspaces"]] == ["acme"]
    assert {each["workspace"] for each in items} == {cast.acme.name}
    assert all(each["new"] for each in signed_in(cast, "ana").get("/me/notifications").context["items"])
    assert len(Caller(signed_in(cast, "ana")).get("/me").json()["workspaces"]) == 2


def test_api_of_a_community_by_slug_answers_beside_a_shut_door(cast: Cast, row: Connection):
    caller = Caller(came_by(cast, row))

    assert caller.get("/workspaces/acme/communities/main/members").status_code in (200, 403)
    assert code_of(caller.get("/workspaces/northwind/communities/alder/members")) == (403, "door_closed")


def test_head_at_a_shut_door_keeps_its_target(cast: Cast, row: Connection):
    client, page = came_by(cast, row), "/w/northwind/team/alder/users?q=ana"

    assert client.head(page)["Location"] == client.get(page)["Location"]
