import pytest

from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.api.me import KeyMe, UserMe
from guestlist.members.commands import set_roles
from guestlist.members.models import Membership
from guestlist.users.commands import add_passkey
from tests.api.callers import as_key, as_user, code_of
from tests.cast import Cast, give
from tests.passkeys import stored_passkey
from tests.sso.acts import connect

STATEMENTS = 6


def test_user_sees_themselves_and_everywhere_they_belong(cast: Cast):
    give(cast.ana, cast.acme_main, GUEST)

    answer = as_user(cast.ana).get("/me")

    assert (answer.json()["kind"], answer.json()["name"], answer.json()["email"], answer.json()["language"]) == (
        "user",
        "Ana Ferreira",
        "ana@northwind.example",
        "en",
    )
    acme, northwind = answer.json()["workspaces"]
    assert (acme["slug"], [each["community"]["slug"] for each in acme["memberships"]]) == ("acme", ["main"])
    assert (northwind["slug"], [each["community"]["slug"] for each in northwind["memberships"]]) == (
        "northwind",
        ["alder", "birch"],
    )
    assert northwind["memberships"][0]["roles"] == [{"id": str(ANALYST), "name": "Analyst"}]
    UserMe.model_validate(answer.json(), extra="forbid")


def test_user_who_belongs_nowhere_sees_nothing_of_anybody(cast: Cast):
    answer = as_user(cast.otto).get("/me")

    assert answer.json()["workspaces"] == []
    assert "northwind" not in answer.content.decode().lower()


def test_user_sees_that_they_were_deactivated(cast: Cast):
    Membership.objects.filter(user=cast.gus).update(status="deactivated")

    assert as_user(cast.gus).get("/me").json()["workspaces"][0]["memberships"][0]["status"] == "deactivated"


def test_key_sees_where_it_hangs_and_what_it_holds(cast: Cast):
    answer = as_key(cast.alder, ADMIN, GUEST, name="nightly").get("/me").json()

    assert (answer["kind"], answer["name"], answer["workspace"]["slug"], answer["community"]["slug"]) == (
        "api_key",
        "nightly",
        "northwind",
        "alder",
    )
    assert [each["name"] for each in answer["roles"]] == ["Guest", "Admin"]
    assert not any("digest" in field or "hint" in field for field in answer)
    KeyMe.model_validate(answer, extra="forbid")


def test_number_of_statements_does_not_grow_with_the_memberships(cast: Cast, django_assert_num_queries):
    gus = as_user(cast.gus)
    with django_assert_num_queries(STATEMENTS):
        gus.get("/me")
    for place in (cast.main, cast.alder, cast.birch, cast.acme_main):
        give(cast.gus, place, GUEST, ANALYST)

    with django_assert_num_queries(STATEMENTS):
        assert len(gus.get("/me").json()["workspaces"]) == 2


def test_second_factor_is_said_and_nothing_secret(cast: Cast):
    before = as_user(cast.ana).get("/me").json()["second_factor"]
    add_passkey(user=cast.ana, name="Phone", credential=stored_passkey())

    told = as_user(cast.ana).get("/me")

    assert (before, told.json()["second_factor"]) == (False, True)
    assert "Phone" not in told.content.decode() and "secret" not in told.content.decode()


def test_user_changes_their_profile_and_what_is_left_out_stays(cast: Cast):
    answer = as_user(cast.ana).patch("/me", {"time_zone": "Europe/Paris", "language": "fr"})

    told = answer.json()
    assert (told["name"], told["language"], told["time_zone"]) == ("Ana Ferreira", "fr", "Europe/Paris")


@pytest.mark.parametrize("body", [{"name": " "}, {"time_zone": "Mars/Olympus"}, {"language": "tlh"}, {"email": "x@x.example"}])
def test_profile_that_cannot_be_is_refused(cast: Cast, body: dict[str, str]):
    assert as_user(cast.ana).patch("/me", body).status_code == 422
    assert as_user(cast.ana).get("/me").json()["name"] == "Ana Ferreira"


def test_user_sees_and_ends_their_sessions(cast: Cast):
    here, there = as_user(cast.ana), as_user(cast.ana)
    as_user(cast.olga)

    items = here.get("/me/sessions").json()["items"]
    other = next(each["id"] for each in items if not each["current"])
    ended = here.delete(f"/me/sessions/{other}")

    assert (len(items), ended.status_code) == (2, 204)
    assert (there.get("/me").status_code, here.get("/me").status_code) == (401, 200)
    assert len(here.get("/me/sessions").json()["items"]) == 1


def test_session_of_somebody_else_is_not_there(cast: Cast):
    as_user(cast.olga)
    row = cast.olga.sessions.get()

    for who in (cast.otto, cast.nora, cast.adam):
        assert code_of(as_user(who).delete(f"/me/sessions/{row.id}")) == (404, "not_found")

    assert cast.olga.sessions.filter(id=row.id).exists()


def test_user_reads_what_others_did_and_leaves(cast: Cast):
    set_roles(actor=cast.mia.actor, membership=cast.ana.memberships.get(community=cast.birch), roles=["Guest"])
    ana = as_user(cast.ana)

    told = ana.get("/me/notifications").json()["items"][0]
    left = ana.post(f"/me/memberships/{cast.ana.memberships.get(community=cast.birch).id}/leave")

    assert (told["action"], told["by"], told["community"]) == ("membership.roles_changed", "Mia Santos", "Birch")
    assert (told["roles"], told["new"], left.status_code) == (["Guest"], True, 204)
    assert not cast.ana.memberships.filter(community=cast.birch).exists()


def test_nobody_leaves_for_another_and_the_last_admin_stays(cast: Cast):
    row = cast.ana.memberships.get(community=cast.birch)

    for who in (cast.otto, cast.nora, cast.olga):
        assert code_of(as_user(who).post(f"/me/memberships/{row.id}/leave")) == (404, "not_found")
    assert code_of(as_user(cast.olga).post(f"/me/memberships/{cast.olga.memberships.get().id}/leave")) == (409, "last_admin")


def test_session_of_a_directory_is_told_of_its_workspace_alone(cast: Cast):
    give(cast.ana, cast.acme_main, GUEST)
    row = connect(cast, admin="nora")
    ana = as_user(cast.ana)
    session = ana.client.session
    session["connection"] = str(row.id)
    session.save()

    told = ana.get("/me/notifications").json()["items"]
    there = cast.ana.memberships.get(community=cast.alder)

    assert {each["workspace"] for each in told} == {"Acme"}
    assert ana.post(f"/me/memberships/{there.id}/leave").status_code == 404
