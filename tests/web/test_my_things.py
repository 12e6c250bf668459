"""The avatar's pages about oneself: profile, password, sessions, notifications, data."""

import json
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from guestlist.access.roles import ANALYST
from guestlist.invitations.commands import delete_community, invite
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import remove, set_end, set_roles
from guestlist.users.commands import add_passkey, change_password, remove_factors
from guestlist.users.models import User
from tests.cast import PASSWORD, Cast
from tests.passkeys import stored_passkey
from tests.sso.acts import connect
from tests.web.visits import signed_in

NEW = "seven tall ships at anchor"


def add(cast: Cast, user: User, place: str) -> None:
    grants = [Wanted(cast.places[place].id, frozenset({ANALYST}))]
    invite(actor=cast.olga.actor, workspace=cast.northwind, people=[Person(user.email)], grants=grants)


def test_times_are_those_of_the_readers_clock(cast: Cast):
    client = signed_in(cast, "ana")

    client.post("/me", {"name": "Ana", "language": "fr", "time_zone": "Asia/Tokyo"})
    own = client.get("/me")
    client.post("/me", {"name": "Ana", "language": "en", "time_zone": ""})
    client.cookies["time_zone"] = "America/Lima"
    browsers = client.get("/me")
    client.cookies["time_zone"] = "../../etc/passwd"
    nonsense = client.get("/me")

    assert "+09:00" in own.content.decode() and own["Content-Language"] == "fr"
    assert "-05:00" in browsers.content.decode()
    assert "+00:00" in nonsense.content.decode()


def test_nameless_profile_keeps_what_was_typed(cast: Cast):
    answer = signed_in(cast, "ana").post("/me", {"name": "", "language": "fr", "time_zone": "Asia/Tokyo"})

    assert answer.status_code == 422
    assert "<option selected>Asia/Tokyo" in answer.content.decode()


def test_new_password_keeps_this_browser_and_ends_the_other(cast: Cast):
    here, there = signed_in(cast, "ana"), signed_in(cast, "ana")

    answer = here.post("/me/password", {"old": PASSWORD, "password": NEW})

    assert answer.status_code == 302
    assert (here.get("/me").status_code, there.get("/me").status_code) == (200, 302)
    assert Client().post("/login", {"email": cast.ana.email, "password": NEW}).status_code == 302


def test_security_lists_what_happened_to_my_account_of_late_and_to_no_other(cast: Cast):
    change_password(user=cast.ana, old=PASSWORD, new=NEW, keep="")
    add_passkey(user=cast.ana, name="Phone", credential=stored_passkey())
    remove_factors(actor=OPERATOR, user=cast.ana)
    add_passkey(user=cast.olga, name="Olga's key", credential=stored_passkey())

    page = signed_in(cast, "ana").get("/me/security")

    told = [(each["text"], each["name"], each["by_operator"]) for each in page.context["activity"]]
    assert told[:3] == [("Second factor removed", "", True), ("Passkey added", "Phone", False), ("Password changed", "", False)]
    assert "Olga" not in page.content.decode()


@pytest.mark.parametrize(
    ("form", "field"), [({"old": "wrong", "password": NEW}, "old"), ({"old": PASSWORD, "password": "short"}, "password")]
)
def test_refused_password_says_which_field(cast: Cast, form: dict[str, str], field: str):
    answer = signed_in(cast, "ana").post("/me/password", form)

    assert (answer.status_code, list(answer.context["errors"])) == (422, [field])


def test_guessing_the_password_is_slowed_down(cast: Cast):
    client = signed_in(cast, "ana")

    answers = [client.post("/me/close", {"email": cast.ana.email, "password": f"guess {n}"}) for n in range(7)]

    assert list(answers[0].context["errors"]) == ["password"]
    assert list(answers[-1].context["errors"]) == ["form"]


def test_bell_counts_until_the_page_is_opened(cast: Cast):
    add(cast, cast.nora, "birch")
    client = signed_in(cast, "nora")

    before = client.get("/me").context["shell"]["notifications"]["count"]
    page = client.get("/me/notifications").content.decode()
    after = client.get("/me").context["shell"]["notifications"]["count"]

    assert (before, after) == (1, 0)
    assert "Olga Lindqvist added you to Birch as Analyst" in page
    assert f"/me/memberships/{cast.nora.memberships.get(community=cast.birch).id}/leave" in page


def test_notifications_of_one_are_not_shown_to_another(cast: Cast):
    add(cast, cast.nora, "birch")

    for who in ("otto", "gus", "olga"):
        assert "added you to Birch" not in signed_in(cast, who).get("/me/notifications").content.decode()


def test_who_was_removed_reads_so_and_is_offered_nothing(cast: Cast):
    remove(actor=cast.olga.actor, membership=cast.gus.memberships.get())

    page = signed_in(cast, "gus").get("/me/notifications").content.decode()

    assert "You were removed from Cedar" in page
    assert "/leave" not in page


def test_export_is_a_file_of_mine(cast: Cast):
    answer = signed_in(cast, "ana").get("/me/export")

    data = json.loads(answer.content)
    assert "attachment" in answer["Content-Disposition"]
    assert data["profile"]["email"] == cast.ana.email
    assert not any(other in answer.content.decode() for other in ("olga@", "nora@", "Cedar"))


def test_closed_account_is_out_at_once_everywhere(cast: Cast):
    here, there = signed_in(cast, "ana"), signed_in(cast, "ana")

    answer = here.post("/me/close", {"email": cast.ana.email, "password": PASSWORD}, follow=True)

    assert "Your account is closed." in answer.content.decode()
    assert [each.get("/me").status_code for each in (here, there)] == [302, 302]
    assert Client().post("/login", {"email": "ana@northwind.example", "password": PASSWORD}).status_code == 422


def test_last_admin_reads_which_workspace_keeps_them(cast: Cast):
    answer = signed_in(cast, "nora").post("/me/close", {"email": cast.nora.email, "password": PASSWORD})

    assert (answer.status_code, User.objects.get(id=cast.nora.id).is_active) == (422, True)
    assert "last Admin of Acme" in answer.content.decode()
    assert "Type nora@acme.example to confirm" in answer.content.decode()


def test_dates_stand_as_the_reader_writes_them(cast: Cast):
    with time_machine.travel("2026-11-05T10:00:00Z", tick=False):
        client = signed_in(cast, "ana")
        english = client.get("/me").content.decode()
        client.post("/me", {"name": "Ana Ferreira", "language": "fr", "time_zone": "", "theme": ""})
        french = client.get("/me").content.decode()

    assert "5 Nov 2026" in english
    assert "5 nov. 2026" in french


def test_session_says_which_directory_opened_it(cast: Cast):
    ana, nora, row = signed_in(cast, "ana"), signed_in(cast, "nora"), connect(cast, name="Northwind Okta")
    session = ana.session
    session["connection"] = str(row.id)
    session.save()

    assert "opened with Northwind Okta" in ana.get("/me").content.decode()
    assert "opened with Northwind Okta" in signed_in(cast, "ana").get("/me").content.decode()
    assert "opened with" not in nora.get("/me").content.decode()
    row.delete()
    assert "opened with" not in signed_in(cast, "ana").get("/me").content.decode()


def news(cast: Cast, who: str) -> dict[str, str | None]:
    return {row["text"]: row["leave_url"] for row in signed_in(cast, who).get("/me/notifications").context["items"]}


def test_notifications_say_who_did_what(cast: Cast):
    membership = cast.gus.memberships.get()
    set_roles(actor=cast.olga.actor, membership=membership, roles=["Analyst"])
    set_end(actor=cast.olga.actor, membership=membership, ends_at=datetime(2040, 12, 1, tzinfo=UTC))
    set_end(actor=cast.olga.actor, membership=membership, ends_at=None)

    assert list(news(cast, "gus"))[:3] == [
        "Olga Lindqvist lets you stay in Cedar without end",
        "Olga Lindqvist set your last day in Cedar: 30 Nov 2040",
        "Olga Lindqvist changed your role in Cedar to Analyst",
    ]


def test_membership_that_was_moved_is_told_and_not_left_from_where_it_was(cast: Cast):
    delete_community(actor=cast.olga.actor, community=cast.birch, members="move", to=cast.cedar_north)

    told = news(cast, "mia")

    assert told["Olga Lindqvist moved you from Birch to Cedar North"] is None
    assert not [url for text, url in told.items() if "Birch" in text and url]
