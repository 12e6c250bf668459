"""Users of a workspace: in sight only, everywhere at once, and why they may."""

import pytest

from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.api.users import UserInWorkspace
from guestlist.kernel import clock
from guestlist.members.models import Membership
from tests.api.callers import as_key, as_user, code_of
from tests.cast import Cast, give

PATH = "/workspaces/northwind/users"


def people(answer) -> dict[str, list[str]]:
    """Who, with the roles held."""
    assert answer.status_code == 200, answer.content
    return {
        each["email"].partition("@")[0]: [role["name"] for row in each["memberships"] for role in row["roles"]]
        for each in answer.json()["items"]
    }


def test_users_come_by_address_with_what_they_hold_in_sight(cast: Cast):
    assert people(as_user(cast.olga).get(PATH)) == {
        "adam": ["Admin"],
        "ana": ["Analyst", "Analyst"],
        "gus": ["Guest"],
        "mia": ["manage_member"],
        "olga": ["Admin"],
    }
    assert people(as_user(cast.mia).get(PATH)) == {"ana": ["Analyst"], "mia": ["manage_member"]}
    assert people(as_user(cast.nora).get("/workspaces/acme/users")) == {"nora": ["Admin"]}


def test_list_is_narrowed_and_paged(cast: Cast):
    Membership.objects.filter(user=cast.gus).update(ends_at=clock.now())
    olga = as_user(cast.olga)

    assert list(people(olga.get(PATH, q="FERREIRA"))) == ["ana"]
    assert "gus" not in people(olga.get(PATH, status="active"))
    found, cursor = [], ""
    while cursor is not None:
        page = olga.get(PATH, limit=2, cursor=cursor)
        found += people(page)
        cursor = page.json()["next_cursor"]
    assert found == ["adam", "ana", "gus", "mia", "olga"]


def test_list_costs_a_constant_number_of_statements(cast: Cast, django_assert_max_num_queries):
    key = as_key(cast.main)
    with django_assert_max_num_queries(20) as few:
        key.get(PATH)
    for who in ("otto", "nora", "gus"):
        give(cast.users[who], cast.birch, GUEST, ANALYST)

    with django_assert_max_num_queries(20) as many:
        key.get(PATH)

    assert len(few) == len(many)


def test_one_user(cast: Cast):
    answer = as_user(cast.mia).get(f"{PATH}/{cast.ana.id}")

    assert answer.json()["name"] == "Ana Ferreira"
    assert [row["community"] for row in answer.json()["memberships"]] == [str(cast.birch.id)]
    UserInWorkspace.model_validate(answer.json(), extra="forbid")


def test_user_out_of_sight_is_the_same_as_none(cast: Cast):
    nothing = as_user(cast.gus).get(f"{PATH}/00000000-0000-7000-8000-00000000beef").content

    for caller in (as_user(cast.gus), as_user(cast.nora), as_user(cast.otto), as_key(cast.acme_main)):
        for answer in (
            caller.get(f"{PATH}/{cast.ana.id}"),
            caller.get(f"{PATH}/{cast.ana.id}/why", permission="members:read", community="birch"),
            *(caller.post(f"{PATH}/{cast.ana.id}/{act}") for act in ("deactivate", "reactivate", "remove")),
        ):
            assert answer.content == nothing
            assert code_of(answer) == (404, "not_found")
    assert code_of(as_user(cast.olga).get(f"{PATH}/{cast.otto.id}")) == (404, "not_found")


def test_everywhere_stops_brings_back_and_removes(cast: Cast):
    olga, path = as_user(cast.olga), f"{PATH}/{cast.ana.id}"

    stopped = olga.post(f"{path}/deactivate").json()
    back = olga.post(f"{path}/reactivate").json()
    gone = olga.post(f"{path}/remove")

    assert (stopped["status"], {row["status"] for row in stopped["memberships"]}) == ("deactivated", {"deactivated"})
    assert (back["status"], {row["status"] for row in back["memberships"]}) == ("active", {"active"})
    assert (gone.status_code, gone.content) == (204, b"")
    assert not Membership.objects.filter(user=cast.ana).exists()


@pytest.mark.parametrize("act", ["deactivate", "reactivate", "remove"])
def test_everywhere_is_refused_to_who_may_not_in_main(cast: Cast, act: str):
    for caller in (as_user(cast.adam), as_key(cast.alder)):
        assert code_of(caller.post(f"{PATH}/{cast.ana.id}/{act}")) == (403, "not_allowed")

    assert Membership.objects.filter(user=cast.ana, status="active").count() == 2


def test_last_admin_stays(cast: Cast):
    olga, path = as_user(cast.olga), f"{PATH}/{cast.olga.id}"

    assert code_of(olga.post(f"{path}/deactivate")) == (409, "last_admin")
    assert code_of(olga.post(f"{path}/remove")) == (409, "last_admin")


def test_whoever_shuts_themselves_out_is_still_answered(cast: Cast):
    give(cast.otto, cast.main, ADMIN)

    answer = as_user(cast.olga).post(f"{PATH}/{cast.olga.id}/deactivate")

    assert (answer.status_code, answer.json()["status"]) == (200, "deactivated")


# Why


def test_why_names_the_role_the_place_and_the_giver(cast: Cast):
    as_user(cast.mia).patch(
        f"/workspaces/northwind/memberships/{cast.ana.memberships.get(community=cast.birch).id}", {"roles": ["Guest"]}
    )

    yes = as_user(cast.olga).get(f"{PATH}/{cast.ana.id}/why", permission="members:read", community="birch").json()
    no = as_user(cast.olga).get(f"{PATH}/{cast.ana.id}/why", permission="members:invite", community="birch").json()

    assert (yes["allowed"], yes["because"][0]["role"], yes["because"][0]["given_by"]) == (True, "Guest", "Mia Santos")
    assert yes["because"][0]["community"] == {"id": str(cast.birch.id), "slug": "birch", "name": "Birch"}
    assert (no["allowed"], no["because"], no["needed"]) == (False, [], ["Admin", "manage_member"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"permission": "members:read", "community": "alder"}, "unknown_community"),
        ({"permission": "members:read", "community": "nowhere"}, "unknown_community"),
        ({"permission": "members:fly", "community": "birch"}, "unknown_permission"),
    ],
)
def test_question_that_cannot_be_asked(cast: Cast, query: dict[str, str], code: str):
    assert code_of(as_user(cast.mia).get(f"{PATH}/{cast.ana.id}/why", **query)) == (422, code)
