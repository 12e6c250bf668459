"""GET /workspaces/{w}/audit: the history, page by page, inside the caller's sight."""

from typing import Any

from guestlist.access.roles import ANALYST
from guestlist.invitations.commands import delete_community
from guestlist.invitations.models import Invitation
from tests.api.callers import Caller, as_key, as_user, code_of
from tests.cast import Cast
from tests.invitations.acts import ask, invited, join_as_new

AUDIT = "/workspaces/northwind/audit"
JULES = "jules@birch.example"


def actions(caller: Caller, **query: str) -> list[str]:
    return [each["action"] for each in caller.get(AUDIT, **query).json()["items"]]


def walk(caller: Caller, **query: Any) -> list[str]:
    found, cursor = [], ""
    while cursor is not None:
        page = caller.get(AUDIT, cursor=cursor, **query).json()
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    return found


def test_event_says_who_did_what_to_whom_where_and_when(cast: Cast):
    invited(cast, "olga", JULES, birch="Analyst")

    event = as_user(cast.olga).get(AUDIT).json()["items"][0]

    assert event["action"] == "invitation.created"
    assert event["actor"] == {
        "kind": "user",
        "id": str(cast.olga.id),
        "name": "Olga Lindqvist",
        "email": "olga@northwind.example",
    }
    assert event["target"] == {"kind": "invitation", "id": str(Invitation.objects.get().id), "name": JULES}
    assert event["community"] == {"id": str(cast.birch.id), "slug": "birch", "name": "Birch"}
    assert event["after"] == {"grants": [{"community": str(cast.birch.id), "roles": [str(ANALYST)]}]}


def test_list_narrows(cast: Cast):
    join_as_new(invited(cast, "olga", JULES, birch="Analyst"))
    key = as_key(cast.main)

    assert actions(key, person=JULES) == ["invitation.accepted", "membership.created", "invitation.created"]
    assert actions(key, person=JULES, action="membership") == ["membership.created"]
    assert actions(key, actor="olga@northwind.example", community="birch") == ["invitation.created"]
    assert actions(key, actor=str(cast.olga.id)) == ["invitation.created"]
    assert actions(key, since="2999-01-01T00:00:00Z") == actions(key, until="2001-01-01T00:00:00Z") == []
    assert set(actions(key, actor="operator")) == {
        "workspace.created",
        "community.created",
        "membership.created",
        "api_key.created",
    }


def test_pages_hold_everything_once(cast: Cast):
    caller = as_user(cast.olga)
    ask(cast, "olga", " ".join(f"p{n}@birch.example" for n in range(30)), birch="Guest")

    assert walk(caller, limit=7) == walk(caller, limit=1000)


def test_key_of_one_community_reads_that_one(cast: Cast):
    invited(cast, "olga", JULES, alder="Guest", birch="Analyst")

    answer = as_key(cast.alder).get(AUDIT)

    assert {each["community"]["slug"] for each in answer.json()["items"]} == {"alder"}
    assert str(cast.birch.id) not in answer.content.decode()
    assert str(cast.main.id) not in answer.content.decode()


def test_bad_filters_are_named(cast: Cast):
    caller = as_key(cast.alder)

    assert code_of(caller.get(AUDIT, community="birch")) == (422, "unknown_community")
    assert code_of(caller.get(AUDIT, community="acme")) == (422, "unknown_community")
    assert code_of(caller.get(AUDIT, since="yesterday")) == (422, "invalid_request")
    assert code_of(caller.get(AUDIT, cursor="made-up")) == (422, "bad_cursor")
    assert code_of(as_user(cast.mia).get(AUDIT)) == (403, "not_allowed")
    assert code_of(as_user(cast.nora).get(AUDIT)) == code_of(as_user(cast.otto).get(AUDIT)) == (404, "not_found")


def test_deleted_community_is_found_by_what_it_was_called(cast: Cast):
    delete_community(actor=cast.olga.actor, community=cast.cedar_north)

    caller = as_user(cast.olga)
    for name in (str(cast.cedar_north.id), "cedar-north", "Cedar North"):
        (event, _) = caller.get(AUDIT, community=name).json()["items"]
        assert event["community"] == {"id": str(cast.cedar_north.id), "slug": "cedar-north", "name": "Cedar North"}
        assert event["target"]["name"] == "Cedar North"
    for who in (cast.adam,):
        assert code_of(as_user(who).get(AUDIT, community="cedar-north")) == (422, "unknown_community")
    assert code_of(caller.get(AUDIT, community="main-of-acme")) == (422, "unknown_community")
