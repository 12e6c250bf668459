"""The lists of users: searched, narrowed, sorted, page by page, with what may be done to each row."""

from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest

from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.invitations.models import Invitation
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_role, deactivate, set_roles
from guestlist.members.models import Membership
from guestlist.users.commands import add_passkey
from guestlist.users.models import User
from tests.cast import Cast, give
from tests.invitations.acts import ask as invite
from tests.invitations.acts import invited, mail_taken
from tests.passkeys import stored_passkey
from tests.web.visits import ask, signed_in

USERS = "/w/northwind/settings/users"
TEAM = "/w/northwind/team/birch/users"


def listed(cast: Cast, path: str, who: str = "olga", **query: object) -> Any:
    answer = signed_in(cast, who).get(path, query)
    assert answer.status_code == 200
    return answer.context


def names(context: Any) -> list[str]:
    return [row["person"]["name"] or row["person"]["email"] for row in context["rows"]]


def crowd(cast: Cast, number: int) -> None:
    for n in range(number):
        user = User.objects.create(name=f"Member {number - n:03}", email=f"member{n:03}@birch.example")
        give(user, cast.birch, GUEST)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "FERR"}, ["Ana Ferreira"]),
        ({"role": str(ADMIN)}, ["Adam Okafor", "Olga Lindqvist"]),
        ({"community": "Cedar"}, ["Gus Petit"]),
        ({"community": "birch", "role": str(ANALYST)}, ["Ana Ferreira"]),
        ({"source": "setup"}, ["Olga Lindqvist"]),
        ({"source": "sso"}, []),
        ({"community": "nowhere"}, []),
        ({"status": "pending"}, ["jules@birch.example"]),
        ({"sort": "name", "status": "active"}, ["Adam Okafor", "Ana Ferreira", "Gus Petit", "Mia Santos", "Olga Lindqvist"]),
        ({"sort": "newest", "community": "birch"}, ["jules@birch.example", "Ana Ferreira", "Mia Santos"]),
    ],
)
def test_workspace_list_is_narrowed_and_sorted(cast: Cast, query: dict[str, str], found: list[str]):
    ask(cast, "birch", "jules@birch.example")

    assert names(listed(cast, USERS, **query)) == found


def test_passkey_is_shown_where_there_is_no_password(cast: Cast):
    for who in (cast.ana, cast.mia):
        add_passkey(user=who, name="Phone", credential=stored_passkey())
    User.objects.filter(id=cast.ana.id).update(password="!none")
    Membership.objects.filter(user__in=[cast.ana, cast.mia]).update(seen_at=clock.now())

    lists = [{row["person"]["name"]: row["authentication"] for row in listed(cast, path)["rows"]} for path in (USERS, TEAM)]
    page = signed_in(cast, "olga").get(f"/w/northwind/users/{cast.ana.id}")

    assert [(each["Ana Ferreira"], each["Mia Santos"]) for each in lists] == [("Passkey", "Password")] * 2
    assert page.context["facts"]["sign_in"] == "Passkey"


def test_of_one_who_never_came_nothing_of_the_account_is_told(cast: Cast):
    lists = [{row["person"]["name"]: row["authentication"] for row in listed(cast, path)["rows"]} for path in (USERS, TEAM)]

    assert [each["Ana Ferreira"] for each in lists] == ["", ""]


def test_states_are_told_apart(cast: Cast):
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.mia))
    Membership.objects.filter(user=cast.gus).update(ends_at=clock.now())

    assert names(listed(cast, USERS, status="deactivated")) == ["Mia Santos"]
    assert names(listed(cast, USERS, status="ended")) == ["Gus Petit"]
    assert names(listed(cast, USERS, status="active")) == ["Adam Okafor", "Ana Ferreira", "Olga Lindqvist"]


@pytest.mark.parametrize("sort", ["", "name", "newest"])
@pytest.mark.parametrize("path", [USERS, TEAM])
def test_pages_together_hold_everybody_once(cast: Cast, sort: str, path: str):
    ask(cast, "birch", *(f"guest{n:02}@birch.example" for n in range(30)))
    crowd(cast, 60)
    client = signed_in(cast, "olga")

    found: list[str] = []
    url = f"{path}?sort={sort}"
    while url:
        page = client.get(url).context
        found += names(page)
        url = page["page"]["next_url"] and path + page["page"]["next_url"]

    assert len(found) == len(set(found)) == 30 + 60 + (5 if path == USERS else 2)
    if sort == "newest":
        assert found[0] == "Member 001"
    if sort == "name":
        assert [each for each in found if each.startswith("Member")] == [f"Member {n:03}" for n in range(1, 61)]


def test_address_of_a_page_holds_the_address_of_nobody(cast: Cast):
    crowd(cast, 60)

    url = signed_in(cast, "olga").get(USERS).context["page"]["next_url"]

    assert url and "example" not in unquote(url)
    assert names(listed(cast, USERS, after="mia@northwind.example")) == names(listed(cast, USERS))


def test_inherited_members_come_with_where_from_and_are_changed_there(cast: Cast):
    context = listed(cast, TEAM)

    (group,) = context["inherited"]
    assert group["place"] == "Northwind Security"
    assert [(row["person"]["name"], row["menu"], row["pick"]) for row in group["rows"]] == [("Olga Lindqvist", [], None)]


def test_pages_go_on_through_all_inherited_members_and_hide_no_member_of_the_place(cast: Cast):
    for n in range(120):
        give(User.objects.create(name=f"Above {n:03}", email=f"above{n:03}@northwind.example"), cast.main, GUEST)
    client, path = signed_in(cast, "olga"), TEAM
    own, above, pages = [], [], 0

    while path and pages < 9:
        context = client.get(path).context
        own += names(context)
        above += [row["person"]["name"] for group in context["inherited"] for row in group["rows"]]
        path, pages = context["page"]["next_url"] and TEAM + context["page"]["next_url"], pages + 1

    assert own == ["Ana Ferreira", "Mia Santos"]
    assert above == [*(f"Above {n:03}" for n in range(120)), "Olga Lindqvist"]
    assert pages == 3


def test_row_menu_offers_what_the_reader_may(cast: Cast):
    rows = {row["person"]["name"]: [item["label"] for item in row["menu"]] for row in listed(cast, TEAM, "mia")["rows"]}
    for_ana = {row["person"]["name"]: [item["label"] for item in row["menu"]] for row in listed(cast, TEAM, "ana")["rows"]}
    everywhere = {row["person"]["name"]: [item["label"] for item in row["menu"]] for row in listed(cast, USERS)["rows"]}

    assert rows["Ana Ferreira"] == ["Edit roles", "Deactivate…", "Remove…"]
    assert for_ana == {"Ana Ferreira": [], "Mia Santos": []}
    assert everywhere["Ana Ferreira"] == ["Edit roles", "Deactivate everywhere…", "Remove everywhere…"]


@pytest.mark.parametrize(
    "query", [{"q": "\x00"}, {"role": "x"}, {"after": "\x00"}, {"sort": "newest", "after": "x"}, {"community": "\x00"}]
)
def test_query_that_makes_no_sense_is_answered(cast: Cast, query: dict[str, str]):
    assert signed_in(cast, "olga").get(USERS, query).status_code == 200


def test_roles_of_all_communities_in_sight_may_be_asked_for(cast: Cast):
    for place in (cast.alder, cast.acme_main):
        create_role(actor=OPERATOR, community=place, name=f"Lead of {place.name}", permissions=["members:read"])

    offered = {
        who: [each["name"] for each in signed_in(cast, who).get(USERS).context["filters"]["roles"]] for who in ("olga", "gus")
    }

    assert "Lead of Alder" in offered["olga"] and "Lead of Acme" not in offered["olga"]
    assert "Lead of Alder" not in offered["gus"]


# Many at once


def bulk(cast: Cast, who: str, **posted: object) -> Any:
    answer = signed_in(cast, who).post("/w/northwind/users/bulk", posted)
    assert answer.status_code == 200, answer
    return answer.context


def verdicts(context: Any) -> list[tuple[str, str, str]]:
    return [(row["person"]["name"], row["place"]["name"], row["verdict"]) for row in context["rows"]]


def ids(cast: Cast, place: str) -> list[str]:
    return [str(key) for key in Membership.objects.filter(community=cast.places[place]).values_list("id", flat=True)]


def test_preview_says_what_would_happen_to_each_and_does_nothing(cast: Cast):
    give(cast.otto, cast.birch, ADMIN)

    context = bulk(cast, "mia", act="deactivate", user=[str(cast.ana.id), str(cast.otto.id)])

    assert verdicts(context) == [("Ana Ferreira", "Birch", "will"), ("Otto Brandt", "Birch", "refused")]
    assert context["rows"][1]["reason"] == "You may not hand out this role here. Ask an Admin of the community."
    assert set(Membership.objects.filter(community=cast.birch).values_list("status", flat=True)) == {"active"}


def test_good_rows_are_done_and_bad_ones_named(cast: Cast):
    give(cast.otto, cast.birch, ADMIN)

    context = bulk(cast, "olga", act="role", role=str(GUEST), seen=str(GUEST), sure="yes", membership=ids(cast, "birch"))
    refused = bulk(cast, "olga", act="remove", sure="yes", user=[str(cast.olga.id), str(cast.gus.id)])

    assert [verdict for *_, verdict in verdicts(context)] == ["done", "done", "done"]
    assert verdicts(refused) == [("Gus Petit", "Cedar", "done"), ("Olga Lindqvist", "Northwind Security", "refused")]
    assert "last Admin" in unescape(refused["rows"][1]["reason"])
    assert {role.name for row in Membership.objects.filter(community=cast.birch) for role in row.roles.all()} == {"Guest"}
    assert not Membership.objects.filter(user=cast.gus).exists()


def test_role_is_asked_for_first_and_what_was_not_shown_is_not_done(cast: Cast):
    chosen = ids(cast, "birch")

    first = bulk(cast, "mia", act="role", membership=chosen)
    hasty = bulk(cast, "mia", act="role", role=str(GUEST), seen="", sure="yes", membership=chosen)

    assert not first["ready"] and [role["name"] for role in first["roles"]] == ["Guest", "Analyst", "manage_member"]
    assert not hasty["done"] and [verdict for *_, verdict in verdicts(hasty)] == ["will", "will"]
    assert not Membership.objects.filter(community=cast.birch, roles=GUEST).exists()


def test_preview_and_result_say_from_what_to_what(cast: Cast):
    chosen = {"act": "role", "role": str(GUEST), "seen": str(GUEST), "membership": ids(cast, "birch")}

    before = bulk(cast, "mia", **chosen)
    after = bulk(cast, "mia", **chosen, sure="yes")

    assert [row["change"] for row in before["rows"]] == ["Analyst → Guest", "manage_member → Guest"]
    assert next((row["change"], row["place"]["roles"]) for row in after["rows"]) == ("Analyst → Guest", ["Guest"])


def test_invitations_ticked_along_are_named_as_left_alone(cast: Cast):
    (asked,) = ask(cast, "birch", "jules@birch.example")

    page = signed_in(cast, "mia").post(
        "/w/northwind/users/bulk", {"act": "deactivate", "membership": ids(cast, "birch")[:1], "invitation": str(asked.id)}
    )

    assert page.context["waiting"] == 1
    assert "1 pending invitation that you ticked is left alone" in page.content.decode()


def test_rows_say_whether_there_is_something_to_reactivate(cast: Cast):
    deactivate(actor=cast.olga.actor, membership=cast.ana.memberships.get(community=cast.birch))
    deactivate(actor=cast.olga.actor, membership=cast.gus.memberships.get())

    rows = signed_in(cast, "olga").get(USERS).context["rows"]

    stopped = {row["person"]["name"]: row["stopped"] for row in rows}
    assert (stopped["Ana Ferreira"], stopped["Gus Petit"], stopped["Mia Santos"]) == ("some", "all", "")


def test_users_stand_for_their_memberships_in_sight(cast: Cast):
    mine = bulk(cast, "mia", act="remove", user=[str(cast.ana.id), str(cast.gus.id)])
    all_of_them = bulk(cast, "olga", act="remove", user=[str(cast.ana.id)])

    assert verdicts(mine) == [("Ana Ferreira", "Birch", "will")]
    assert verdicts(all_of_them) == [("Ana Ferreira", "Alder", "will"), ("Ana Ferreira", "Birch", "will")]


def test_users_ticked_by_who_may_everywhere_are_stopped_and_taken_out_everywhere(cast: Cast):
    cast.northwind.existing_users = "ask"
    cast.northwind.save()
    (asked,) = ask(cast, "cedar", "ana@northwind.example")
    preview = bulk(cast, "olga", act="deactivate", user=[str(cast.ana.id)])
    sure = {"sure": "yes", "everywhere": "yes", "membership": [row["id"] for row in preview["rows"]]}

    bulk(cast, "olga", act="deactivate", **sure)
    stopped = set(Membership.objects.filter(user=cast.ana).values_list("status", "everywhere"))
    bulk(cast, "olga", act="remove", **sure)

    assert (preview["title"], preview["good"]) == ("Deactivate 1 user everywhere in Northwind Security?", 1)
    assert stopped == {("deactivated", True)}
    assert not Membership.objects.filter(user=cast.ana).exists()
    assert Invitation.objects.get(id=asked.id).state == "revoked"


def test_everywhere_is_for_who_may_in_main_and_refused_as_one(cast: Cast):
    mine = bulk(cast, "mia", act="deactivate", user=[str(cast.ana.id)])
    forged = bulk(cast, "mia", act="deactivate", everywhere="yes", sure="yes", membership=ids(cast, "birch"))
    both = bulk(cast, "olga", act="remove", sure="yes", user=[str(cast.olga.id), str(cast.gus.id)])

    assert not mine["everywhere"]
    assert {row["verdict"] for row in forged["rows"]} == {"refused"}
    assert {row["person"]["name"]: row["verdict"] for row in both["rows"]} == {"Gus Petit": "done", "Olga Lindqvist": "refused"}
    assert set(Membership.objects.filter(user=cast.ana).values_list("status", flat=True)) == {"active"}


def test_what_is_so_already_is_told(cast: Cast):
    assert [verdict for *_, verdict in verdicts(bulk(cast, "mia", act="reactivate", membership=ids(cast, "birch")))] == [
        "same"
    ] * 2


@pytest.mark.parametrize("who", ["adam", "gus"])
def test_rows_out_of_sight_do_not_exist(cast: Cast, who: str):
    client = signed_in(cast, who)

    answer = client.post("/w/northwind/users/bulk", {"act": "remove", "sure": "yes", "membership": ids(cast, "birch")})

    assert answer.status_code == 302
    assert Membership.objects.filter(community=cast.birch).count() == 2


@pytest.mark.parametrize("who", ["nora", "otto"])
def test_neighbour_finds_nothing(cast: Cast, who: str):
    posted = {"act": "remove", "sure": "yes", "membership": ids(cast, "birch")}

    answer = signed_in(cast, who).post("/w/northwind/users/bulk", posted)
    signed_in(cast, "nora").post("/w/acme/users/bulk", posted)

    assert answer.status_code == 404
    assert Membership.objects.filter(community=cast.birch).count() == 2


def test_last_of_two_admins_stays_when_both_are_chosen(cast: Cast):
    give(cast.otto, cast.main, ADMIN)

    context = bulk(cast, "olga", act="deactivate", user=[str(cast.olga.id), str(cast.otto.id)])

    assert [verdict for *_, verdict in verdicts(context)] == ["will", "refused"], "as doing it in turn would end"


def test_time_left_is_counted_from_the_mail(cast: Cast):
    jules = invited(cast, "olga", "jules@birch.example", birch="Guest")

    before = listed(cast, TEAM, status="pending")["rows"][0]["state_note"]
    mail_taken(jules)
    after = listed(cast, TEAM, status="pending")["rows"][0]["state_note"]

    assert [before, after] == ["waiting for its e-mail", "23 h left"]


def test_community_asked_for_by_two_givers_stands_once(cast: Cast):
    invited(cast, "olga", "jules@birch.example", birch="Analyst")
    invite(cast, "mia", "jules@birch.example", birch="Guest")

    (row,) = listed(cast, USERS, status="pending")["rows"]

    assert [(place["name"], sorted(place["roles"])) for place in row["places"]] == [("Birch", ["Analyst", "Guest"])]


def test_roles_are_named_in_the_filter_to_who_may_read_them(cast: Cast):
    create_role(actor=OPERATOR, community=cast.main, name="Night shift", permissions=["members:read"])
    blind = create_role(actor=OPERATOR, community=cast.main, name="Blind", permissions=["members:read"])
    give(cast.otto, cast.main, blind.id)

    assert b"Night shift" in signed_in(cast, "olga").get(USERS).content
    assert b"Night shift" not in signed_in(cast, "otto").get(USERS).content


def test_what_changed_since_the_preview_is_left_alone(cast: Cast):
    preview = bulk(cast, "olga", act="role", role=str(GUEST), membership=ids(cast, "birch"))
    said = {f"was-{row['id']}": row["was"] for row in preview["rows"]}
    ana = Membership.objects.get(user=cast.ana, community=cast.birch)
    set_roles(actor=cast.olga.actor, membership=ana, roles=["Admin"])

    done = bulk(cast, "olga", act="role", role=str(GUEST), seen=str(GUEST), sure="yes", membership=ids(cast, "birch"), **said)

    assert verdicts(done) == [("Ana Ferreira", "Birch", "refused"), ("Mia Santos", "Birch", "done")]
    assert "Somebody changed this" in done["rows"][0]["reason"]
    assert [role.name for role in ana.roles.all()] == ["Admin"]
    for act in ("deactivate", "remove"):
        assert verdicts(bulk(cast, "olga", act=act, sure="yes", membership=[str(ana.id)], **said))[0][2] == "refused"
