"""The tree on its pages: its numbers, its branches, its search; and nothing of what the reader does not see."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_community, update_community
from guestlist.web.presenting import Shown
from guestlist.workspaces.models import Community
from tests.cast import Cast
from tests.web.visits import signed_in

TREE = "/me/communities/tree"


def nodes(tree: list[Shown]) -> Iterator[Shown]:
    for node in tree:
        yield node
        yield from nodes(node.get("children", []))


def names(client: Client, query: str = "") -> list[str]:
    return [node["name"] for node in nodes(client.get(f"{TREE}{query}").context["tree"])]


def grow(parent: Community, number: int) -> list[Community]:
    return [create_community(actor=OPERATOR, parent=parent, name=f"Branch {each:03}") for each in range(number)]


def test_small_tree_is_there_whole_with_its_numbers(cast: Cast):
    tree = signed_in(cast, "olga").get(TREE).context["tree"]

    found = {node["name"]: (node["count"], node["note"]) for node in nodes(tree)}
    assert found == {
        "Northwind Security": (1, "3 communities directly below"),
        "Alder": (2, ""),
        "Birch": (2, ""),
        "Cedar": (1, "1 community directly below"),
        "Cedar North": (0, ""),
    }


def test_large_tree_opens_branch_by_branch(cast: Cast):
    made = grow(cast.main, 120)
    grow(made[77], 3)
    olga = signed_in(cast, "olga")

    first = names(olga)
    opened = names(olga, f"?open={made[77].id}")
    further = names(olga, f"?open={cast.main.id}&from=50")

    assert len(first) == 51 and first[0] == "Northwind Security"
    assert opened[-4:] == ["Branch 077", "Branch 000", "Branch 001", "Branch 002"]
    assert "Branch 060" in further and "Branch 000" not in further and len(further) == 51
    assert f"?open={cast.main.id}&amp;from=100" in olga.get(f"{TREE}?open={cast.main.id}&from=50").content.decode()


def test_search_reaches_the_whole_tree_and_says_where(cast: Cast):
    made = grow(cast.cedar_north, 120)
    update_community(actor=OPERATOR, community=made[99], name="Needle")

    (node,) = signed_in(cast, "olga").get(f"{TREE}?find=needle").context["tree"]
    (seen_by_gus,) = signed_in(cast, "gus").get(f"{TREE}?find=needle").context["tree"]

    assert (node["name"], node["note"]) == ("Needle", "Northwind Security › Cedar › Cedar North")
    assert seen_by_gus["note"] == "Cedar › Cedar North"


@pytest.mark.parametrize("number", [0, 120])
def test_tree_begins_and_ends_where_sight_does(cast: Cast, number: int):
    grow(cast.birch, number)
    grow(cast.main, number)
    mia = signed_in(cast, "mia")
    birch = f"/me/communities/{cast.birch.id}/users"
    addresses = (TREE, f"{TREE}?find=a", f"{TREE}?open=", f"{TREE}?open={cast.alder.id}", f"{TREE}?open={cast.main.id}", birch)
    pages = [mia.get(address) for address in addresses]

    for page in pages:
        text = page.content.decode()
        assert "Alder" not in text and "Cedar" not in text and str(cast.main.id) not in text
        assert not re.search(r"Main community|\b(3|4|5|124|125|24\d) communities", text)
    assert names(mia)[0] == "Birch" and len(names(mia)) == min(number, 50) + 1
    assert signed_in(cast, "otto").get(TREE).status_code == 404
    assert names(signed_in(cast, "nora")) == ["Acme"]


def test_what_a_search_finds_has_the_menu_of_the_tree(cast: Cast):
    def offered(who: str, path: str) -> dict[str, int]:
        return {node["name"]: len(node["menu"]) for node in signed_in(cast, who).get(path).context["tree"]}

    assert offered("olga", f"{TREE}?find=cedar") == {"Cedar": 3, "Cedar North": 4}
    assert offered("ana", f"{TREE}?find=r") == {"Alder": 0, "Birch": 0}
    assert offered("olga", f"/me/communities/{cast.birch.id}/users?find=cedar") == {"Cedar": 0, "Cedar North": 0}


def test_who_may_not_change_a_community_is_offered_nothing(cast: Cast):
    def offered(who: str) -> dict[str, int]:
        return {node["name"]: len(node["menu"]) for node in nodes(signed_in(cast, who).get(TREE).context["tree"])}

    assert offered("olga") == {"Northwind Security": 2, "Alder": 4, "Birch": 4, "Cedar": 3, "Cedar North": 4}, (
        "only the empty is deleted"
    )
    assert offered("adam") == {"Alder": 4}
    assert offered("ana") == {"Alder": 0, "Birch": 0}


@pytest.mark.parametrize(("page", "most"), [(TREE, 48), (f"{TREE}?find=branch", 48), ("/me/communities/{cedar}/users", 64)])
def test_page_costs_no_more_statements_for_200_communities(cast: Cast, page: str, most: int):
    olga = signed_in(cast, "olga")
    path = page.format(cedar=cast.cedar.id)
    grow(cast.cedar, 1)
    counts = []
    for number in (1, 199):
        grow(cast.cedar, number) if number > 1 else None
        olga.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert olga.get(path).status_code == 200
        counts.append(len(seen))

    # A large tree asks once per level of the open path; never per row.
    assert counts[1] <= counts[0] + 6
    assert max(counts) <= most
