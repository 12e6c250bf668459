"""Connections over HTTP: made, changed in parts, switched; secrets go in and never come out."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guestlist.access.roles import ADMIN, GUEST
from guestlist.kernel.seals import unseal
from guestlist.members.models import Membership
from guestlist.sso.models import Connection
from tests.api.callers import Caller, as_confirmed, as_key, code_of
from tests.cast import Cast
from tests.sso.acts import come, connect, creating

CONNECTIONS = "/workspaces/northwind/connections"
OIDC = {"issuer": "https://northwind.okta.example", "client_id": "guestlist", "client_secret": "hush hush"}


def made(caller: Caller, **more: Any) -> Any:
    return caller.post(CONNECTIONS, {"name": "Okta", "oidc": OIDC, **more})


def test_connection_is_made_off_and_tells_where_it_is_reached(cast: Cast):
    answer = made(as_key(cast.main), preset="okta")

    body, row = answer.json(), Connection.objects.get()
    assert (answer.status_code, body["state"], body["preset"], body["has_secret"]) == (201, "draft", "okta", True)
    assert body["addresses"]["callback"].endswith(f"/sso/{row.id}/callback")
    assert unseal(row.sealed_secret) == "hush hush"


def test_secret_is_in_no_answer(cast: Cast):
    caller = as_key(cast.main)
    found = [made(caller), caller.get(CONNECTIONS), caller.get(f"{CONNECTIONS}/{Connection.objects.get().id}")]

    assert not [
        each for each in found if b"hush" in each.content or Connection.objects.get().sealed_secret.encode() in each.content
    ]


def test_made_with_its_defaults_in_one_request(cast: Cast):
    groups = [{"group": "soc", "community": "birch", "role": "Analyst"}]
    body = made(
        as_key(cast.main),
        automatic_user_creation=True,
        default_role="Guest",
        default_communities=["alder", "birch"],
        groups=groups,
    ).json()

    assert (body["automatic_user_creation"], body["default_role"]["id"]) == (True, str(GUEST))
    assert [each["slug"] for each in body["default_communities"]] == ["alder", "birch"]
    assert [(each["group"], each["community"]["slug"], each["role"]["name"]) for each in body["groups"]] == [
        ("soc", "birch", "Analyst")
    ]


def test_change_leaves_alone_what_it_does_not_name(cast: Cast):
    row, caller = creating(cast, connect(cast)), as_confirmed(cast.olga)

    renamed = caller.patch(f"{CONNECTIONS}/{row.id}", {"name": "Staff"}).json()
    off = caller.patch(f"{CONNECTIONS}/{row.id}", {"automatic_user_creation": False}).json()
    moved = caller.patch(
        f"{CONNECTIONS}/{row.id}", {"oidc": {"issuer": "https://other.example", "client_id": "guestlist"}}
    ).json()

    row.refresh_from_db()
    assert (renamed["name"], renamed["automatic_user_creation"], renamed["state"]) == ("Staff", True, "live")
    assert (off["automatic_user_creation"], off["default_role"]["name"]) == (False, "Guest")
    assert moved["state"] == "draft", "another issuer is tested and switched on anew"
    assert (moved["issuer"], moved["tested_at"], unseal(row.sealed_secret)) == ("https://other.example", None, "hush hush")


def test_refused_change_changes_nothing_of_it(cast: Cast):
    row, caller = connect(cast), as_confirmed(cast.olga)

    wanted = {"name": "Staff", "automatic_user_creation": True, "default_role": "Admin", "default_communities": ["alder"]}
    answer = caller.patch(f"{CONNECTIONS}/{row.id}", wanted)

    assert code_of(answer) == (422, "administrative_role")
    assert Connection.objects.get().name == "Okta"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "Okta"}, "invalid_request"),
        ({"name": "Okta", "oidc": OIDC, "saml": {"metadata": "<x/>"}}, "invalid_request"),
        ({"name": "Okta", "oidc": OIDC | {"issuer": "http://okta.example"}}, "bad_issuer"),
        ({"name": "Okta", "oidc": OIDC | {"client_secret": ""}}, "client_missing"),
        ({"name": "Okta", "saml": {"metadata": "<x/>"}}, "bad_metadata"),
        ({"name": "Okta", "oidc": OIDC, "default_role": "Guest", "default_communities": ["acme"]}, "unknown_community"),
        ({"name": "Okta", "oidc": OIDC, "default_role": "Boss", "default_communities": ["alder"]}, "unknown_role"),
    ],
)
def test_bad_connection_is_refused_by_name(cast: Cast, body: dict[str, Any], code: str):
    assert code_of(as_key(cast.main).post(CONNECTIONS, body)) == (422, code)
    assert not Connection.objects.exists()


def test_untested_one_is_not_turned_on(cast: Cast):
    caller = as_key(cast.main)
    made(caller)

    assert code_of(caller.post(f"{CONNECTIONS}/{Connection.objects.get().id}/enable")) == (409, "not_tested")


def test_off_on_and_gone(cast: Cast):
    row, caller = connect(cast), as_key(cast.main)

    states = [caller.post(f"{CONNECTIONS}/{row.id}/{act}").json()["state"] for act in ("disable", "enable")]
    gone = caller.delete(f"{CONNECTIONS}/{row.id}")

    assert (states, gone.status_code, Connection.objects.count()) == (["tested", "live"], 204, 0)


def test_preview_tells_what_would_happen(cast: Cast):
    row = creating(cast, connect(cast))

    body = as_key(cast.main).post(f"{CONNECTIONS}/{row.id}/preview", {"claims": {"sub": "9", "email": "kim@corp.example"}}).json()

    assert (body["outcome"], body["reason"]) == ("create", None)
    assert [(each["community"]["slug"], [role["name"] for role in each["roles"]]) for each in body["places"]] == [
        ("alder", ["Guest"])
    ]


def test_refused_person_is_let_in_by_default_or_as_asked(cast: Cast):
    row, caller = creating(cast, connect(cast), on=False), as_key(cast.main)
    for subject, email in (("1", "kim@corp.example"), ("2", "lou@corp.example")):
        come(row, subject, email)
    attempts = {each["email"]: each for each in caller.get(f"{CONNECTIONS}/{row.id}/attempts").json()["items"]}
    path = f"{CONNECTIONS}/{row.id}/attempts/{{}}/let-in"

    caller.post(path.format(attempts["kim@corp.example"]["id"]))
    caller.post(path.format(attempts["lou@corp.example"]["id"]), {"grants": [{"community": "birch", "roles": ["Analyst"]}]})

    places = Membership.objects.filter(email_key__endswith="@corp.example").order_by("email_key")
    assert attempts["kim@corp.example"]["reason"] == "not_invited"
    assert list(places.values_list("community__name", "roles__name")) == [("Alder", "Guest"), ("Birch", "Analyst")]
    assert caller.get(f"{CONNECTIONS}/{row.id}/attempts").json()["items"] == []


def test_page_of_attempts_reads_no_more_than_itself(cast: Cast):
    row, caller = creating(cast, connect(cast), on=False), as_key(cast.main)
    for number in range(4):
        come(row, f"s{number}", f"kim{number}@corp.example")

    with CaptureQueriesContext(connection) as asked:
        first = caller.get(f"{CONNECTIONS}/{row.id}/attempts?limit=2").json()
        second = caller.get(f"{CONNECTIONS}/{row.id}/attempts?limit=2&cursor={first['next_cursor']}").json()

    assert [each["email"][3] for each in [*first["items"], *second["items"]]] == ["3", "2", "1", "0"]
    assert (bool(first["next_cursor"]), second["next_cursor"]) == (True, None)
    assert [each["sql"].partition(" LIMIT ")[2] for each in asked if "connection_attempt" in each["sql"]] == ["3", "3 OFFSET 2"]


def test_attempt_of_another_connection_or_workspace_does_not_exist(cast: Cast):
    row, other = connect(cast), connect(cast, name="Other")
    come(row)
    attempt = row.attempts.get().id
    theirs = f"/workspaces/acme/connections/{row.id}"

    wrong = as_key(cast.main).post(f"{CONNECTIONS}/{other.id}/attempts/{attempt}/let-in")
    foreign = [as_key(cast.acme_main).get(each) for each in (theirs, f"{theirs}/attempts")]

    assert {code_of(each) for each in [wrong, *foreign]} == {(404, "not_found")}


def test_admin_of_a_managed_community_is_told_no(cast: Cast):
    assert code_of(as_key(cast.alder, ADMIN).get(CONNECTIONS)) == (403, "not_allowed")
