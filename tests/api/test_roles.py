import pytest

from guestlist.access.permissions import ADMINISTRATIVE, READING, catalogue
from guestlist.access.roles import ADMIN, ANALYST, GUEST, MANAGE_MEMBER
from guestlist.api.roles import PermissionOut, RoleOut
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_role
from guestlist.members.models import Role
from guestlist.workspaces.models import Community
from tests.api.callers import as_key, as_user, code_of
from tests.cast import Cast, give, role_named

STATEMENTS = 17
PATH = "/workspaces/northwind/communities"
ONE = "/workspaces/northwind/roles"
BUILT_IN = ["Guest", "Analyst", "Admin", "manage_member"]


def custom(community: Community, name: str, *permissions: str, may_give: tuple[Role, ...] = ()) -> Role:
    return create_role(
        actor=OPERATOR, community=community, name=name, permissions=permissions or ("members:read",), may_give=may_give
    )


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["name"] for each in answer.json()["items"]]


def test_roles_are_those_usable_there(cast: Cast):
    custom(cast.main, "Everywhere")
    custom(cast.alder, "In Alder")
    custom(cast.acme_main, "Acme only")

    assert names(as_user(cast.ana).get(f"{PATH}/alder/roles")) == [*BUILT_IN, "Everywhere", "In Alder"]
    assert names(as_user(cast.ana).get(f"{PATH}/birch/roles")) == [*BUILT_IN, "Everywhere"]
    assert names(as_user(cast.nora).get("/workspaces/acme/communities/main/roles")) == [*BUILT_IN, "Acme only"]


def test_role_shows_what_it_may_and_may_hand_out(cast: Cast):
    role = custom(cast.alder, "Desk", "members:read", "members:invite", may_give=(role_named("Guest"),))

    answer = as_user(cast.adam).get(f"{ONE}/{role.id}")

    assert answer.json() == {
        "id": str(role.id),
        "name": "Desk",
        "description": "",
        "built_in": False,
        "community": str(cast.alder.id),
        "permissions": ["members:invite", "members:read"],
        "may_hand_out": [{"id": str(GUEST), "name": "Guest"}],
    }
    RoleOut.model_validate(answer.json(), extra="forbid")


def test_built_in_roles_show_their_permissions(cast: Cast):
    gus = as_user(cast.gus)

    assert gus.get(f"{ONE}/{ADMIN}").json()["permissions"] == sorted(catalogue())
    assert set(gus.get(f"{ONE}/{GUEST}").json()["permissions"]) >= READING
    assert [each["name"] for each in gus.get(f"{ONE}/{MANAGE_MEMBER}").json()["may_hand_out"]] == ["Guest", "Analyst"]
    assert not set(gus.get(f"{ONE}/{ANALYST}").json()["permissions"]) & ADMINISTRATIVE


def test_owner_of_a_role_shows_only_to_whoever_sees_it(cast: Cast):
    role = custom(cast.main, "Everywhere")

    assert as_user(cast.olga).get(f"{ONE}/{role.id}").json()["community"] == str(cast.main.id)
    assert as_user(cast.mia).get(f"{ONE}/{role.id}").json()["community"] is None


def test_role_out_of_reach_is_the_same_as_none(cast: Cast):
    sideways, foreign = custom(cast.alder, "In Alder"), custom(cast.acme_main, "Acme only")
    mia = as_user(cast.mia)
    nothing = mia.get(f"{ONE}/00000000-0000-7000-8000-00000000beef")

    answers = [mia.get(f"{ONE}/{each}") for each in (sideways.id, foreign.id, "no-id")]
    answers += [as_user(cast.olga).get(f"{ONE}/{foreign.id}"), as_user(cast.nora).get(f"/workspaces/acme/roles/{sideways.id}")]
    answers += [as_user(cast.otto).get(f"{ONE}/{GUEST}"), as_user(cast.nora).get(f"{ONE}/{sideways.id}")]

    assert code_of(nothing) == (404, "not_found")
    assert {each.content for each in answers} == {nothing.content}


def test_reading_roles_needs_the_permission(cast: Cast):
    give(cast.otto, cast.alder, custom(cast.alder, "Blind", "members:read").id)
    otto = as_user(cast.otto)

    assert code_of(otto.get(f"{PATH}/alder/roles")) == (403, "not_allowed")
    assert code_of(otto.get(f"{ONE}/{GUEST}")) == (404, "not_found")


def test_pages_together_hold_every_role_once(cast: Cast):
    ana, found, cursor = as_user(cast.ana), [], ""

    while cursor is not None:
        page = ana.get(f"{PATH}/alder/roles", limit=3, cursor=cursor)
        found += names(page)
        cursor = page.json()["next_cursor"]

    assert found == BUILT_IN


@pytest.mark.parametrize("more", [1, 20])
def test_number_of_statements_does_not_grow_with_the_list(cast: Cast, more: int, django_assert_num_queries):
    for number in range(more):
        custom(cast.alder, f"Role {number}", may_give=(role_named("Guest"),))
    key = as_key(cast.main)

    with django_assert_num_queries(STATEMENTS):
        assert len(names(key.get(f"{PATH}/alder/roles"))) == 4 + more


def test_permissions_are_the_catalogue(cast: Cast):
    answer = as_user(cast.gus).get("/workspaces/northwind/permissions", limit=1000)

    assert {each["name"]: each["level"] for each in answer.json()["items"]} == {
        name: permission.level for name, permission in catalogue().items()
    }
    PermissionOut.model_validate(answer.json()["items"][0], extra="forbid")
    assert code_of(as_user(cast.otto).get("/workspaces/northwind/permissions")) == (404, "not_found")
    assert code_of(as_user(cast.nora).get("/workspaces/northwind/permissions")) == (404, "not_found")
