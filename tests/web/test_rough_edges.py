"""What a person meets at the edges of a page: a disabled account, a role that shows no members, many inherited members, odd input."""

import pytest
from django.test import Client

from guestlist.access.roles import ADMIN, GUEST
from guestlist.invitations.models import Grant, Invitation
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.links import sign_link
from guestlist.members.commands import create_community, create_role, disable_user, remove
from guestlist.members.models import Membership
from guestlist.users.models import User
from tests.cast import PASSWORD, Cast, give
from tests.web.visits import ask, signed_in


def log_in(client: Client, email: str, password: str = PASSWORD, **source: str) -> int:
    return client.post("/login", {"email": email, "password": password}, **source).status_code


def test_disabled_account_is_refused_like_a_wrong_password(cast: Cast, client: Client):
    disable_user(actor=OPERATOR, user=cast.gus)

    assert log_in(client, "gus@northwind.example") == log_in(client, "ana@northwind.example", "wrong password") == 422


def test_nobody_locks_somebody_else_out(cast: Cast, client: Client):
    for _ in range(9):
        log_in(client, "ana@northwind.example", "wrong password", REMOTE_ADDR="192.0.2.1")

    assert log_in(client, "ana@northwind.example", REMOTE_ADDR="192.0.2.1") == 422
    assert log_in(client, "ana@northwind.example", REMOTE_ADDR="192.0.2.2") == 302


def test_own_members_are_all_listed_however_many_are_inherited(cast: Cast):
    for number in range(120):
        give(User.objects.create(name=f"Above {number}", email=f"a{number}@northwind.example"), cast.main, GUEST)
    own = set(Membership.objects.filter(community=cast.alder).values_list("email_key", flat=True))

    client, url, seen = signed_in(cast, "olga"), "/w/northwind/team/alder/users", set()
    while url:
        page = client.get(url).context
        seen |= {row["person"]["email"] for row in page["rows"]}
        url = page["page"]["next_url"] and f"/w/northwind/team/alder/users{page['page']['next_url']}"

    assert own and own <= seen


def test_member_whose_roles_show_no_members_still_has_a_way_in(cast: Cast):
    role = create_role(actor=OPERATOR, community=cast.main, name="Pager", permissions=["communities:read"])
    give(cast.otto, cast.birch, role.id)
    client = signed_in(cast, "otto")

    answer = client.get("/", follow=True)

    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, "/me")
    assert client.get(f"/me/communities/{cast.birch.id}/roles").context["roles"] == []


def test_result_names_what_was_given_and_what_was_left_out(cast: Cast, client: Client):
    paris = [create_community(actor=OPERATOR, parent=cast.places[name], name="Paris") for name in ("alder", "birch")]
    invitation = ask(cast, "alder", "jules@birch.example")[0]
    for place, role, giver in ((paris[0], GUEST, cast.olga), (paris[1], ADMIN, cast.olga), (cast.alder, ADMIN, cast.adam)):
        Grant.objects.create(
            invitation=invitation,
            community=place,
            role_ids=[str(role)],
            giver_kind="user",
            giver_id=giver.id,
            giver_name=giver.name,
        )
    remove(actor=OPERATOR, membership=Membership.objects.get(user=cast.adam))
    url = f"/join/{sign_link('invitation', invitation.id, '1')}"
    shown = client.get(url).context["shown"]

    answer = client.post(url, {"do": "join", "name": "Jules", "password": "seven tall ships", "shown": shown})

    given = [(each["name"], each["roles"]) for each in answer.context["grants"]]
    assert given == [("Alder", ["Guest"]), ("Paris", ["Guest"]), ("Paris", ["Admin"])]
    assert [(each["name"], each["roles"]) for each in answer.context["left_out"]] == [("Alder", ["Admin"])]


@pytest.mark.parametrize("start", ["9" * 25, "-1", "²", "x"])
def test_odd_page_number_is_no_failure(cast: Cast, start: str):
    assert signed_in(cast, "olga").get(f"/me/communities/{cast.birch.id}/users?from={start}").status_code == 200


@pytest.mark.parametrize("community", ["zzz", "", "\x00"])
def test_odd_community_previews_nothing(cast: Cast, community: str):
    posted = {"community": community, "role": str(GUEST), "emails": "a@x.example"}

    assert signed_in(cast, "olga").post("/w/northwind/invite/preview", posted).status_code == 200


@pytest.mark.parametrize("query", ["q=%00", "after=%00", "state=%00", "status=%00"])
def test_null_character_in_a_filter_is_no_failure(cast: Cast, query: str):
    client = signed_in(cast, "olga")

    for path in ("/w/northwind/settings/users", "/w/northwind/team/birch/invites", f"/me/communities/{cast.birch.id}/users"):
        assert client.get(f"{path}?{query}").status_code == 200


def test_table_that_is_too_large_is_refused_before_it_is_read(cast: Cast, tmp_path):
    table = tmp_path / "people.csv"
    table.write_bytes(b"email\n" + b"a@x.example\n" * 3_000_000)

    with table.open("rb") as upload:
        answer = signed_in(cast, "olga").post("/w/northwind/settings/users/new", {"file": upload, "do": "send"})

    assert answer.status_code == 422
    assert "32 MB" in answer.context["errors"]["file"]
    assert not Invitation.objects.exists()
