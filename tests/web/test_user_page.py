"""A user's page: what each viewer sees of them."""

import pytest

from guestlist.access.roles import ANALYST, GUEST
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key, create_community, revoke_api_key, set_roles
from tests.cast import Cast, give, role_named
from tests.web.user_page import held, page_of, row
from tests.web.visits import signed_in


def test_page_shows_a_role_for_each_community_in_sight(cast: Cast):
    page = signed_in(cast, "olga").get(page_of(cast))

    assert [each["label"] for each in page.context["memberships"]] == ["Role", "Role in Birch"]
    assert [each["community"]["name"] for each in page.context["memberships"]] == ["Alder", "Birch"]


def test_membership_of_the_community_one_comes_from_stands_first(cast: Cast):
    page = signed_in(cast, "olga").get(page_of(cast, place="birch"))

    assert [(each["label"], each["community"]["name"]) for each in page.context["memberships"]] == [
        ("Role", "Birch"),
        ("Role in Alder", "Alder"),
    ]


@pytest.mark.parametrize(("who", "place", "other"), [("mia", "birch", "Alder"), ("adam", "alder", "Birch")])
def test_communities_out_of_sight_do_not_show(cast: Cast, who: str, place: str, other: str):
    answer = signed_in(cast, who).get(page_of(cast))

    assert [each["community"]["name"] for each in answer.context["memberships"]] == [cast.places[place].name]
    assert other.encode() not in answer.content


@pytest.mark.parametrize("who", ["gus", "nora", "otto"])
def test_user_out_of_sight_does_not_exist(cast: Cast, who: str):
    client = signed_in(cast, who)
    path = page_of(cast) if who != "nora" else page_of(cast).replace("northwind", "acme")

    for answer in (client.get(path), client.post(path, {f"role-{row(cast, 'ana', 'birch').id}": str(GUEST)})):
        assert answer.status_code == 404
        assert b"Ana" not in answer.content
    assert held(cast, "ana", "birch") == ["Analyst"]


@pytest.mark.parametrize(
    "path", ["/w/northwind/settings/users", "/w/northwind/team/birch/users", "/me/communities/{birch}/users"]
)
def test_every_list_of_users_leads_to_the_page(cast: Cast, path: str):
    listed = signed_in(cast, "olga").get(path.format(birch=cast.birch.id))

    assert f"/w/northwind/users/{cast.ana.id}".encode() in listed.content


def test_page_answers_why(cast: Cast):
    asked = page_of(cast) + "?permission=members:read&community="

    yes = signed_in(cast, "mia").get(asked + "birch").context["why"]
    no = signed_in(cast, "mia").get(page_of(cast) + "?permission=members:invite&community=Birch").context["why"]

    assert yes["answer"]["lines"][0].startswith("Yes: Analyst in Birch, given by Operator on ")
    assert no["answer"]["lines"] == [
        "No, as far as you may see: no role of Ana Ferreira allows “Ask people in, and send or revoke invitations” in Birch.",
        "Needed would be one of these roles there or above: Admin, manage_member.",
    ]


def test_page_offers_what_may_be_asked_in_sentences_under_what_they_are_about(cast: Cast):
    body = signed_in(cast, "mia").get(page_of(cast) + "?permission=members:invite&community=Birch").content.decode()

    assert '<optgroup label="Members">' in body
    assert '<option value="members:invite" selected>Ask people in, and send or revoke invitations.</option>' in body


@pytest.mark.parametrize("place", ["alder", "Acme", "nowhere", "\x00", ""])
def test_page_answers_nothing_about_a_community_out_of_sight(cast: Cast, place: str):
    answer = signed_in(cast, "mia").get(page_of(cast), {"permission": "members:read", "community": place})

    assert answer.status_code == 200
    assert answer.context["why"]["answer"] is None
    assert "community" in answer.context["why"]["error"]


def test_keys_they_made_are_listed_to_who_may_revoke_them(cast: Cast):
    create_api_key(actor=cast.adam.actor, community=cast.alder, name="ci", roles=[role_named("Guest")])
    create_api_key(actor=cast.olga.actor, community=cast.alder, name="other", roles=[role_named("Guest")])
    old, _secret = create_api_key(actor=cast.adam.actor, community=cast.alder, name="old", roles=[role_named("Guest")])
    revoke_api_key(actor=cast.adam.actor, key=old)
    give(cast.mia, cast.alder, GUEST)
    page = page_of(cast, "adam")

    def listed(who: str, path: str) -> list[str]:
        return [each["name"] for each in signed_in(cast, who).get(path).context["keys"]]

    assert listed("olga", page) == ["ci"]
    assert listed("mia", page) == [], "she may not make keys"
    assert listed("olga", page_of(cast)) == [], "Ana made none"
    assert b"API keys they made" not in signed_in(cast, "olga").get(page_of(cast)).content
    said = [each["text"] for each in signed_in(cast, "olga").get(f"{page}/remove").context["effects"]]
    assert "Keys of theirs that work: ci (Alder)." in said


def test_history_is_for_who_may_read_it_and_of_communities_in_sight(cast: Cast):
    set_roles(actor=cast.mia.actor, membership=row(cast, "ana", "birch"), roles=["Guest"])

    olga, mia, adam = (signed_in(cast, who).get(page_of(cast)).context["history"] for who in ("olga", "mia", "adam"))

    assert [each["text"] for each in olga] == [
        "Mia Santos changed Ana Ferreira in Birch from Analyst to Guest.",
        "The operator added Ana Ferreira to Birch as Analyst.",
        "The operator added Ana Ferreira to Alder as Analyst.",
    ]
    assert mia == []
    assert [each["text"] for each in adam] == ["The operator added Ana Ferreira to Alder as Analyst."]


def test_last_visit_is_for_who_may_shut_them_out(cast: Cast):
    signed_in(cast, "ana").get(page_of(cast, "mia"))

    mia, ana = signed_in(cast, "mia").get(page_of(cast)), signed_in(cast, "ana").get(page_of(cast, "mia"))

    assert mia.context["facts"]["last"] is not None
    assert mia.context["facts"]["sign_in"] == "Password"
    assert ana.context["facts"] is None


def test_whoever_signs_in_elsewhere_is_not_watched(cast: Cast):
    give(cast.olga, cast.acme_main, GUEST)
    signed_in(cast, "olga").get("/w/northwind/settings/users")
    theirs = f"/w/acme/users/{cast.olga.id}"

    assert signed_in(cast, "nora").get(theirs).context["facts"] == {"sign_in": "", "last": None}

    signed_in(cast, "olga").get("/w/acme/settings/users")
    assert signed_in(cast, "nora").get(theirs).context["facts"]["last"] is not None


def test_page_costs_the_same_for_one_membership_and_for_many(cast: Cast, django_assert_max_num_queries):
    client = signed_in(cast, "olga")
    client.get(page_of(cast))
    with django_assert_max_num_queries(70) as few:
        client.get(page_of(cast))
    for n in range(20):
        give(cast.ana, create_community(actor=OPERATOR, parent=cast.main, name=f"Place {n}"), GUEST, ANALYST)

    with django_assert_max_num_queries(70) as many:
        client.get(page_of(cast))

    assert len(many) == len(few)


def test_page_says_since_when_and_by_whom_and_how_far_it_reaches(cast: Cast):
    page = signed_in(cast, "olga").get(f"/w/northwind/users/{cast.gus.id}").context

    assert page["lead"].startswith("In Northwind Security since ") and page["lead"].endswith(", added by Operator")
    assert [each["reaches"] for each in page["memberships"]] == [True]


def test_user_is_added_to_a_community_from_their_page(cast: Cast):
    client, path = signed_in(cast, "olga"), f"/w/northwind/users/{cast.gus.id}/add"
    offered = client.get(f"/w/northwind/users/{cast.gus.id}").context["add_url"]

    form = client.get(path).context
    client.post(path, {"emails": form["values"]["emails"], "community": cast.birch.id, f"roles-{cast.birch.id}": str(GUEST)})

    assert (offered, form["values"]["emails"]) == (path, "gus@northwind.example")
    assert held(cast, "gus", "birch") == ["Guest"]


@pytest.mark.parametrize(("who", "status"), [("adam", 404), ("nora", 404), ("otto", 404), ("ana", 404)])
def test_others_do_not_find_the_page_that_adds(cast: Cast, who: str, status: int):
    assert signed_in(cast, who).get(f"/w/northwind/users/{cast.mia.id}/add").status_code == status
