"""Members of a community, and one membership at a time."""

import pytest
from django.db import connection

from guestlist.access.roles import ADMIN, ANALYST, GUEST, MANAGE_MEMBER
from guestlist.api.members import MembershipOut
from guestlist.audit.models import Event
from guestlist.members.models import Membership
from tests.api.callers import as_key, as_user, code_of
from tests.cast import Cast, give

STATEMENTS = 21 if connection.vendor == "postgresql" else 18  # PostgreSQL plans this list anew, in a transaction
PATH = "/workspaces/northwind/communities"
ONE = "/workspaces/northwind/memberships"


def people(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["user"]["email"].partition("@")[0] for each in answer.json()["items"]]


def membership(cast: Cast, who: str, place: str) -> Membership:
    community = cast.main if place == "main" else cast.places[place]
    return Membership.objects.get(user=cast.users[who], community=community)


def test_member_shows_who_where_as_what(cast: Cast):
    row = membership(cast, "adam", "alder")

    answer = as_user(cast.ana).get(f"{PATH}/alder/members")

    assert people(answer) == ["adam", "ana"]
    assert answer.json()["items"][0] == {
        "id": str(row.id),
        "user": {"id": str(cast.adam.id), "email": "adam@northwind.example", "name": "Adam Okafor"},
        "community": str(cast.alder.id),
        "roles": [{"id": str(ADMIN), "name": "Admin"}],
        "status": "active",
        "source": "added",
        "ends_at": None,
        "inherited_from": None,
    }
    MembershipOut.model_validate(answer.json()["items"][0], extra="forbid")


def test_inherited_members_come_with_where_from_to_whoever_sees_there(cast: Cast):
    olga, adam = as_user(cast.olga), as_user(cast.adam)

    answer = olga.get(f"{PATH}/alder/members", inherited="true")

    assert people(answer) == ["adam", "ana", "olga"]
    assert answer.json()["items"][2]["inherited_from"] == answer.json()["items"][2]["community"] == str(cast.main.id)
    assert people(adam.get(f"{PATH}/alder/members", inherited="true")) == ["adam", "ana"]


def test_list_is_narrowed_by_text_status_and_role(cast: Cast):
    Membership.objects.filter(id=membership(cast, "ana", "birch").id).update(status="deactivated")
    mia, path = as_user(cast.mia), f"{PATH}/birch/members"

    assert people(mia.get(path, q="SANTOS")) == people(mia.get(path, q="mia@")) == ["mia"]
    assert people(mia.get(path, status="deactivated")) == ["ana"]
    assert people(mia.get(path, role="manage_member")) == people(mia.get(path, role=str(MANAGE_MEMBER))) == ["mia"]
    assert people(mia.get(path, q="%")) == people(mia.get(path, q="olga")) == []
    assert code_of(mia.get(path, role="Owner")) == (422, "unknown_role")
    assert code_of(mia.get(path, status="gone")) == (422, "invalid_request")


def test_pages_together_hold_every_member_once_even_who_is_there_three_times(cast: Cast):
    for place in (cast.main, cast.cedar, cast.cedar_north):
        give(cast.otto, place, GUEST)
    path, olga = f"{PATH}/cedar-north/members", as_user(cast.olga)
    whole = [each["id"] for each in olga.get(path, inherited="true").json()["items"]]

    for limit in (1, 2, 3, 4):
        found, cursor = [], ""
        while cursor is not None:
            page = olga.get(path, inherited="true", limit=limit, cursor=cursor).json()
            assert len(page["items"]) <= limit
            found += [each["id"] for each in page["items"]]
            cursor = page["next_cursor"]

        assert found == whole
    assert len(whole) == 5


def test_number_of_statements_does_not_grow_with_the_list(cast: Cast, django_assert_num_queries):
    key = as_key(cast.main)
    path = f"{PATH}/birch/members"
    with django_assert_num_queries(STATEMENTS):
        assert people(key.get(path, inherited="true")) == ["ana", "mia", "olga"]
    for who in ("adam", "gus", "otto", "nora"):
        give(cast.users[who], cast.birch, GUEST, ANALYST)

    with django_assert_num_queries(STATEMENTS):
        assert len(people(key.get(path, inherited="true"))) == 7


def test_members_out_of_sight_do_not_exist(cast: Cast):
    for who in ("adam", "nora", "otto"):
        assert code_of(as_user(cast.users[who]).get(f"{PATH}/birch/members")) == (404, "not_found")


def test_membership_out_of_sight_is_the_same_as_none(cast: Cast):
    row = membership(cast, "ana", "birch")
    nothing = as_user(cast.adam).get(f"{ONE}/00000000-0000-7000-8000-00000000beef").content

    for caller in (as_user(cast.adam), as_user(cast.nora), as_user(cast.otto), as_key(cast.alder), as_key(cast.acme_main)):
        for answer in (
            caller.get(f"{ONE}/{row.id}"),
            caller.patch(f"{ONE}/{row.id}", {"roles": ["Guest"]}),
            caller.delete(f"{ONE}/{row.id}"),
        ):
            assert answer.content == nothing
            assert code_of(answer) == (404, "not_found")
    assert code_of(as_user(cast.nora).get(f"/workspaces/acme/memberships/{row.id}")) == (404, "not_found")
    assert code_of(as_user(cast.olga).get(f"{ONE}/no-id")) == (404, "not_found")
    assert membership(cast, "ana", "birch").roles.get().id == ANALYST


def test_roles_and_status_change_together(cast: Cast):
    row = membership(cast, "ana", "birch")

    answer = as_user(cast.mia).patch(f"{ONE}/{row.id}", {"roles": ["Guest", str(ANALYST)], "status": "deactivated"})

    assert answer.status_code == 200, answer.content
    assert ([each["name"] for each in answer.json()["roles"]], answer.json()["status"]) == (["Guest", "Analyst"], "deactivated")
    assert as_user(cast.mia).get(f"{ONE}/{row.id}").json() | {"gains": None, "losses": None} == answer.json()
    assert as_user(cast.mia).patch(f"{ONE}/{row.id}", {"status": "active"}).json()["status"] == "active"


def test_roles_do_not_change_where_the_status_may_not(cast: Cast):
    row = give(cast.otto, cast.main, ADMIN)
    olga = as_user(cast.olga)
    olga.patch(f"{ONE}/{membership(cast, 'olga', 'main').id}", {"roles": ["Admin", "Guest"]})
    as_user(cast.otto).patch(f"{ONE}/{row.id}", {"roles": ["Guest"]})

    answer = olga.patch(f"{ONE}/{membership(cast, 'olga', 'main').id}", {"roles": ["Admin"], "status": "deactivated"})

    assert code_of(answer) == (409, "last_admin")
    assert membership(cast, "olga", "main").roles.count() == 2


def test_end_is_set_and_taken_away(cast: Cast):
    path = f"{ONE}/{membership(cast, 'ana', 'birch').id}"
    mia = as_user(cast.mia)

    later = mia.patch(path, {"ends_at": "2099-12-01T00:00:00Z"})
    same = mia.patch(path, {"roles": ["Guest"]})
    none = mia.patch(path, {"ends_at": None})

    assert [each.json()["ends_at"] for each in (later, same, none)] == ["2099-12-01T00:00:00Z", "2099-12-01T00:00:00Z", None]


def test_last_admin_stays(cast: Cast):
    path = f"{ONE}/{membership(cast, 'olga', 'main').id}"
    olga = as_user(cast.olga)

    assert code_of(olga.patch(path, {"roles": ["Guest"]})) == (409, "last_admin")
    assert code_of(olga.patch(path, {"status": "deactivated"})) == (409, "last_admin")
    assert code_of(olga.patch(path, {"ends_at": "2099-12-01T00:00:00Z"})) == (409, "last_admin")
    assert code_of(olga.delete(path)) == (409, "last_admin")
    assert membership(cast, "olga", "main").roles.get().id == ADMIN


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"roles": []}, (422, "no_roles")),
        ({"roles": ["Owner"]}, (422, "unknown_role")),
        ({"roles": ["Admin"]}, (403, "above_ceiling")),
        ({"status": "gone"}, (422, "invalid_request")),
        ({"everywhere": True}, (422, "invalid_request")),
        ({"ends_at": "2020-01-01T00:00:00Z"}, (422, "end_in_the_past")),
        ({"ends_at": "2099-01-01T00:00:00"}, (422, "invalid_request")),
        ({"user": "me"}, (422, "invalid_request")),
    ],
)
def test_change_that_cannot_be_is_refused(cast: Cast, body: dict, expected: tuple[int, str]):
    row = membership(cast, "ana", "birch")

    assert code_of(as_user(cast.mia).patch(f"{ONE}/{row.id}", body)) == expected
    assert (row.roles.get().id, membership(cast, "ana", "birch").status) == (ANALYST, "active")


def test_somebody_above_ones_ceiling_cannot_be_managed(cast: Cast):
    row = give(cast.otto, cast.birch, ADMIN)
    mia = as_user(cast.mia)

    assert code_of(mia.patch(f"{ONE}/{row.id}", {"roles": ["Admin", "Guest"]})) == (403, "above_ceiling")
    assert code_of(mia.patch(f"{ONE}/{row.id}", {"status": "deactivated"})) == (403, "above_ceiling")
    assert code_of(mia.delete(f"{ONE}/{row.id}")) == (403, "above_ceiling")


def test_whoever_takes_their_own_right_to_look_is_still_answered(cast: Cast):
    row = membership(cast, "mia", "birch")
    give(cast.mia, cast.cedar, GUEST)

    answer = as_user(cast.olga).patch(f"{ONE}/{row.id}", {"status": "deactivated"})
    own = as_user(cast.adam).patch(f"{ONE}/{membership(cast, 'adam', 'alder').id}", {"status": "deactivated"})

    assert (answer.status_code, own.status_code, own.json()["status"]) == (200, 200, "deactivated")
    assert code_of(as_user(cast.adam).get(f"{ONE}/{own.json()['id']}")) == (404, "not_found")


def test_removing_takes_the_membership_and_leaves_the_account(cast: Cast):
    row = membership(cast, "ana", "birch")

    answer = as_user(cast.mia).delete(f"{ONE}/{row.id}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not Membership.objects.filter(id=row.id).exists()
    assert as_user(cast.ana).get("/me").json()["workspaces"][0]["memberships"][0]["community"]["slug"] == "alder"


def test_dry_run_says_what_would_change_and_changes_nothing(cast: Cast):
    membership = cast.gus.memberships.get()
    path, olga = f"/workspaces/northwind/memberships/{membership.id}", as_user(cast.olga)
    before = Event.objects.count()

    given = olga.patch(path, {"roles": ["manage_member"], "dry_run": True})
    taken = olga.patch(path, {"status": "deactivated", "dry_run": True})
    refused = as_user(cast.otto).patch(path, {"roles": ["Admin"], "dry_run": True})

    assert "members:invite" in given.json()["gains"] and "members:read" not in given.json()["losses"]
    assert "members:read" in taken.json()["losses"] and taken.json()["gains"] == []
    assert refused.status_code == 404
    membership.refresh_from_db()
    assert (membership.status, [role.name for role in membership.roles.all()]) == ("active", ["Guest"])
    assert Event.objects.count() == before


def test_dry_run_refuses_what_doing_it_would(cast: Cast):
    mine = cast.olga.memberships.get()

    answer = as_user(cast.olga).patch(f"/workspaces/northwind/memberships/{mine.id}", {"roles": ["Guest"], "dry_run": True})

    assert code_of(answer) == (409, "last_admin")
