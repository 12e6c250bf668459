"""Making, editing, moving and deleting a community on its pages."""

import pytest
from django.test import Client

from guestlist.access.permissions import READING
from guestlist.access.roles import ADMIN
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_community, create_role
from guestlist.members.models import Membership
from guestlist.workspaces.models import Community
from tests.cast import Cast, give
from tests.invariants import assert_sound
from tests.web.visits import ask, signed_in


def at(community: Community, page: str) -> str:
    return f"/me/communities/{community.id}/{page}"


def test_community_is_made_below_the_one_that_is_open(cast: Cast):
    answer = signed_in(cast, "adam").post(at(cast.alder, "new"), {"name": "Alder South", "description": "Harbour"}, follow=True)

    made = Community.objects.get(name="Alder South")
    assert (made.parent, made.description) == (cast.alder, "Harbour")
    assert b"Alder South is there." in answer.content


def test_second_of_a_name_below_the_same_parent_is_asked_about_once(cast: Cast):
    client, new = signed_in(cast, "olga"), at(cast.main, "new")

    asked = client.post(new, {"name": "  alder "})
    made_none = not Community.objects.filter(name="alder").exists()
    elsewhere = client.post(at(cast.birch, "new"), {"name": "Alder"})
    again = client.post(new, {"name": "alder", "twin": asked.context["twin"]})

    assert asked.status_code == 422 and made_none
    assert asked.context["errors"]["name"].startswith("alder lies below Northwind Security already.")
    assert elsewhere.status_code == again.status_code == 302
    assert Community.objects.filter(parent=cast.main, name="alder").exists()


def test_renaming_to_the_name_of_one_beside_is_asked_about_unless_that_is_out_of_sight(cast: Cast):
    olga, adam, edit = signed_in(cast, "olga"), signed_in(cast, "adam"), at(cast.alder, "edit")

    asked = olga.post(edit, {"name": "Birch"})
    same = olga.post(edit, {"name": "Alder", "description": "Bank"})
    unseen = adam.post(edit, {"name": "Birch"})

    assert "Birch lies below" in asked.context["errors"]["name"]
    assert same.status_code == unseen.status_code == 302


def test_name_left_out_says_so_and_keeps_the_rest(cast: Cast):
    answer = signed_in(cast, "olga").post(at(cast.alder, "new"), {"name": " ", "description": "Harbour"})

    assert answer.status_code == 422
    assert answer.context["errors"] == {"name": "Enter a name."}
    assert b"Harbour" in answer.content


def test_community_is_edited(cast: Cast):
    olga = signed_in(cast, "olga")

    olga.post(at(cast.alder, "edit"), {"name": "Alder Ltd", "description": "All sites", "slug": "alder-ltd"})
    taken = olga.post(at(cast.alder, "edit"), {"name": "Alder Ltd", "description": "All sites", "slug": "birch"})

    row = Community.objects.get(id=cast.alder.id)
    assert (row.name, row.description, row.slug) == ("Alder Ltd", "All sites", "alder-ltd")
    assert taken.context["errors"] == {"slug": "This short name is in use. Choose another."}


def test_short_name_is_not_offered_to_who_does_not_see_the_whole(cast: Cast):
    adam = signed_in(cast, "adam")

    page = adam.get(at(cast.alder, "edit"))
    adam.post(at(cast.alder, "edit"), {"name": "Alder", "slug": "birch"})

    assert "slug" not in page.context["values"]
    assert Community.objects.get(id=cast.alder.id).slug == "alder"


# Moving


def test_move_is_previewed_and_only_then_done(cast: Cast):
    olga, path = signed_in(cast, "olga"), at(cast.cedar_north, "move")

    choice = olga.get(path)
    preview = olga.post(path, {"to": str(cast.alder.id), "do": "check"})
    before = Community.objects.get(id=cast.cedar_north.id).parent
    olga.post(path, {"to": str(cast.alder.id), "do": "move"})

    assert [option["name"] for option in choice.context["options"]] == ["Northwind Security", "Alder", "Birch"]
    assert [shift["total"] for shift in preview.context["shifts"]] == [2, 1]
    assert b"moves along" in preview.content and b"&#x27;" not in preview.content
    assert b"Adam Okafor" in preview.content and b"Gus Petit" in preview.content
    assert before == cast.cedar
    assert Community.objects.get(id=cast.cedar_north.id).parent == cast.alder
    assert_sound()


def test_move_nowhere_and_out_of_sight_is_asked_again(cast: Cast):
    give(cast.adam, cast.cedar, ADMIN)
    adam = signed_in(cast, "adam")

    for target in ("", "nonsense", cast.birch.id, cast.acme_main.id, cast.cedar_north.id):
        answer = adam.post(at(cast.cedar, "move"), {"to": str(target), "do": "move"})
        assert (answer.status_code, answer.context["errors"]) == (422, {"to": "Pick the community it goes below."})
    assert [option["name"] for option in answer.context["options"]] == ["Alder"]
    assert "Birch" not in answer.content.decode()


def test_move_that_is_refused_says_why(cast: Cast):
    role = create_role(actor=OPERATOR, community=cast.cedar, name="Site guide", permissions=READING)
    give(cast.otto, cast.cedar_north, role.id)

    answer = signed_in(cast, "olga").post(at(cast.cedar_north, "move"), {"to": str(cast.alder.id), "do": "check"})

    assert answer.status_code == 422
    assert "Site guide" in answer.context["errors"]["form"]


def test_one_parent_of_many_is_found_by_name(cast: Cast):
    for number in range(60):
        create_community(actor=OPERATOR, parent=cast.main, name=f"Customer {number:02}")

    page = signed_in(cast, "olga").post(at(cast.alder, "move"), {"find": "omer 59", "do": "find"})

    assert [option["name"] for option in page.context["options"]] == ["Customer 59"]


# Deleting


def test_empty_community_is_deleted_after_a_question(cast: Cast):
    olga, path = signed_in(cast, "olga"), at(cast.cedar_north, "delete")

    question = olga.get(path)
    olga.post(path, {})

    assert question.context["type_name"] == "" and b"Cedar North" in question.content
    assert not Community.objects.filter(id=cast.cedar_north.id).exists()


def deleting(client: Client, community: Community, **said: object) -> dict[str, str]:
    answer = client.post(at(community, "delete"), {key: str(value) for key, value in said.items()})
    return answer.context["errors"] if answer.status_code == 422 else {}


def test_full_community_asks_for_a_plan_and_its_name(cast: Cast):
    ask(cast, "birch", "jules@birch.example")
    olga = signed_in(cast, "olga")
    page = olga.get(at(cast.birch, "delete"))

    assert b"2 members lose their place here." in page.content and b"1 invitation is taken back." in page.content
    assert set(deleting(olga, cast.birch)) == {"members", "name"}
    assert set(deleting(olga, cast.birch, members="move", name="Birch")) == {"to"}
    assert set(deleting(olga, cast.birch, members="move", name="Birch", to=cast.acme_main.id)) == {"to"}
    assert Community.objects.filter(id=cast.birch.id).exists()
    assert deleting(olga, cast.birch, members="move", name="Birch", to=cast.cedar.id) == {}
    assert Membership.objects.get(user=cast.mia).community == cast.cedar
    assert_sound()


@pytest.mark.parametrize("place", ["main", "cedar"])
def test_main_and_parents_are_not_deleted(cast: Cast, place: str):
    community = cast.main if place == "main" else cast.cedar

    answer = signed_in(cast, "olga").get(at(community, "delete"), follow=True)

    assert answer.redirect_chain and b'role="alert"' in answer.content
    assert Community.objects.filter(id=community.id).exists()


def test_deletion_ends_no_more_than_it_said(cast: Cast):
    olga = signed_in(cast, "olga")
    was = olga.get(at(cast.birch, "delete")).context["was"]
    give(cast.otto, cast.birch, ADMIN)

    answer = olga.post(at(cast.birch, "delete"), {"members": "remove", "name": "Birch", "was": was})

    assert "Somebody changed this" in answer.context["errors"]["form"]
    assert b"3 members lose their place here." in answer.content
    assert Community.objects.filter(id=cast.birch.id).exists()
    assert deleting(olga, cast.birch, members="remove", name="Birch", was=answer.context["was"]) == {}
