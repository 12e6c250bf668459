"""Everything that goes wrong is a problem document, and says nothing that is not the caller's to know."""

from base64 import urlsafe_b64decode

import pytest
from django.db import connection

from guestlist.kernel.errors import HTTP_STATUS, Refusal
from guestlist.members.models import ApiKey
from tests.api.callers import Caller, as_key, as_user, code_of
from tests.cast import Cast


@pytest.mark.parametrize("path", ["/", "/nothing", "/me/", "/workspaces", "/workspaces//invitations", "/%00"])
def test_address_that_leads_nowhere_is_not_found(cast: Cast, path: str):
    for caller in (Caller(), as_user(cast.olga)):
        assert code_of(caller.get(path)) == (404, "not_found")
        assert code_of(caller.post(path, {})) == (404, "not_found")


def test_workspace_that_cannot_be_is_not_found(cast: Cast):
    for slug in ("nowhere", "%00", "%FF", "x" * 500, "northwind%20", "NORTHWIND"):
        assert code_of(as_user(cast.olga).get(f"/workspaces/{slug}/communities")) == (404, "not_found")


def test_method_that_is_not_taken_names_those_that_are(cast: Cast):
    answer = as_user(cast.olga).delete("/workspaces/northwind/invitations")

    assert code_of(answer) == (405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_head_is_answered_like_get(cast: Cast):
    answer = as_user(cast.olga).client.head("/api/v1/me")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": 0}, "invalid_request"),
        ({"limit": 1001}, "invalid_request"),
        ({"limit": "many"}, "invalid_request"),
        ({"cursor": "\x00"}, "invalid_request"),
        ({"state": "lost"}, "invalid_request"),
        ({"email": "a\x00"}, "invalid_request"),
        ({"cursor": "garbage"}, "bad_cursor"),
        ({"cursor": "WyJhIiwxXQ:1abc:xyz"}, "bad_cursor"),
    ],
)
def test_query_that_cannot_be_is_refused(cast: Cast, query: dict, code: str):
    answer = as_user(cast.olga).get("/workspaces/northwind/invitations", **query)

    assert code_of(answer) == (422, code)
    if code == "invalid_request":
        assert [each["parameter"] for each in answer.json()["errors"]] == list(query)


def test_cursor_holds_no_address_to_be_read(cast: Cast):
    """A list is in the order of the addresses by which members are known, which are not those that are shown."""
    answer = as_user(cast.olga).get("/workspaces/northwind/users", limit=1)
    first, cursor = answer.json()["items"][0], answer.json()["next_cursor"]

    assert first["email"].encode() not in urlsafe_b64decode(cursor.partition(":")[0] + "===")


def test_cursor_of_one_list_opens_no_other(cast: Cast):
    olga = as_user(cast.olga)
    cursor = olga.get("/workspaces/northwind/communities", limit=1).json()["next_cursor"]

    assert code_of(olga.get("/workspaces/northwind/invitations", cursor=cursor)) == (422, "bad_cursor")


def test_failure_of_ours_is_logged_and_shows_nothing(cast: Cast, caplog):
    key = as_key(cast.main)
    key.client.raise_request_exception = False
    ApiKey.objects.update(role_ids=7)

    answer = key.get("/me")

    assert code_of(answer) == (500, "failed")
    assert "TypeError" in caplog.text
    assert "TypeError" not in answer.content.decode()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_database_gone_for_a_moment_is_unavailable_and_then_back(monkeypatch):
    caller = Caller(headers={"Authorization": "Bearer gl_whatever"})
    with monkeypatch.context() as moment:
        connection.close()
        moment.setitem(connection.settings_dict, "NAME", "/nowhere/at/all")
        gone = caller.get("/me")
    connection.close()

    assert code_of(gone) == (503, "unavailable")
    assert gone["Retry-After"]
    assert code_of(caller.get("/me")) == (401, "unauthenticated")


def test_answers_are_not_for_caches(cast: Cast):
    for path in ("/me", "/workspaces/northwind/communities", "/nothing"):
        assert "no-store" in as_key(cast.main).get(path)["Cache-Control"]


def _kinds(refusal: type[Refusal] = Refusal) -> set[str]:
    return {refusal.kind}.union(*(_kinds(each) for each in refusal.__subclasses__()))


def test_every_kind_of_refusal_has_a_status():
    assert _kinds() <= HTTP_STATUS.keys()
