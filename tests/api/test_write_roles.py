"""Custom roles over the API: the commands' rules, in JSON."""

from uuid import UUID

import pytest

from guestlist.access.roles import ADMIN, GUEST
from guestlist.api.roles import HoldersOut, RoleOut
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key, create_role
from guestlist.members.models import Role
from guestlist.users.models import User
from guestlist.workspaces.models import Community
from tests.api.callers import as_key, as_user, code_of
from tests.cast import Cast, give

ALDER = "/workspaces/northwind/communities/alder/roles"
ONE = "/workspaces/northwind/roles"
DESK = {"name": "Desk", "permissions": ["members:read", "roles:read"]}


def make(place: Community, name: str = "Desk", *rights: str) -> Role:
    return create_role(actor=OPERATOR, community=place, name=name, permissions=rights or ("members:read",))


def test_role_is_made_in_a_community(cast: Cast):
    answer = as_user(cast.adam).post(ALDER, {**DESK, "description": "At the door.", "may_hand_out": ["Guest"]})

    role = Role.objects.get(name="Desk")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(role.id),
        "name": "Desk",
        "description": "At the door.",
        "built_in": False,
        "community": str(cast.alder.id),
        "permissions": ["members:read", "roles:read"],
        "may_hand_out": [{"id": str(GUEST), "name": "Guest"}],
    }
    RoleOut.model_validate(answer.json(), extra="forbid")


def test_same_request_with_the_same_key_makes_one_role(cast: Cast):
    adam = as_user(cast.adam)

    first, again = (adam.post(ALDER, DESK, Idempotency_Key="one") for _ in range(2))

    assert first.json() == again.json()
    assert Role.objects.filter(name="Desk").count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**DESK, "name": " "}, (422, "place_name_missing")),
        ({**DESK, "name": "Àdmin"}, (409, "name_taken")),
        ({**DESK, "name": "x" * 81}, (422, "role_text_too_long")),
        ({**DESK, "name": "a\x00b", "permissions": ["x\x00"]}, (422, "invalid_request")),
        ({**DESK, "permissions": ["moon:land"]}, (422, "unknown_permission")),
        ({**DESK, "may_hand_out": ["Owner"]}, (422, "unknown_role")),
        ({**DESK, "community": "main"}, (422, "invalid_request")),
        ({**DESK, "permissions": "members:read"}, (422, "invalid_request")),
        ({"name": "Desk"}, (422, "invalid_request")),
    ],
)
def test_bad_role_is_refused_with_its_code(cast: Cast, body: object, code: tuple[int, str]):
    assert code_of(as_user(cast.adam).post(ALDER, body)) == code
    assert not Role.objects.exclude(community=None).exists()


def test_key_writes_no_role_above_what_it_holds(cast: Cast):
    writer = make(cast.alder, "Writer", "roles:write", "roles:read", "communities:read")
    key = as_key(cast.alder, writer.id)
    above = make(cast.alder, "Above", "audit:read")

    assert code_of(key.post(ALDER, DESK)) == (403, "above_ceiling")
    assert code_of(key.patch(f"{ONE}/{above.id}", {"name": "Mine"})) == (403, "above_ceiling")
    assert code_of(key.delete(f"{ONE}/{above.id}")) == (403, "above_ceiling")
    assert key.patch(f"{ONE}/{writer.id}", {"description": "Writes."}).json()["description"] == "Writes."


def test_change_replaces_what_is_given(cast: Cast):
    role = make(cast.alder)

    answer = as_user(cast.adam).patch(f"{ONE}/{role.id}", {"permissions": ["roles:read"], "may_hand_out": [str(GUEST)]})

    assert answer.json()["permissions"] == ["roles:read"]
    assert answer.json()["name"] == "Desk"
    assert [each["name"] for each in answer.json()["may_hand_out"]] == ["Guest"]


def test_built_in_role_is_not_changed(cast: Cast):
    olga = as_user(cast.olga)

    assert code_of(olga.patch(f"{ONE}/{ADMIN}", {"may_hand_out": ["Guest"]})) == (403, "built_in_role")
    assert code_of(olga.delete(f"{ONE}/{ADMIN}", {"move_to": "Guest"})) == (403, "built_in_role")


def test_deleting_moves_the_holders(cast: Cast):
    role = make(cast.alder)
    row = give(cast.gus, cast.alder, role.id)
    adam = as_user(cast.adam)

    assert code_of(adam.delete(f"{ONE}/{role.id}")) == (409, "role_held")
    assert code_of(adam.delete(f"{ONE}/{role.id}", {"move_to": str(role.id)})) == (422, "unknown_role")
    assert adam.delete(f"{ONE}/{role.id}", {"move_to": "Analyst"}).status_code == 204

    assert [each.name for each in row.roles.all()] == ["Analyst"]
    assert code_of(adam.get(f"{ONE}/{role.id}")) == (404, "not_found")


def test_role_out_of_reach_is_not_there_to_change(cast: Cast):
    role = make(cast.birch)

    for who in ("adam", "nora", "otto", "gus"):
        caller = as_user(cast.users[who])
        answers = [caller.patch(f"{ONE}/{role.id}", {"name": "Mine"}), caller.delete(f"{ONE}/{role.id}")]
        answers.append(caller.get(f"{ONE}/{role.id}/holders"))
        assert {code_of(each) for each in answers} == {(404, "not_found")}


def test_holders_are_those_the_caller_may_read(cast: Cast):
    role = make(cast.main)
    row = give(cast.gus, cast.alder, role.id)
    give(cast.otto, cast.birch, role.id)
    key, _ = create_api_key(actor=OPERATOR, community=cast.alder, name="desk", roles=[role])
    as_user(cast.olga).post(
        "/workspaces/northwind/invitations",
        {"emails": ["jules@birch.example"], "grants": [{"community": "birch", "roles": ["Desk"]}]},
    )

    answer = as_user(cast.adam).get(f"{ONE}/{role.id}/holders")

    gus = {"id": str(cast.gus.id), "email": "gus@northwind.example", "name": "Gus Petit"}
    alder = str(cast.alder.id)
    assert answer.json() == {
        "items": [{"membership": str(row.id), "user": gus, "community": alder, "status": "active"}],
        "next_cursor": None,
        "api_keys": [{"id": str(key.id), "name": "desk", "community": alder}],
        "invitations": 0,
        "unnamed": 0,
    }
    HoldersOut.model_validate(answer.json(), extra="forbid")
    assert as_user(cast.olga).get(f"{ONE}/{role.id}/holders").json()["invitations"] == 1


@pytest.mark.parametrize("number", [1, 30])
def test_holders_come_in_pages_at_a_constant_number_of_statements(cast: Cast, number: int, django_assert_num_queries):
    role, key = make(cast.alder), as_key(cast.main)
    for n in range(number):
        give(User.objects.create(name=f"M {n}", email=f"m{n:02}@x.example"), cast.alder, role.id)

    found, cursor = [], ""
    with django_assert_num_queries(24):
        page = key.get(f"{ONE}/{role.id}/holders", limit=1000).json()
    while cursor is not None:
        part = key.get(f"{ONE}/{role.id}/holders", limit=7, cursor=cursor).json()
        found, cursor = found + part["items"], part["next_cursor"]

    assert found == page["items"]
    assert len({UUID(each["membership"]) for each in found}) == number


def test_permissions_say_what_they_are_about(cast: Cast):
    items = as_user(cast.gus).get("/workspaces/northwind/permissions", limit=1000).json()["items"]

    one = next(each for each in items if each["name"] == "members:invite")
    assert one["group"] == "Members"
    assert one["description"] == "Ask people in, and send or revoke invitations."


def test_dry_run_says_who_would_gain_and_lose_and_changes_nothing(cast: Cast):
    role = make(cast.birch, "Desk", "members:read", "roles:read")
    membership = give(cast.gus, cast.birch, role.id)
    as_key(cast.birch, role.id, name="bot")

    answer = as_user(cast.olga).patch(f"{ONE}/{role.id}", {"permissions": ["members:read", "audit:read"], "dry_run": True})

    first, second = answer.json()["effects"]
    assert (first["membership"], first["email"]) == (str(membership.id), "gus@northwind.example")
    assert (first["gains"], first["losses"]) == (["audit:read"], ["roles:read"])
    assert (second["name"], second["membership"], second["gains"]) == ("bot", None, ["audit:read"])
    assert answer.json()["others"] == 0
    role.refresh_from_db()
    assert sorted(role.permissions) == ["members:read", "roles:read"]


def test_dry_run_of_a_role_out_of_sight_is_nothing(cast: Cast):
    role = make(cast.birch)

    answers = [
        as_user(cast.users[who]).patch(f"{ONE}/{role.id}", {"name": "x", "dry_run": True}) for who in ("otto", "nora", "adam")
    ]

    assert [each.status_code for each in answers] == [404, 404, 404]
