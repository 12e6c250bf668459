"""A user's page: what each viewer sees of them, and the form of their roles."""

import re

import pytest
from django.test import Client

from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key, create_community, create_role, revoke_api_key, set_roles
from guestlist.members.models import Membership
from tests.cast import Cast, give, role_named
from tests.web.visits import signed_in


def page_of(cast: Cast, who: str = "ana", place: str = "") -> str:
    return f"/w/northwind/users/{cast.users[who].id}" + (f"?in={place}" if place else "")


def row(cast: Cast, who: str, place: str) -> Membership:
    return Membership.objects.get(user=cast.users[who], community=cast.places.get(place) or cast.main)


def form_of(client: Client, path: str, **changes: str | list[str]) -> dict[str, list[str]]:
    """What a browser would post: every control as the page shows it, but for `changes`."""
    shown = client.get(path)
    data: dict[str, list[str]] = {}
    for each in shown.context["memberships"]:
        if each["locked"]:
            continue
        data[f"was-{each['id']}"] = list(each["shown"])
        data[f"role-{each['id']}"] = [role["id"] for role in each["roles"] if role["selected"]]
        data[f"more-{each['id']}"] = [role["id"] for role in each["others"] if role["ticked"]]
    return data | changes


def held(cast: Cast, who: str, place: str) -> list[str]:
    return sorted(role.name for role in row(cast, who, place).roles.all())


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


def test_dropdown_offers_what_the_actor_may_hand_out_there(cast: Cast):
    create_role(actor=OPERATOR, community=cast.birch, name="Reviewer", permissions=["members:read"])
    create_role(actor=OPERATOR, community=cast.alder, name="Shift lead", permissions=["members:read"])

    page = signed_in(cast, "mia").get(page_of(cast))

    roles = page.context["memberships"][0]["roles"]
    assert [role["name"] for role in roles] == ["Guest", "Analyst", "manage_member", "Reviewer"]
    assert [role["name"] for role in roles if role["selected"]] == ["Analyst"]


def test_save_replaces_the_role(cast: Cast):
    client, birch = signed_in(cast, "mia"), row(cast, "ana", "birch")

    answer = client.post(page_of(cast), form_of(client, page_of(cast), **{f"role-{birch.id}": str(GUEST)}))

    assert answer.status_code == 302
    assert held(cast, "ana", "birch") == ["Guest"]
    assert held(cast, "ana", "alder") == ["Analyst"]


def test_several_roles_are_ticked_below_the_first(cast: Cast):
    client, birch = signed_in(cast, "mia"), row(cast, "ana", "birch")

    client.post(page_of(cast), form_of(client, page_of(cast), **{f"more-{birch.id}": [str(GUEST)]}))

    assert held(cast, "ana", "birch") == ["Analyst", "Guest"]
    shown = client.get(page_of(cast)).context["memberships"][0]
    assert shown["more"] == ["Analyst"]
    assert [role["name"] for role in shown["roles"] if role["selected"]] == ["Guest"]
    assert [(role["name"], role["ticked"]) for role in shown["others"]][:1] == [("Analyst", True)]


def test_looking_changes_nothing(cast: Cast):
    client = signed_in(cast, "mia")

    client.get(page_of(cast) + f"?role-{row(cast, 'ana', 'birch').id}={GUEST}")

    assert held(cast, "ana", "birch") == ["Analyst"]


def test_role_above_the_ceiling_is_refused_beside_the_field_and_saves_nothing(cast: Cast):
    client, birch = signed_in(cast, "mia"), row(cast, "ana", "birch")

    answer = client.post(page_of(cast), form_of(client, page_of(cast), **{f"role-{birch.id}": str(ADMIN)}))

    assert answer.status_code == 422
    assert list(answer.context["errors"]) == [f"role-{birch.id}"]
    assert held(cast, "ana", "birch") == ["Analyst"]


def test_one_refusal_keeps_the_other_community_as_it_was(cast: Cast):
    client = signed_in(cast, "olga")
    alder, birch = row(cast, "ana", "alder"), row(cast, "ana", "birch")
    wanted = form_of(client, page_of(cast), **{f"role-{alder.id}": str(GUEST), f"role-{birch.id}": "no-such-role"})

    answer = client.post(page_of(cast), wanted)

    assert answer.status_code == 422
    assert (held(cast, "ana", "alder"), held(cast, "ana", "birch")) == (["Analyst"], ["Analyst"])
    chosen = [role["name"] for role in answer.context["memberships"][0]["roles"] if role["selected"]]
    assert chosen == ["Guest"], "what was picked stays picked"


def test_membership_left_alone_keeps_what_somebody_else_saved_meanwhile(cast: Cast):
    client, alder = signed_in(cast, "olga"), row(cast, "ana", "alder")
    wanted = form_of(client, page_of(cast), **{f"role-{alder.id}": str(GUEST)})
    set_roles(actor=cast.mia.actor, membership=row(cast, "ana", "birch"), roles=["manage_member"])

    client.post(page_of(cast), wanted)

    assert (held(cast, "ana", "alder"), held(cast, "ana", "birch")) == (["Guest"], ["manage_member"])


def test_role_somebody_else_changed_meanwhile_is_not_overwritten(cast: Cast):
    client, birch = signed_in(cast, "olga"), row(cast, "ana", "birch")
    wanted = form_of(client, page_of(cast), **{f"role-{birch.id}": str(GUEST)})
    set_roles(actor=cast.mia.actor, membership=birch, roles=["manage_member"])

    answer = client.post(page_of(cast), wanted)

    assert answer.status_code == 422
    assert "Somebody changed this" in answer.context["errors"][f"role-{birch.id}"]
    assert held(cast, "ana", "birch") == ["manage_member"]


@pytest.mark.parametrize(("who", "whom"), [("ana", "mia"), ("mia", "otto")])
def test_who_may_not_change_sees_the_roles_without_a_form(cast: Cast, who: str, whom: str):
    give(cast.otto, cast.birch, ADMIN)

    page = signed_in(cast, who).get(page_of(cast, whom))

    assert page.context["memberships"][0]["locked"] == "You may not change this. Ask an Admin of Birch."
    assert not re.search(r'<select[^>]*name="role-', page.content.decode())
    assert b">Save<" not in page.content


def test_posting_for_a_membership_one_may_not_change_changes_nothing(cast: Cast):
    mia = row(cast, "mia", "birch")

    signed_in(cast, "ana").post(page_of(cast, "mia"), {f"role-{mia.id}": str(GUEST), f"was-{mia.id}": []})

    assert held(cast, "mia", "birch") == ["manage_member"]


def test_last_admin_stays_and_the_page_says_so(cast: Cast):
    client, main = signed_in(cast, "olga"), row(cast, "olga", "main")

    answer = client.post(page_of(cast, "olga"), form_of(client, page_of(cast, "olga"), **{f"role-{main.id}": str(GUEST)}))

    assert "last Admin" in answer.context["errors"][f"role-{main.id}"]
    assert held(cast, "olga", "main") == ["Admin"]


def test_who_saves_away_their_own_sight_lands_at_home(cast: Cast):
    give(cast.otto, cast.main, ADMIN)
    nothing = create_role(actor=OPERATOR, community=cast.main, name="Silent", permissions=[])
    client, main = signed_in(cast, "olga"), row(cast, "olga", "main")

    answer = client.post(page_of(cast, "olga"), form_of(client, page_of(cast, "olga"), **{f"role-{main.id}": str(nothing.id)}))

    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    "path", ["/w/northwind/settings/users", "/w/northwind/team/birch/users", "/me/communities/{birch}/users"]
)
def test_every_list_of_users_leads_to_the_page(cast: Cast, path: str):
    listed = signed_in(cast, "olga").get(path.format(birch=cast.birch.id))

    assert f"/w/northwind/users/{cast.ana.id}".encode() in listed.content


def test_saving_without_a_change_writes_no_history(cast: Cast):
    client = signed_in(cast, "mia")
    before = Event.objects.count()

    client.post(page_of(cast), form_of(client, page_of(cast), **{f"role-{row(cast, 'ana', 'birch').id}": str(ANALYST)}))

    assert Event.objects.count() == before


# Before saving, and why


def test_preview_says_what_is_gained_and_lost_and_saves_nothing(cast: Cast):
    client, birch = signed_in(cast, "olga"), row(cast, "ana", "birch")
    wanted = form_of(client, page_of(cast), **{f"role-{birch.id}": str(ADMIN)}) | {"do": "preview"}

    answer = client.post(page_of(cast), wanted)

    (found,) = answer.context["differences"]
    assert found["community"]["name"] == "Birch"
    assert "members:invite" in found["gained"] and found["lost"] == []
    assert held(cast, "ana", "birch") == ["Analyst"]


def test_preview_tells_nothing_of_what_is_held_out_of_sight(cast: Cast):
    give(cast.mia, cast.main, ADMIN)
    client, birch = signed_in(cast, "mia"), row(cast, "ana", "birch")
    give(cast.ana, cast.cedar, ADMIN)
    Membership.objects.filter(user=cast.mia, community=cast.main).delete()
    give(cast.ana, cast.main, ADMIN)
    wanted = form_of(client, page_of(cast), **{f"role-{birch.id}": str(role_id(cast, "manage_member"))}) | {"do": "preview"}

    (found,) = client.post(page_of(cast), wanted).context["differences"]

    assert "members:invite" in found["gained"], "she holds it by main already, which Mia does not see"


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


def role_id(cast: Cast, name: str) -> object:
    return row(cast, "mia", "birch").roles.get(name=name).id


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


def changed(cast: Cast, who: str, place: str, **changes: str) -> dict[str, object]:
    """What the preview says of one membership, to Olga."""
    client, membership = signed_in(cast, "olga"), row(cast, who, place)
    path = f"/w/northwind/users/{cast.users[who].id}"
    wanted = form_of(client, path, **{f"{field}-{membership.id}": value for field, value in changes.items()}) | {"do": "preview"}
    (found,) = client.post(path, wanted).context["differences"]
    return found


def test_preview_says_everything_of_an_admin_and_names_what_lies_below(cast: Cast):
    found = changed(cast, "gus", "cedar", role=str(ADMIN))

    assert found["change"] == "Cedar: Guest → Admin"
    assert found["gains"] == ["Everything that may be done here."]
    assert found["below"] == "The same below it, in Cedar North."


def test_preview_speaks_in_the_sentences_of_the_catalogue(cast: Cast):
    found = changed(cast, "gus", "cedar", role=str(role_id(cast, "manage_member")))

    assert [line for line in found["gains"] if line.startswith("Members: Ask people in")]
    assert "members:" not in " ".join(found["gains"])


def test_preview_says_when_it_ends(cast: Cast):
    found = changed(cast, "gus", "cedar", end="2040-11-30")

    assert found["change"] == "Cedar: last day 30 November 2040"
    assert found["end"] == "After 30 November 2040 the roles here carry nothing, here and below."
    assert not found["gains"] and not found["loses"]


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


def test_roles_are_offered_built_in_first_then_by_name(cast: Cast):
    for name in ("zebra", "Aardvark"):
        create_role(actor=OPERATOR, community=cast.birch, name=name, permissions=["members:read"])

    (shown, *_) = signed_in(cast, "olga").get(page_of(cast) + "?in=birch").context["memberships"]

    assert [role["name"] for role in shown["roles"]] == ["Guest", "Analyst", "Admin", "manage_member", "Aardvark", "zebra"]
