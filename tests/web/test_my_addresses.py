"""My e-mail addresses: the list, adding, the link in the mail, primary, removing."""

from typing import Any
from urllib.parse import unquote

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guestlist.audit.models import Event
from guestlist.mail.models import Message
from guestlist.users.commands import request_address
from tests.cast import PASSWORD, Cast
from tests.sso.acts import connect
from tests.users.addresses import HOME, address_rows, asked, held, link_of
from tests.web.test_account_oracle import seen
from tests.web.visits import confirmed, signed_in

OWN = "ana@northwind.example"
NEW = "/me/addresses/new"


def browser(cast: Cast, who: str = "ana") -> Client:
    return confirmed(signed_in(cast, who))


def from_directory(cast: Cast, who: str) -> Client:
    """A browser whose session a directory opened."""
    row, client = connect(cast), signed_in(cast, who)
    session = client.session
    session["connection"] = str(row.id)
    session.save()
    return client


def words_of(answer: Any) -> str:
    """Without the places where an address may wrap."""
    return answer.content.decode().replace("<wbr>", "")


def page_of(client: Client) -> str:
    return words_of(client.get("/me/addresses"))


def test_list_says_which_is_primary_and_which_waits(cast: Cast):
    held(cast.ana)
    asked(cast.ana, "later@home.example")

    page = page_of(signed_in(cast, "ana"))

    assert [word in page for word in ("Primary", "Confirmed", "Waiting for confirmation", "Send again…")] == [True] * 4
    assert 'href="/me/addresses"' in signed_in(cast, "ana").get("/me").content.decode()
    assert "home.example" not in page_of(signed_in(cast, "nora"))


def test_list_costs_the_same_for_two_addresses_and_for_ten(cast: Cast):
    client, counts = signed_in(cast, "ana"), []
    for wanted in (range(1), range(1, 9)):
        for each in wanted:
            request_address(user=cast.ana, typed=f"ana{each}@home.example")
        page_of(client)
        with CaptureQueriesContext(connection) as statements:
            page_of(client)
        counts.append(len(statements))

    assert counts[0] == counts[1]
    assert "10 at most" in page_of(client)


def test_address_is_added_by_its_link(cast: Cast):
    client = browser(cast)

    sent = client.post(NEW, {"email": f" {HOME} "}, follow=True).content.decode()
    link = f"/address/{link_of(cast.ana)}"
    shown = words_of(client.get(link))
    done = client.post(link, follow=True).content.decode()

    assert f"A link is on its way to {HOME}." in sent and "Waiting for confirmation" in sent
    assert "Confirm the address" in shown and OWN in shown
    assert f"{HOME} is confirmed." in done and "Make primary…" in done
    assert Client().post("/login", {"email": HOME, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("typed", ["ana", "", OWN, "a@home.example\r\nBcc: b@home.example"])
def test_refused_address_says_so_beside_the_field_and_stays(cast: Cast, typed: str):
    answer = browser(cast).post(NEW, {"email": typed})

    assert (answer.status_code, list(answer.context["errors"])) == (422, ["email"])
    assert answer.context["values"]["email"] == typed
    assert not Message.objects.exists()


def test_answer_is_the_same_for_an_address_that_has_an_account(cast: Cast):
    """R-009"""
    costs = []

    for typed in ("nobody@northwind.example", cast.olga.email, "somebody@northwind.example"):
        with CaptureQueriesContext(connection) as statements:
            answer = browser(cast, "nora").post(NEW, {"email": typed})
        costs.append((seen(answer, typed)[:2], answer["Location"], len(statements)))

    assert costs[1] == costs[2]
    rows = browser(cast, "nora").get("/me/addresses").context["addresses"][1:]
    assert {(row["verified"], row["link_works"]) for row in rows} == {(False, True)}


@pytest.mark.parametrize("path", [NEW, "/me/addresses/{}/primary", "/me/addresses/{}/remove", "/me/addresses/{}/resend"])
def test_session_that_was_not_asked_lately_is_asked_first(cast: Cast, path: str):
    """R-036"""
    row = held(cast.ana)
    client, asked_at, before = signed_in(cast, "ana"), path.format(row.id), address_rows(cast.ana)

    answers = [unquote(act(asked_at)["Location"]) for act in (client.get, client.post)]

    assert answers == [f"/me/confirm?next={asked_at}"] * 2
    assert address_rows(cast.ana) == before


@pytest.mark.parametrize("path", ["/me/addresses", NEW, "/address/{token}"])
def test_session_of_a_directory_neither_sees_nor_changes_them(cast: Cast, path: str):
    """Design rule 14."""
    held(cast.ana)
    token = asked(cast.ana, "later@home.example")
    client, before = from_directory(cast, "ana"), address_rows(cast.ana)

    answers = [act(path.format(token=token)) for act in (client.get, client.post)]

    assert {answer.status_code for answer in answers} <= {302, 405}
    assert answers[0]["Location"].startswith("/me/confirm?")
    assert address_rows(cast.ana) == before
    assert "home.example" not in client.get("/me").content.decode() + client.get("/me/notifications").content.decode()
    assert confirmed(client).get(path.format(token=token)).status_code == 200


def test_opening_the_link_changes_nothing_whoever_opens_it(cast: Cast):
    """R-022: a mail scanner has no session, follows redirects, and asks with HEAD too."""
    link = f"/address/{asked(cast.ana)}"
    before = (address_rows(cast.ana), Event.objects.count())

    scanner = [getattr(Client(), verb)(link, follow=True).status_code for verb in ("get", "head", "post")]
    holder = [getattr(signed_in(cast, "ana"), verb)(link).status_code for verb in ("get", "head")]

    assert (scanner, holder) == ([200, 200, 200], [200, 200])
    assert (address_rows(cast.ana), Event.objects.count()) == before
    assert "no-store" in signed_in(cast, "ana").get(link)["Cache-Control"]


@pytest.mark.parametrize("who", ["olga", "nora", "otto"])
def test_link_in_the_session_of_somebody_else_uses_nothing_up(cast: Cast, who: str):
    link = f"/address/{asked(cast.ana)}"
    client = signed_in(cast, who)

    answers = [client.get(link), client.post(link)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert all("Ana Ferreira" not in words_of(answer) and OWN not in words_of(answer) for answer in answers)
    assert len(address_rows(cast.users[who])) == 1
    assert signed_in(cast, "ana").post(link).status_code == 302


def test_link_is_kept_through_signing_in_as_the_other_account(cast: Cast):
    link, client = f"/address/{asked(cast.ana)}", signed_in(cast, "nora")
    switch = client.get(link).context["switch_url"]

    door = client.post(switch, follow=True)
    client.post("/login", {"email": OWN, "password": PASSWORD, "next": link})

    assert unquote(door.redirect_chain[-1][0]) == f"/login?next={link}"
    assert client.post(link).status_code == 302
    assert (HOME, True, False) in address_rows(cast.ana)


@pytest.mark.parametrize("over", ["used", "replaced", "removed", "taken meanwhile"])
def test_link_that_is_over_says_so(cast: Cast, over: str):
    client, link = browser(cast), f"/address/{asked(cast.ana)}"
    row = EmailAddress.objects.get(email=HOME)
    {
        "used": lambda: client.post(link),
        "replaced": lambda: client.post(f"/me/addresses/{row.id}/resend"),
        "removed": lambda: client.post(f"/me/addresses/{row.id}/remove"),
        "taken meanwhile": lambda: held(cast.nora),
    }[over]()

    answer = client.post(link)

    assert answer.status_code == 410
    assert "This link has been used, or is too old" in answer.content.decode()


def test_primary_is_changed_and_the_old_one_removed(cast: Cast):
    row, client = held(cast.ana), browser(cast)
    question = client.get(f"/me/addresses/{row.id}/primary").content.decode()
    made = client.post(f"/me/addresses/{row.id}/primary", follow=True).content.decode()
    old = EmailAddress.objects.get(email=OWN)
    warning = client.get(f"/me/addresses/{old.id}/remove").content.decode()
    gone = client.post(f"/me/addresses/{old.id}/remove", follow=True).content.decode()

    assert f"Make {HOME} your primary address?" in question
    assert f"{HOME} is your primary address now." in made
    assert f"Remove {OWN}?" in warning and "no longer logs you in" in warning
    assert f"{OWN} is removed." in gone
    assert HOME in words_of(signed_in(cast, "olga").get("/w/northwind/team/birch/users"))
    assert Client().post("/login", {"email": OWN, "password": PASSWORD}).status_code == 422


def test_refused_act_says_why(cast: Cast):
    client, primary = browser(cast), EmailAddress.objects.get(email=OWN)

    refused = client.post(f"/me/addresses/{primary.id}/remove", follow=True).content.decode()

    assert "Make another one primary first." in refused
    assert client.get(f"/me/addresses/{primary.id}/steal").status_code == 404


@pytest.mark.parametrize("who", ["olga", "nora", "otto"])
@pytest.mark.parametrize("act", ["primary", "remove", "resend"])
def test_address_of_somebody_else_is_not_there(cast: Cast, who: str, act: str):
    row, client = held(cast.ana), browser(cast, who)
    path, before = f"/me/addresses/{row.id}/{act}", address_rows(cast.ana)

    answers: list[Any] = [client.get(path), client.post(path), client.get(f"/me/addresses/{10**30}/{act}")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert not any("home.example" in words_of(answer) for answer in answers)
    assert address_rows(cast.ana) == before


def test_notifications_tell_of_a_change_without_the_address(cast: Cast):
    held(cast.ana)

    page = signed_in(cast, "ana").get("/me/notifications").content.decode()

    assert "An e-mail address was added to your account" in page
    assert HOME not in page
