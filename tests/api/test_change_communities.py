"""PATCH and DELETE of a community, and the workspace itself."""

import pytest

from guestlist.access.roles import ADMIN, GUEST
from guestlist.members.models import Membership
from guestlist.workspaces.models import Community, Workspace
from tests.api.callers import as_key, as_user, code_of
from tests.cast import Cast, give
from tests.invariants import assert_sound

WORKSPACE = "/workspaces/northwind"
PATH = f"{WORKSPACE}/communities"


def test_community_is_renamed_described_and_moved_in_one(cast: Cast):
    answer = as_user(cast.olga).patch(
        f"{PATH}/cedar-north", {"name": "North", "description": "Cold", "slug": "north", "parent": "alder"}
    )

    assert answer.status_code == 200
    body = answer.json()
    assert (body["name"], body["description"], body["slug"], body["parent"]) == ("North", "Cold", "north", str(cast.alder.id))
    assert body["losses"] == {
        "holders": [{"name": "Gus Petit", "email": "gus@northwind.example", "roles": ["Guest"]}],
        "total": 1,
    }
    assert [each["name"] for each in body["gains"]["holders"]] == ["Adam Okafor", "Ana Ferreira"]
    assert_sound()


def test_dry_run_says_the_same_and_changes_nothing(cast: Cast):
    olga = as_user(cast.olga)

    dry = olga.patch(f"{PATH}/cedar-north", {"name": "North", "parent": "alder", "dry_run": True}).json()
    row = Community.objects.get(id=cast.cedar_north.id)
    done = olga.patch(f"{PATH}/cedar-north", {"name": "North", "parent": "alder"}).json()

    assert (row.name, row.parent) == ("Cedar North", cast.cedar)
    assert (dry["gains"], dry["losses"]) == (done["gains"], done["losses"])
    assert (dry["name"], done["parent"]) == ("North", str(cast.alder.id))


def test_only_renamed_says_nothing_of_access(cast: Cast):
    body = as_user(cast.adam).patch(f"{PATH}/alder", {"name": "Alder Ltd"}).json()

    assert (body["name"], body["gains"], body["losses"], body["parent"]) == ("Alder Ltd", None, None, None)


def test_refusals_of_a_move(cast: Cast):
    olga, adam = as_user(cast.olga), as_user(cast.adam)
    give(cast.olga, cast.acme_main, ADMIN)

    assert code_of(olga.patch(f"{PATH}/cedar", {"parent": "cedar-north"})) == (409, "below_itself")
    assert code_of(olga.patch(f"{PATH}/main", {"parent": "cedar"})) == (409, "main_stays")
    for unseen in ("birch", "main", str(cast.birch.id), str(cast.acme_main.id), "nowhere"):
        assert code_of(adam.patch(f"{PATH}/alder", {"parent": unseen})) == (422, "unknown_community")
    assert code_of(olga.patch(f"{PATH}/alder", {"parent": str(cast.acme_main.id)})) == (422, "unknown_community")
    assert code_of(adam.patch(f"{PATH}/alder", {"slug": "birch"})) == code_of(adam.patch(f"{PATH}/alder", {"slug": "free"}))
    assert code_of(olga.patch(f"{PATH}/alder", {"name": "Good", "slug": "birch"})) == (409, "slug_taken")
    assert Community.objects.get(id=cast.alder.id).name == "Alder", "all or nothing"


@pytest.mark.parametrize("body", [{"kind": "main"}, {"depth": 0}, {"workspace": "acme"}, {"name": 5}, {"slug": "a\x00b"}])
def test_field_that_is_not_the_callers_to_set_is_refused(cast: Cast, body: dict[str, object]):
    assert code_of(as_user(cast.olga).patch(f"{PATH}/alder", body)) == (422, "invalid_request")


def test_community_is_deleted_with_a_plan(cast: Cast):
    key = as_key(cast.main)

    assert code_of(key.delete(f"{PATH}/birch")) == (409, "community_not_empty")
    assert code_of(key.delete(f"{PATH}/birch?members=move")) == (422, "unknown_community")
    assert code_of(key.delete(f"{PATH}/birch?members=move&to=nowhere")) == (422, "unknown_community")
    assert code_of(key.delete(f"{PATH}/birch?members=burn")) == (422, "invalid_request")
    assert key.delete(f"{PATH}/birch?members=move&to=cedar").status_code == 204
    assert key.delete(f"{PATH}/birch").status_code == 404
    assert Membership.objects.get(user=cast.mia).community == cast.cedar
    assert_sound()


# The workspace


OPEN_DOOR = {"sso_only": False, "requires_second_factor": False, "session_idle": None, "session_lifetime": None}


def test_workspace_and_its_policy_are_read_by_its_members(cast: Cast):
    answer = as_user(cast.gus).get(WORKSPACE)

    assert answer.json() == {
        "id": str(cast.northwind.id),
        "slug": "northwind",
        "name": "Northwind Security",
        "language": "",
        "policy": {"invitation_lifetime": 86400, "existing_users": "add", **OPEN_DOOR},
    }


def test_workspace_is_changed_in_main_only(cast: Cast):
    give(cast.otto, cast.main, GUEST)
    body = {"name": "Northwind", "language": "fr", "policy": {"invitation_lifetime": 3600, "existing_users": "ask"}}

    assert code_of(as_user(cast.otto).patch(WORKSPACE, body)) == (403, "not_allowed")
    assert as_user(cast.olga).patch(WORKSPACE, body).json()["policy"] == {**body["policy"], **OPEN_DOOR}
    assert as_user(cast.olga).patch(WORKSPACE, {"slug": "north"}).json()["name"] == "Northwind"
    assert Workspace.objects.get(slug="north") == cast.northwind


def test_bad_policy_is_refused(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    olga = as_user(cast.olga)

    assert code_of(olga.patch(WORKSPACE, {"policy": {"existing_users": "add"}})) == (422, "policy_loosened")
    for seconds in (0, 59, 365 * 86400 + 1, -60, 10**15):
        assert code_of(olga.patch(WORKSPACE, {"policy": {"invitation_lifetime": seconds}})) == (422, "bad_lifetime")
    assert code_of(olga.patch(WORKSPACE, {"slug": "acme"})) == (409, "slug_taken")
    assert code_of(olga.patch(WORKSPACE, {"slug": "A B"})) == (422, "bad_slug")
    assert code_of(olga.patch(WORKSPACE, {"language": "tlh"})) == (422, "invalid_request")
    assert olga.get(WORKSPACE).json()["policy"]["existing_users"] == "ask"
