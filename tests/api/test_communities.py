import pytest

from guestlist.api.communities import CommunityOut
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_community
from guestlist.workspaces.models import Community
from tests.api.callers import as_key, as_user, code_of
from tests.cast import Cast

STATEMENTS = 8
PATH = "/workspaces/northwind/communities"


def slugs(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["slug"] for each in answer.json()["items"]]


def test_list_is_main_first_then_by_name(cast: Cast):
    answer = as_user(cast.olga).get(PATH)

    assert slugs(answer) == ["main", "alder", "birch", "cedar", "cedar-north"]
    main, alder = answer.json()["items"][:2]
    assert main == {
        "id": str(cast.main.id),
        "slug": "main",
        "name": "Northwind Security",
        "description": "",
        "kind": "main",
        "parent": None,
    }
    assert alder == {
        "id": str(cast.alder.id),
        "slug": "alder",
        "name": "Alder",
        "description": "",
        "kind": "managed",
        "parent": str(cast.main.id),
    }
    CommunityOut.model_validate(alder, extra="forbid")


def test_list_ends_where_sight_ends(cast: Cast):
    assert slugs(as_user(cast.ana).get(PATH)) == ["alder", "birch"]
    assert slugs(as_user(cast.gus).get(PATH)) == ["cedar", "cedar-north"]
    assert slugs(as_key(cast.alder).get(PATH)) == ["alder"]
    assert code_of(as_user(cast.nora).get(PATH)) == code_of(as_user(cast.otto).get(PATH)) == (404, "not_found")


def test_parent_out_of_sight_is_null(cast: Cast):
    cedar, north = as_user(cast.gus).get(PATH).json()["items"]

    assert (cedar["parent"], north["parent"]) == (None, str(cast.cedar.id))
    assert str(cast.main.id) not in as_user(cast.gus).get(f"{PATH}/cedar").content.decode()


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_together_hold_every_community_once(cast: Cast, limit: int):
    create_community(actor=OPERATOR, parent=cast.alder, name="Birch", slug="birch-two")
    olga, found, cursor = as_user(cast.olga), [], ""

    while cursor is not None:
        page = olga.get(PATH, limit=limit, cursor=cursor)
        found += slugs(page)
        cursor = page.json()["next_cursor"]

    assert found == ["main", "alder", "birch", "birch-two", "cedar", "cedar-north"]


def test_number_of_statements_does_not_grow_with_the_list(cast: Cast, django_assert_num_queries):
    gus = as_user(cast.gus)
    with django_assert_num_queries(STATEMENTS):
        assert len(slugs(gus.get(PATH))) == 2
    for number in range(20):
        create_community(actor=OPERATOR, parent=cast.cedar, name=f"Branch {number}")

    with django_assert_num_queries(STATEMENTS):
        assert len(slugs(gus.get(PATH))) == 22


def test_community_goes_by_slug_and_by_id(cast: Cast):
    mia = as_user(cast.mia)

    assert mia.get(f"{PATH}/birch").json() == mia.get(f"{PATH}/{cast.birch.id}").json()
    assert mia.get(f"{PATH}/birch").json()["id"] == str(cast.birch.id)


def test_community_out_of_sight_is_the_same_as_none(cast: Cast):
    mia, nora = as_user(cast.mia), as_user(cast.nora)
    nothing = mia.get(f"{PATH}/nowhere")

    answers = [mia.get(f"{PATH}/{name}") for name in ("alder", cast.alder.id, "main", cast.acme_main.id)]
    answers += [nora.get(f"/workspaces/acme/communities/{name}") for name in ("alder", cast.alder.id, cast.main.id)]

    assert code_of(nothing) == (404, "not_found")
    assert {each.content for each in answers} == {nothing.content}


def test_community_is_made_below_its_parent(cast: Cast):
    answer = as_user(cast.adam).post(PATH, {"name": "Alder Süd", "parent": "alder", "description": "Harbour"})

    made = Community.objects.get(name="Alder Süd")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(made.id),
        "slug": made.slug,
        "name": "Alder Süd",
        "description": "Harbour",
        "kind": "managed",
        "parent": str(cast.alder.id),
    }
    assert as_user(cast.adam).get(f"{PATH}/{made.slug}").json() == answer.json()


def test_community_is_made_only_where_the_caller_may(cast: Cast):
    before = Community.objects.count()

    assert code_of(as_user(cast.mia).post(PATH, {"name": "Mine", "parent": "birch"})) == (403, "not_allowed")
    assert code_of(as_user(cast.adam).post(PATH, {"name": "Mine", "parent": "birch"})) == (422, "unknown_community")
    assert code_of(as_user(cast.adam).post(PATH, {"name": "Mine", "parent": str(cast.acme_main.id)})) == (
        422,
        "unknown_community",
    )
    assert code_of(as_user(cast.nora).post(PATH, {"name": "Mine", "parent": "main"})) == (404, "not_found")
    assert code_of(as_user(cast.olga).post(PATH, {"name": " \x00\r\n", "parent": "main"})) == (422, "place_name_missing")
    assert code_of(as_user(cast.olga).post(PATH, {"parent": "main"})) == (422, "invalid_request")
    assert Community.objects.count() == before
