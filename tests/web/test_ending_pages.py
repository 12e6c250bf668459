"""Deactivate, reactivate and remove: asked first, in words that say what ends, and held on the very next request."""

from html import unescape

import pytest
from django.test import Client

from guestlist.access.roles import ANALYST, GUEST
from guestlist.kernel import clock
from guestlist.members.models import Membership
from tests.cast import Cast, give
from tests.web.visits import signed_in


def one(cast: Cast, act: str, who: str = "ana", place: str = "birch") -> str:
    row = Membership.objects.get(user=cast.users[who], community=cast.places.get(place) or cast.main)
    return f"/w/northwind/memberships/{row.id}/{act}"


def all_of(cast: Cast, act: str, who: str = "ana") -> str:
    return f"/w/northwind/users/{cast.users[who].id}/{act}"


def effects(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return [str(each["text"]) for each in answer.context["effects"]]


def states(cast: Cast, who: str = "ana") -> dict[str, str]:
    return dict(Membership.objects.filter(user=cast.users[who]).values_list("community__name", "status"))


def test_page_says_what_ends_here_and_below_and_what_stays(cast: Cast):
    give(cast.ana, cast.cedar, ANALYST)

    said = effects(signed_in(cast, "olga"), one(cast, "deactivate", place="cedar"))

    assert said[:2] == ["Analyst in Cedar ends at once.", "So it does in Cedar North below it."]
    assert "Analyst in Alder stays." in said and "Analyst in Birch stays." in said
    assert "API keys they made keep working: a key belongs to its community." in said
    assert said[-1] == "Their account, password and other workspaces are not touched."


def test_page_names_nothing_out_of_sight(cast: Cast):
    said = " ".join(effects(signed_in(cast, "mia"), one(cast, "remove")))

    assert "Analyst in Birch ends at once." in said
    assert "Alder" not in said


def test_page_of_everywhere_names_each_community(cast: Cast):
    said = effects(signed_in(cast, "olga"), all_of(cast, "remove"))

    assert said[:2] == ["Analyst in Alder ends at once.", "Analyst in Birch ends at once."]


@pytest.mark.parametrize("act", ["deactivate", "remove"])
def test_asking_changes_nothing(cast: Cast, act: str):
    client = signed_in(cast, "olga")

    client.get(one(cast, act))
    client.get(all_of(cast, act))

    assert states(cast) == {"Alder": "active", "Birch": "active"}


def test_confirmed_in_one_community(cast: Cast):
    client = signed_in(cast, "mia")

    client.post(one(cast, "deactivate"))
    assert states(cast) == {"Alder": "active", "Birch": "deactivated"}
    client.post(one(cast, "reactivate"))
    assert states(cast) == {"Alder": "active", "Birch": "active"}
    client.post(one(cast, "remove"))

    assert states(cast) == {"Alder": "active"}


def test_confirmed_everywhere(cast: Cast):
    client = signed_in(cast, "olga")
    give(cast.ana, cast.acme_main, GUEST)

    client.post(all_of(cast, "deactivate"))
    assert states(cast) == {"Alder": "deactivated", "Birch": "deactivated", "Acme": "active"}
    client.post(all_of(cast, "reactivate"))
    assert states(cast) == {"Alder": "active", "Birch": "active", "Acme": "active"}
    answer = client.post(all_of(cast, "remove"), {"next": f"/w/northwind/users/{cast.ana.id}"})

    assert answer["Location"] == "/w/northwind/settings/users", "their page is gone"
    assert states(cast) == {"Acme": "active"}


@pytest.mark.parametrize("act", ["deactivate", "reactivate", "remove"])
@pytest.mark.parametrize("who", ["adam", "gus", "nora", "otto", "ana"])
def test_who_may_not_changes_nothing(cast: Cast, act: str, who: str):
    client = signed_in(cast, who)

    for path in (one(cast, act), all_of(cast, act)):
        client.post(path)

    assert states(cast) == {"Alder": "active", "Birch": "active"}


def test_everywhere_is_not_offered_to_who_may_not_in_main(cast: Cast):
    adam, olga = (signed_in(cast, who).get(f"/w/northwind/users/{cast.ana.id}") for who in ("adam", "olga"))

    assert adam.context["everywhere"] == []
    assert [each["label"] for each in olga.context["everywhere"]] == ["Deactivate everywhere…", "Remove everywhere…"]


def test_last_admin_is_not_removed_and_the_page_says_why(cast: Cast):
    answer = signed_in(cast, "olga").post(all_of(cast, "remove", "olga"), follow=True)

    assert "This is the last Admin of Northwind Security." in unescape(answer.content.decode())
    assert states(cast, "olga") == {"Northwind Security": "active"}


def test_unknown_act_does_not_exist(cast: Cast):
    client = signed_in(cast, "olga")

    assert [client.get(path).status_code for path in (one(cast, "erase"), all_of(cast, "erase"))] == [404, 404]


def test_next_page_of_somebody_else_is_not_followed(cast: Cast):
    answer = signed_in(cast, "olga").post(one(cast, "deactivate"), {"next": "https://evil.example/"})

    assert answer["Location"] == "/w/northwind/settings/users"


# The end date in the form of the user's page


def test_last_day_is_kept_and_taken_away(cast: Cast):
    client, row = signed_in(cast, "mia"), Membership.objects.get(user=cast.ana, community=cast.birch)
    page = f"/w/northwind/users/{cast.ana.id}"
    posted = {f"was-{row.id}": [str(ANALYST)], f"role-{row.id}": str(ANALYST), f"was-end-{row.id}": ""}

    client.post(page, posted | {f"end-{row.id}": "2099-11-30"})
    row.refresh_from_db()
    assert row.ends_at is not None and row.ends_at.isoformat() == "2099-12-01T00:00:00+00:00"
    assert client.get(page).context["memberships"][0]["end"] == "2099-11-30"
    client.post(page, posted | {f"was-end-{row.id}": "2099-11-30", f"end-{row.id}": ""})

    row.refresh_from_db()
    assert row.ends_at is None


@pytest.mark.parametrize("day", ["2020-01-01", "tomorrow", "9999-12-31"])
def test_day_that_cannot_be_is_refused_beside_its_field(cast: Cast, day: str):
    client, row = signed_in(cast, "mia"), Membership.objects.get(user=cast.ana, community=cast.birch)
    posted = {f"was-{row.id}": [str(ANALYST)], f"role-{row.id}": str(ANALYST), f"was-end-{row.id}": "", f"end-{row.id}": day}

    answer = client.post(f"/w/northwind/users/{cast.ana.id}", posted)

    assert answer.status_code == 422
    assert list(answer.context["errors"]) == [f"end-{row.id}"]
    assert day.encode() in answer.content


def test_ended_membership_shows_as_ended(cast: Cast):
    Membership.objects.filter(user=cast.ana, community=cast.birch).update(ends_at=clock.now())

    page = signed_in(cast, "mia").get(f"/w/northwind/users/{cast.ana.id}")
    listed = signed_in(cast, "mia").get("/w/northwind/team/birch/users")

    assert page.context["memberships"][0]["state"] == "ended"
    assert b"Ended" in listed.content


# The very next request


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/w/northwind/memberships/{}/deactivate", {}),
        ("/w/northwind/memberships/{}/remove", {}),
        ("/w/northwind/users/{ana}", {}),
    ],
)
def test_change_holds_on_the_very_next_request(cast: Cast, path: str, data: dict):
    row = Membership.objects.get(user=cast.ana, community=cast.birch)
    ana, mia = signed_in(cast, "ana"), signed_in(cast, "mia")
    assert ana.get("/w/northwind/team/birch/users").status_code == 200
    if "{ana}" in path:
        reader = str(give(cast.otto, cast.birch, GUEST).roles.get().id)
        data = {f"was-{row.id}": [str(ANALYST)], f"role-{row.id}": reader}

    assert mia.post(path.format(row.id, ana=cast.ana.id), data).status_code == 302

    assert ana.get("/w/northwind/team/birch/users").status_code == (200 if data else 404)
