"""Changing how one signs in asks who it is once more (R-036), and offers to end the other sessions (R-034)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
import time_machine
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guestlist.mail.models import Message
from guestlist.users.models import User
from guestlist.users.queries import factors_of, has_second_factor, waiting_codes
from tests.cast import PASSWORD, Cast
from tests.passkeys import now_code
from tests.web.proofs import app_of, methods, passkey_added, password_given
from tests.web.visits import signed_in

GATED = ("app", "app/remove", "codes", "codes.txt", "passkeys/new", "passkeys/1/rename", "passkeys/1/remove")


@pytest.fixture(autouse=True)
def no_tries_counted(db: None) -> None:
    cache.clear()


def secret_of(client: Client) -> str:
    shown: str = client.get("/me/security/app").context["secret"]
    return shown.replace(" ", "")


@pytest.mark.parametrize("gated", GATED)
@pytest.mark.parametrize("minutes", [4, 6])
def test_session_of_six_minutes_is_asked_again(cast: Cast, gated: str, minutes: int):
    """R-036"""
    client = password_given(cast.ana)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes)):
        asked = [client.get] if gated.endswith(".txt") else [client.get, client.post]
        for answer in [ask(f"/me/security/{gated}") for ask in asked]:
            sent = unquote(answer.get("Location", ""))

            assert (sent == f"/me/confirm?next=/me/security/{gated}") == (minutes == 6), answer


def test_old_session_changes_nothing(cast: Cast):
    """R-036"""
    secret = app_of(cast.ana)
    client = signed_in(cast, "ana")

    client.post("/me/security/app/remove")
    client.post("/me/security/codes", {"do": "new"})
    challenge = client.post("/me/security/passkeys/challenge")

    assert factors_of(cast.ana).totp_since and challenge.status_code == 302
    assert secret not in client.get("/me/security").content.decode()


def test_password_confirms_and_leads_back(cast: Cast):
    client = signed_in(cast, "ana")

    wrong = client.post("/me/confirm", {"do": "password", "password": "wrong", "next": "/me/security/app"})
    before = client.get("/me/security/app").status_code
    right = client.post("/me/confirm", {"do": "password", "password": PASSWORD, "next": "/me/security/app"})

    assert (wrong.status_code, before, right["Location"]) == (422, 302, "/me/security/app")
    assert client.get("/me/security/app").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "javascript:alert(1)"])
def test_confirming_leads_to_no_other_site(cast: Cast, target: str):
    answer = signed_in(cast, "ana").post("/me/confirm", {"do": "password", "password": PASSWORD, "next": target})

    assert answer["Location"] == "/me/security"


def test_code_and_passkey_confirm_and_count_as_second_factor(cast: Cast):
    secret = app_of(cast.ana)
    by_code = signed_in(cast, "ana")
    by_code.post("/me/confirm", {"do": "code", "code": now_code(secret)})
    key = passkey_added(by_code)
    by_passkey = signed_in(cast, "ana")
    by_passkey.post("/me/confirm", {"credential": key.sign(by_passkey.post("/me/confirm/passkey").json())})

    assert methods(by_code)[0] == "mfa" and methods(by_passkey) == ["mfa"]
    assert by_passkey.get("/me/security/app/remove").status_code == 200


def test_door_that_asks_for_a_factor_takes_no_password(cast: Cast):
    app_of(cast.ana)
    client = signed_in(cast, "ana")

    answer = client.post("/me/confirm?ask=factor", {"do": "password", "password": PASSWORD})

    assert (answer.status_code, methods(client)) == (422, [])


def test_who_came_through_a_connection_alone_is_not_taken_as_confirmed(cast: Cast):
    """Trap 7: an account with neither password nor factor is not fresh for ever. It is mailed a link."""
    User.objects.filter(id=cast.ana.id).update(password="!none")
    cast.ana.refresh_from_db()
    client = signed_in(cast, "ana")
    session = client.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": datetime.now(UTC).timestamp()}]
    session["account_authentication_methods_user"] = user_id_to_str(cast.ana)
    session.save()

    asked = client.get("/me/security/app")
    page = client.get("/me/confirm").content.decode()
    client.post("/me/confirm", {"do": "mail"})

    assert asked["Location"].startswith("/me/confirm")
    assert "nothing to confirm with" in page
    assert Message.objects.get(template="users/emails/password_reset").to_email == cast.ana.email
    assert client.get("/me/security/app").status_code == 302


def test_app_is_set_up_and_codes_shown_until_they_are_kept(cast: Cast):
    client = password_given(cast.ana)
    secret = secret_of(client)

    wrong = client.post("/me/security/app", {"code": "12"})
    same = secret_of(client)
    done = client.post("/me/security/app", {"code": now_code(secret)})
    codes = waiting_codes(cast.ana)
    page, file = client.get("/me/security/codes").content.decode(), client.get("/me/security/codes.txt")
    client.post("/me/security/codes", {"do": "keep"})

    assert (wrong.status_code, same, done["Location"]) == (422, secret, "/me/security/codes")
    assert all(code in page and code in file.content.decode() for code in codes) and len(codes) == 10
    assert "attachment" in file["Content-Disposition"] and "no-store" in file["Cache-Control"]
    assert not any(code in client.get("/me/security/codes").content.decode() for code in codes)
    assert client.get("/me/security/codes.txt").status_code == 404
    assert methods(client) == ["password", "mfa"]


def test_secret_that_is_not_set_up_yet_is_sealed_in_the_session(cast: Cast):
    client = password_given(cast.ana)

    assert secret_of(client) not in str(dict(client.session))


def test_other_sessions_go_on_and_ending_them_is_offered(cast: Cast):
    """R-034"""
    here, there = password_given(cast.ana), password_given(cast.ana)
    secret = secret_of(here)

    here.post("/me/security/app", {"code": now_code(secret)})
    alive = there.get("/me").status_code
    page = here.get("/me/security").content.decode()
    here.post("/me/sessions/others/end")

    assert alive == 200 and "/me/sessions/others/end" in page
    assert there.get("/me").status_code == 302


def test_removing_the_last_factor_closes_what_asks_for_one(cast: Cast):
    secret = app_of(cast.ana)
    client = password_given(cast.ana)
    client.post("/login/second", {"code": now_code(secret)})
    before = methods(client)

    client.post("/me/security/app/remove")

    assert (before, methods(client)) == (["password", "mfa"], ["password"])
    assert not has_second_factor(cast.ana) and not Authenticator.objects.exists()


def test_number_of_statements_does_not_grow_with_the_passkeys(cast: Cast):
    client = password_given(cast.ana)
    passkey_added(client)
    with CaptureQueriesContext(connection) as one:
        client.get("/me/security")
    for number in range(5):
        passkey_added(client, name=f"Key {number}")
    with CaptureQueriesContext(connection) as six:
        client.get("/me/security")

    assert len(six) == len(one)


def test_page_that_asked_for_a_factor_is_offered_once_there_is_one(cast: Cast):
    client = password_given(cast.ana)
    before = client.get("/me/security?next=/w/northwind").content.decode()
    passkey_added(client)
    client.post("/me/security/codes", {"do": "keep"})

    after = client.get("/me/security").content.decode()

    assert ('href="/w/northwind">Go on' in before, 'href="/w/northwind">Go on' in after) == (False, True)
    assert "evil.example" not in client.get("/me/security?next=//evil.example").content.decode()


def test_change_is_shown_among_the_notifications(cast: Cast):
    client = password_given(cast.ana)
    passkey_added(client, name="Phone")

    assert "The passkey Phone was added to your account" in client.get("/me/notifications").content.decode()
    assert "Phone" not in signed_in(cast, "otto").get("/me/notifications").content.decode()
