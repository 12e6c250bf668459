"""Settings > Workspace > Overview: pictures with their numbers, of what the reader may see."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guestlist.access.roles import GUEST
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries.figures import invitations_by_week
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.clock import now
from guestlist.mail.models import Message
from guestlist.members.commands import create_community
from guestlist.members.queries import figures
from guestlist.users.models import User
from guestlist.web.charts import Box, boxes, fitting, nice_top, stacked_bars
from tests.cast import Cast, give
from tests.invitations.acts import ask, invited, join_as_new
from tests.web.visits import signed_in

OVERVIEW = "/w/northwind/settings/overview"


def context(cast: Cast, who: str = "olga"):
    return signed_in(cast, who).get(OVERVIEW).context


def test_weeks_count_what_became_of_invitations(cast: Cast):
    join_as_new(invited(cast, "olga", "a@birch.example", birch="Guest"))
    invited(cast, "olga", "b@birch.example", birch="Guest")
    bounced = invited(cast, "olga", "c@birch.example", birch="Guest")
    Message.objects.filter(id=bounced.message_id).update(state="bounced")
    old = invited(cast, "olga", "d@birch.example", birch="Guest")
    Invitation.objects.filter(id=old.id).update(created_at=now() - timedelta(weeks=3))
    Message.objects.filter(id=old.message_id).update(state="delivered")

    weeks = invitations_by_week(cast.olga.actor, cast.northwind)

    assert len(weeks) == 12
    assert (weeks[-1].invited, weeks[-1].accepted, weeks[-1].failed, weeks[-1].delivered) == (3, 1, 1, 0)
    assert (weeks[-4].invited, weeks[-4].delivered) == (1, 1)
    assert sum(each.invited for each in weeks) == 4
    assert context(cast)["weeks"]["finding"] == "1 of 4 invitations of the last 12 weeks are accepted."


def test_weeks_hold_only_what_the_reader_may_know(cast: Cast):
    asked = invited(cast, "olga", "a@birch.example", alder="Guest", birch="Guest")
    invited(cast, "olga", "b@alder.example", alder="Guest")
    signed_in(cast, "mia").post("/w/northwind/invitations/revoke", {"invitation": str(asked.id), "sure": "yes"})
    join_as_new(asked)
    Message.objects.update(state="delivered")

    week = invitations_by_week(cast.mia.actor, cast.northwind)[-1]

    assert (week.invited, week.accepted, week.delivered) == (1, 0, 0)
    assert "weeks" not in context(cast, "gus")


def test_roles_and_map_stop_at_the_readers_sight(cast: Cast):
    ours, theirs = context(cast), context(cast, "ana")

    assert [(row["name"], row["count"]) for row in ours["roles"]["rows"]] == [
        ("Admin", 2),
        ("Analyst", 2),
        ("Guest", 1),
        ("manage_member", 1),
    ]
    assert [(row["name"], row["count"]) for row in theirs["roles"]["rows"]] == [
        ("Analyst", 2),
        ("Admin", 1),
        ("manage_member", 1),
    ]
    assert [(row["name"], row["depth"], row["members"], row["below"]) for row in ours["places"]] == [
        ("Northwind Security", 0, 1, 4),
        ("Alder", 1, 2, 0),
        ("Birch", 1, 2, 0),
        ("Cedar", 1, 1, 1),
        ("Cedar North", 2, 0, 0),
    ]
    assert [row["name"] for row in theirs["places"]] == ["Alder", "Birch"]


def test_large_tree_collapses_and_says_what_is_not_drawn(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(figures, "MOST_NODES", 10)
    for number in range(20):
        create_community(actor=OPERATOR, parent=cast.main, name=f"Team {number:02}")

    page = context(cast)

    main = page["places"][0]
    assert len(page["places"]) == 10
    assert (main["below"], main["undrawn"]) == (24, 14)
    assert "14 more" in [tile["text"] for tile in page["maps"][0]["tiles"]]


@pytest.mark.parametrize("room", [0, 1])
def test_every_box_can_be_read_and_none_is_forgotten(cast: Cast, room: int):
    for parent, number in ((cast.birch, 14), (cast.main, 18), (cast.cedar_north, 40)):
        for n in range(number):
            create_community(actor=OPERATOR, parent=parent, name=f"Quayside Logistics {n}")

    page = context(cast)

    tiles = page["maps"][room]["tiles"]
    assert all(tile["text"] and tile["width"] >= 90 for tile in tiles)
    assert [line["name"] for line in page["places"]][:2] == ["Northwind Security", "Alder"] and len(page["places"]) == 77
    folded = [int(tile["text"].split()[0]) for tile in tiles if tile["text"].endswith(" more")]
    folded += [int(tile["counted"].split(" communities")[0].split()[-1]) for tile in tiles if "below" in tile["counted"]]
    assert len([tile for tile in tiles if not tile["text"].endswith(" more")]) + sum(folded) == 77


def test_counting_stops_and_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(figures, "MOST_COUNTED", 2)
    monkeypatch.setattr("guestlist.web.workspace.overview.MOST_COUNTED", 2)

    page = signed_in(cast, "olga").get(OVERVIEW).content.decode()

    assert "There are more than 2 memberships; 2 of them are counted." in page


def test_names_in_the_picture_stay_text(cast: Cast):
    create_community(actor=OPERATOR, parent=cast.main, name="<script>alert(1)</script>")

    page = signed_in(cast, "olga").get(OVERVIEW).content.decode()

    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert not re.search(r"\sstyle=", page)


def test_page_costs_a_constant_number_of_statements(cast: Cast):
    client = signed_in(cast, "olga")
    counts = []
    for number in (1, 30):
        ask(cast, "olga", " ".join(f"p{n}of{number}@birch.example" for n in range(number)), birch="Guest")
        for n in range(number):
            place = create_community(actor=OPERATOR, parent=cast.cedar, name=f"Team {number} {n}")
            give(User.objects.create(name="M", email=f"m{n}of{number}@x.example"), place, GUEST)
        client.get(OVERVIEW)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(OVERVIEW).status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_numbers_of_french_pages_stay_geometry(cast: Cast):
    page = signed_in(cast, "olga").get(f"{OVERVIEW}?language=fr").content.decode()

    geometry = re.findall(r' (?:x|y|width|height)="([^"]+)"', page)
    assert geometry and not [each for each in geometry if not re.fullmatch(r"[\d.]+", each)]


def test_boxes_share_the_room_by_weight_without_overlap():
    found = boxes([5, 3, 1, 1], Box(0, 0, 100, 50))

    assert [round(each.width * each.height) for each in found] == [2500, 1500, 500, 500]
    assert boxes([], Box(0, 0, 1, 1)) == []


def test_scale_begins_at_zero_and_holds_everything():
    assert [nice_top(each) for each in (0, 1, 3, 10, 11, 61, 444, 1000)] == [2, 2, 4, 20, 20, 100, 600, 2000]
    assert stacked_bars(["a"], [(0, 0, 0)])["bars"][0]["segments"] == []
    assert fitting("Northwind Security", 60) == "North…" and fitting("Alder", 20) == ""
