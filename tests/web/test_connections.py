"""The pages of connections: who finds them, what they give and to whom, and what happens to people they refused."""

import json
from uuid import UUID

import pytest
from django.test import Client

from guestlist.access.roles import ANALYST, GUEST
from guestlist.members.models import Membership
from guestlist.sso.commands import GroupRule
from guestlist.sso.models import Attempt, Connection, Identity
from guestlist.users.models import User
from tests.cast import Cast, role_named
from tests.sso.acts import come, connect, creating
from tests.web.connecting import SECURITY, defaults, page_of
from tests.web.proofs import password_given
from tests.web.test_query_counts import MOST, statements
from tests.web.visits import signed_in


def test_section_explains_itself_until_there_is_a_connection(cast: Cast):
    client = password_given(cast.olga)
    empty = client.get(SECURITY).content.decode()
    connect(cast)

    filled = client.get(SECURITY)

    assert "No directory is connected" in empty and "Configure" in empty
    assert [(each["name"], each["state"], each["people"]) for each in filled.context["connections"]] == [("Okta", "live", 0)]
    assert b"No directory is connected" not in filled.content


def test_sidebar_leads_there_for_whoever_may_configure_it(cast: Cast):
    links = {
        who: SECURITY in signed_in(cast, who).get("/w/northwind/settings/users").content.decode() for who in ("olga", "adam")
    }

    assert links == {"olga": True, "adam": False}


def test_preview_without_a_subject_is_refused(cast: Cast):
    row = creating(cast, connect(cast))

    page = password_given(cast.olga).post(page_of(row), {"do": "preview", "claims": '{"email": "kim@northwind.example"}'})

    assert "no subject (sub)" in page.content.decode()


def test_switch_role_and_communities_are_saved(cast: Cast):
    client, row = password_given(cast.olga), connect(cast)

    done = client.post(page_of(row), defaults(community=[str(cast.alder.id), str(cast.birch.id)]), follow=True)

    row.refresh_from_db()
    assert (row.creates_users, row.default_role_id, set(row.default_communities.all())) == (True, GUEST, {cast.alder, cast.birch})
    assert done.context["defaults"]["creates_users"]
    assert {each["name"] for each in done.context["defaults"]["communities"] if each["checked"]} == {"Alder", "Birch"}


def test_role_by_default_offers_none_that_administers(cast: Cast):
    names = [each["name"] for each in password_given(cast.olga).get(page_of(connect(cast))).context["defaults"]["roles"]]

    assert names == ["Guest", "Analyst"]


def test_switch_without_a_role_is_refused_beside_it_and_keeps_the_rest(cast: Cast):
    client, row = password_given(cast.olga), connect(cast)

    answer = client.post(page_of(row), {"do": "save", "creates_users": "on", "role": "", "community": [str(cast.alder.id)]})

    assert (answer.status_code, list(answer.context["errors"])) == (422, ["role"])
    assert answer.context["defaults"]["creates_users"] and answer.context["defaults"]["communities"][1]["checked"]


def test_groups_are_added_and_removed_without_script(cast: Cast):
    client, row = password_given(cast.olga), connect(cast)
    line = {"group": ["soc"], "group-community": [str(cast.birch.id)], "group-role": [str(ANALYST)]}

    two = client.post(page_of(row), defaults(do="add", **line)).context["defaults"]["groups"]
    one = client.post(page_of(row), defaults(do="remove-0", **line)).context["defaults"]["groups"]
    half = client.post(page_of(row), defaults(group=["soc"], **{"group-community": [""], "group-role": [str(ANALYST)]}))
    client.post(page_of(row), {"do": "save", "role": "", "creates_users": "on", **line})

    assert ([each["group"] for each in two], one) == (["soc", ""], [])
    assert (half.status_code, list(half.context["errors"])) == (422, ["groups"])
    assert list(row.mappings.values_list("group", "community", "role")) == [("soc", cast.birch.id, ANALYST)]


def test_community_of_another_workspace_does_not_exist(cast: Cast):
    client, row = password_given(cast.olga), connect(cast)

    answer = client.post(page_of(row), defaults(community=[str(cast.acme_main.id)]))

    assert list(answer.context["errors"]) == ["communities"]
    assert not row.default_communities.exists()


def test_claims_nested_without_end_are_no_claims(cast: Cast):
    answer = password_given(cast.olga).post(page_of(connect(cast)), {"do": "preview", "claims": "[" * 100_000})

    assert (answer.status_code, list(answer.context["errors"])) == (422, ["claims"])


def test_preview_says_what_would_happen_and_changes_nothing(cast: Cast):
    client = password_given(cast.olga)
    row = creating(cast, connect(cast), groups=(GroupRule("soc", cast.birch, role_named("Analyst")),))
    claims = {"sub": "00u9", "email": "kim@corp.example", "groups": ["soc"]}

    answer = client.post(page_of(row), {"do": "preview", "claims": json.dumps(claims)})
    wrong = client.post(page_of(row), {"do": "preview", "claims": "kim@corp.example"})

    assert answer.context["preview"]["verdict"].outcome == "create"
    assert [(each["name"], each["roles"]) for each in answer.context["preview"]["places"]] == [("Birch", ["Analyst"])]
    assert (wrong.status_code, list(wrong.context["errors"]), wrong.context["preview"]["claims"]) == (
        422,
        ["claims"],
        "kim@corp.example",
    )
    assert not Membership.objects.filter(email_key="kim@corp.example").exists()


def test_refused_person_is_let_in_with_what_the_connection_would_give(cast: Cast):
    client = password_given(cast.olga)
    row = creating(cast, connect(cast), on=False)
    come(row)
    come(row)
    listed = client.get(page_of(row)).context["attempts"]
    page = client.get(listed[0]["url"])
    ticked = [each for each in page.context["communities"] if each["checked"]]

    answer = client.post(listed[0]["url"], {"do": "let_in", "community": ticked[0]["id"], f"roles-{ticked[0]['id']}": str(GUEST)})

    assert [(each["email"], each["times"]) for each in listed] == [("kim@corp.example", 2)]
    assert [each["name"] for each in ticked] == ["Alder"]
    assert answer.url == page_of(row)
    assert client.get(page_of(row)).context["attempts"] == []
    assert Membership.objects.get(email_key="kim@corp.example").community == cast.alder


def test_who_cannot_be_let_in_stays_refused_and_the_page_says_why(cast: Cast):
    client, row = password_given(cast.olga), connect(cast)
    come(row, email="kim@foreign.example")
    page = client.get(page_of(row))
    path = page.context["attempts"][0]["url"]

    answer = client.post(path, {"do": "let_in", "community": str(cast.alder.id), f"roles-{cast.alder.id}": str(GUEST)})

    assert f'href="{path}"' not in page.content.decode() and "Prove the domain" in page.content.decode()
    assert answer.status_code == 422 and "has not proved the domain" in answer.context["errors"]["form"]
    assert Attempt.objects.get().let_in_at is None


def test_turning_on_and_off_and_deleting_ask_first(cast: Cast):
    client, row = password_given(cast.olga), creating(cast, connect(cast))
    come(row)
    asked = {act: client.get(page_of(row, f"/{act}")).content.decode() for act in ("enable", "disable", "delete")}

    states = []
    for act in ("disable", "enable", "delete"):
        client.post(page_of(row, f"/{act}"))
        states += [each.enabled_at is not None for each in Connection.objects.filter(id=row.id)]

    assert "1 person signed in with it" in asked["disable"] and "get an account" in asked["enable"]
    assert "It forgets 1 person" in asked["delete"]
    assert states == [False, True]
    assert not Connection.objects.exists()


def test_untested_one_cannot_be_turned_on(cast: Cast):
    client, row = password_given(cast.olga), connect(cast)
    Connection.objects.filter(id=row.id).update(tested_at=None, enabled_at=None)

    answer = client.post(page_of(row, "/enable"), follow=True)

    assert b"Test the connection first" in answer.content
    assert b"Turn on" not in answer.content.replace(b"turned on", b"")
    assert Connection.objects.get().enabled_at is None


@pytest.mark.parametrize("who", ["adam", "ana", "nora", "otto"])
def test_connection_does_not_exist_for_others(cast: Cast, who: str):
    row = connect(cast)
    come(row)
    attempt: UUID = Attempt.objects.get().id
    client = signed_in(cast, who)
    paths = [
        SECURITY,
        f"{SECURITY}/sso/new",
        page_of(row),
        page_of(row, "/edit"),
        page_of(row, "/delete"),
        f"{SECURITY}/attempts/{attempt}",
    ]

    answers = [client.get(path) for path in paths] + [client.post(path, defaults()) for path in paths[1:]]

    assert {each.status_code for each in answers} == {404}
    assert not [each for each in answers if b"Okta" in each.content or b"kim@" in each.content]


def test_neighbour_cannot_reach_it_through_their_own_workspace(cast: Cast):
    row = connect(cast)
    come(row)
    client = signed_in(cast, "nora")

    paths = [f"/w/acme/settings/security/sso/{row.id}", f"/w/acme/settings/security/attempts/{Attempt.objects.get().id}"]

    assert {client.get(path).status_code for path in paths} == {404}
    assert client.get("/w/acme/settings/security").context["connections"] == []


def test_lists_and_page_of_a_user_say_which_directory_they_sign_in_with(cast: Cast):
    row = creating(cast, connect(cast))
    kim = come(row).user
    client = password_given(cast.olga)

    rows = client.get("/w/northwind/settings/users").context["rows"] + client.get("/w/northwind/team/alder/users").context["rows"]
    page = client.get(f"/w/northwind/users/{kim.id}").context

    found = {each["authentication"] for each in rows if each["person"]["email"] == "kim@corp.example"}
    assert (found, page["facts"]["sign_in"]) == ({"Okta"}, "Okta")


def test_page_costs_the_same_for_one_and_for_many(cast: Cast):
    client, row = password_given(cast.olga), creating(cast, connect(cast), on=False)
    costs = []
    for number in (1, 20):
        for n in range(number):
            come(row, f"00u{number}.{n}", f"kim{n}of{number}@corp.example")
            connect(cast, name=f"Okta {n} of {number}")
        rules = tuple(GroupRule(f"group {n}", cast.birch, role_named("Analyst")) for n in range(number))
        creating(cast, row, groups=rules, on=False)
        costs.append([statements(client, path) for path in (SECURITY, page_of(row))])

    assert costs[0] == costs[1] and max(costs[1]) <= MOST


def test_failed_test_tells_its_cause_to_who_may_mend_it_and_to_nobody_else(cast: Cast):
    row = connect(cast, issuer="https://no-such-name.invalid")

    told = password_given(cast.olga).get(f"/sso/{row.id}/test").content.decode()
    neighbour = password_given(cast.nora).get(f"/sso/{row.id}").content.decode()
    stranger = Client().get(f"/sso/{row.id}").content.decode()

    assert "no-such-name.invalid" in told and page_of(row, "/edit") in told
    assert "Could not sign you in" in neighbour and "Could not sign you in" in stranger
    assert "no-such-name" not in neighbour and "no-such-name" not in stranger


def test_who_has_only_a_directory_is_told_that_it_is_the_way_in(cast: Cast):
    row, client = connect(cast), signed_in(cast, "ana")
    Identity.objects.create(connection=row, user=cast.ana, subject="00u1", email="ana@corp.example")
    User.objects.filter(id=cast.ana.id).update(password="!")
    client.force_login(User.objects.get(id=cast.ana.id), backend="allauth.account.auth_backends.AuthenticationBackend")

    page = client.get("/me/security").content.decode()

    assert "you come in through Okta" in page and "your passkeys are" not in page
