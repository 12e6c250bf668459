"""/me/addresses: the caller's own, asked and changed by a session that was confirmed lately; nothing for keys."""

import pytest
from allauth.account.models import EmailAddress

from guestlist.mail.models import Message
from tests.api.callers import as_confirmed, as_key, as_user, code_of
from tests.cast import Cast
from tests.sso.acts import connect
from tests.users.addresses import HOME, address_rows, held

OWN = "ana@northwind.example"
PATH = "/me/addresses"


def test_user_sees_theirs_page_by_page(cast: Cast):
    held(cast.ana)
    caller = as_user(cast.ana)

    whole = caller.get(PATH).json()
    first = caller.get(PATH, limit=1).json()
    second = caller.get(PATH, limit=1, cursor=first["next_cursor"]).json()

    assert [(each["email"], each["primary"], each["verified"], each["link_works"]) for each in whole["items"]] == [
        (OWN, True, True, False),
        (HOME, False, True, False),
    ]
    assert first["items"] + second["items"] == whole["items"]


def test_address_is_asked_for_made_primary_and_removed(cast: Cast):
    caller = as_confirmed(cast.ana)

    made = caller.post(PATH, {"email": f" {HOME} "})
    waits = code_of(caller.post(f"{PATH}/{made.json()['id']}/primary"))
    EmailAddress.objects.filter(email=HOME).update(verified=True)
    primary = caller.post(f"{PATH}/{made.json()['id']}/primary")
    old = EmailAddress.objects.get(email=OWN)
    refused = code_of(caller.delete(f"{PATH}/{made.json()['id']}"))
    removed = caller.delete(f"{PATH}/{old.id}")

    assert (made.status_code, made.json()["verified"], made.json()["link_works"]) == (201, False, True)
    assert (waits, refused) == ((409, "address_waits"), (409, "primary_address"))
    assert (primary.status_code, primary.json()["primary"], removed.status_code) == (200, True, 204)
    assert caller.get("/me").json()["email"] == HOME
    assert address_rows(cast.ana) == [(HOME, True, True)]


@pytest.mark.parametrize(
    ("email", "answer"),
    [("ana", (422, "invalid_address")), ("", (422, "invalid_address")), (OWN, (409, "address_yours")), (["a@x.example"], None)],
)
def test_refused_address_is_named_by_its_code(cast: Cast, email: object, answer: tuple[int, str] | None):
    """R-100; a list of addresses is no address (GitLab CVE-2023-7028)."""
    assert code_of(as_confirmed(cast.ana).post(PATH, {"email": email})) == (answer or (422, "invalid_request"))
    assert not Message.objects.exists()


def test_answer_is_the_same_for_an_address_that_has_an_account(cast: Cast):
    """R-009"""
    caller = as_confirmed(cast.nora)

    free, taken = (caller.post(PATH, {"email": each}) for each in ("nobody@northwind.example", cast.olga.email))

    plain = {"primary": False, "verified": False, "link_works": True}
    assert free.status_code == taken.status_code == 201
    assert all({name: answer.json()[name] for name in plain} == plain for answer in (free, taken))
    assert set(free.json()) == set(taken.json()) == {"id", "email", *plain}
    assert set(free.headers) == set(taken.headers)


def test_too_many_links_are_429(cast: Cast):
    caller = as_confirmed(cast.ana)

    answers = [caller.post(PATH, {"email": HOME}) for _ in range(6)]

    assert [each.status_code for each in answers[:5]] == [201] * 5
    assert code_of(answers[5]) == (429, "too_many_links")


def test_sent_again_under_one_key_it_mails_once(cast: Cast):
    caller = as_confirmed(cast.ana)

    answers = [caller.post(PATH, {"email": HOME}, Idempotency_Key="one") for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert Message.objects.count() == 1


def test_session_that_was_not_asked_lately_changes_nothing(cast: Cast):
    """R-036"""
    row, caller = held(cast.ana), as_user(cast.ana)
    before = address_rows(cast.ana)

    answers = [
        caller.post(PATH, {"email": "x@x.example"}),
        caller.post(f"{PATH}/{row.id}/primary"),
        caller.delete(f"{PATH}/{row.id}"),
    ]

    assert {code_of(each) for each in answers} == {(403, "confirm_first")}
    assert address_rows(cast.ana) == before


def test_session_of_a_directory_does_not_see_them(cast: Cast):
    """Design rule 14."""
    held(cast.ana)
    row, caller = connect(cast), as_user(cast.ana)
    session = caller.client.session
    session["connection"] = str(row.id)
    session.save()

    assert code_of(caller.get(PATH)) == (403, "confirm_first")
    assert "home.example" not in caller.get("/me").content.decode()


@pytest.mark.parametrize("who", ["olga", "nora", "otto"])
def test_address_of_somebody_else_is_not_there(cast: Cast, who: str):
    row, caller = held(cast.ana), as_confirmed(cast.users[who])
    before = address_rows(cast.ana)

    answers = [
        act for id in (row.id, 10**30, "x", "٣") for act in (caller.post(f"{PATH}/{id}/primary"), caller.delete(f"{PATH}/{id}"))
    ]

    assert {code_of(each) for each in answers} == {(404, "not_found")}
    assert address_rows(cast.ana) == before
    assert "home.example" not in caller.get(PATH).content.decode()


def test_key_has_no_addresses(cast: Cast):
    row, key = held(cast.ana), as_key(cast.main)

    answers = [
        key.get(PATH),
        key.post(PATH, {"email": HOME}),
        key.post(f"{PATH}/{row.id}/primary"),
        key.delete(f"{PATH}/{row.id}"),
    ]

    assert {code_of(each) for each in answers} == {(404, "not_found")}
