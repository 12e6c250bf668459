"""Passkeys: added, signed in with, joined with; and what is refused."""

import json

import pytest
from django.core.cache import cache
from django.test import Client
from django.test.utils import override_settings

from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.links import sign_link
from guestlist.members.commands import disable_user
from guestlist.users.models import User
from guestlist.users.queries import passkeys_of
from tests.cast import PASSWORD, Cast
from tests.invariants import assert_sound
from tests.passkeys import SoftKey
from tests.web.proofs import is_in, methods, passkey_added, password_given, signed_in_by
from tests.web.visits import ask


@pytest.fixture(autouse=True)
def no_tries_counted(db: None) -> None:
    cache.clear()


def joined(cast: Cast, client: Client, name: str = "Jules Moreau") -> tuple[SoftKey, User | None]:
    path = f"/join/{sign_link('invitation', ask(cast, 'birch', 'jules@birch.example')[0].id, '1')}"
    shown = client.get(path).context["shown"]
    key = SoftKey()
    challenge = client.post(f"{path}/passkey", {"name": name})
    credential = key.make(challenge.json()) if challenge.status_code == 200 else ""
    client.post(path, {"do": "join", "name": name, "shown": shown, "credential": credential})
    return key, User.objects.filter(email="jules@birch.example").first()


def test_passkey_signs_in_without_name_and_password(cast: Cast):
    key = passkey_added(password_given(cast.ana))

    client = signed_in_by(key)

    assert client.get("/me").context["email"] == cast.ana.email
    assert methods(client) == ["mfa"]
    assert passkeys_of(cast.ana).get().last_used_at is not None


def test_setting_one_up_counts_as_shown_in_this_session(cast: Cast):
    client = password_given(cast.ana)

    passkey_added(client)

    assert methods(client) == ["password", "mfa"]


def test_answer_is_good_once_and_for_its_own_challenge_only(cast: Cast):
    key = passkey_added(password_given(cast.ana))
    client = Client()
    first = client.post("/login/passkey").json()
    answer = key.sign(first)

    stranger = Client()
    stranger.post("/login/passkey")
    foreign = stranger.post("/login", {"credential": answer})
    client.post("/login", {"credential": answer})
    client.post("/logout")
    client.post("/login/passkey")
    again = client.post("/login", {"credential": answer})

    assert (foreign.status_code, again.status_code) == (422, 422)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://evil.localhost:8000", "http://localhost:9999"])
def test_answer_made_for_another_site_is_refused(cast: Cast, origin: str):
    client = password_given(cast.ana)
    passkey_added(client, origin=origin)
    key = passkey_added(client)
    key.origin = origin

    assert passkeys_of(cast.ana).count() == 1
    assert not is_in(signed_in_by(key))


def test_key_that_did_not_ask_who_touches_it_is_refused(cast: Cast):
    client = password_given(cast.ana)
    passkey_added(client, verified=False)
    none = passkeys_of(cast.ana).count()
    key = passkey_added(client)
    key.verified = False

    assert none == 0
    assert not is_in(signed_in_by(key))


@pytest.mark.parametrize(
    "junk", ["", "x", "[]", "{}", '"x"', "null", '{"response": {}}', '{"id": 1, "response": {"clientDataJSON": "e30"}}']
)
def test_junk_is_refused_in_a_sentence(cast: Cast, junk: str):
    client = password_given(cast.ana)
    client.post("/me/security/passkeys/challenge")
    stranger = Client()
    stranger.post("/login/passkey")

    assert client.post("/me/security/passkeys/new", {"name": "x", "credential": junk}).status_code == 422
    assert stranger.post("/login", {"credential": junk}).status_code == 422


def test_forged_signature_and_somebody_elses_handle_are_refused(cast: Cast):
    ana, otto = passkey_added(password_given(cast.ana)), passkey_added(password_given(cast.otto))
    otto.handle = ana.handle
    client = Client()
    answer = json.loads(ana.sign(client.post("/login/passkey").json()))
    answer["response"]["signature"] = answer["response"]["signature"][:-4] + "AAAA"

    assert client.post("/login", {"credential": json.dumps(answer)}).status_code == 422
    assert not is_in(signed_in_by(otto))


def test_disabled_account_does_not_open(cast: Cast):
    key = passkey_added(password_given(cast.ana))
    disable_user(actor=OPERATOR, user=cast.ana)

    assert not is_in(signed_in_by(key))


def test_removed_passkey_does_not_open(cast: Cast):
    client = password_given(cast.ana)
    key = passkey_added(client)
    row = passkeys_of(cast.ana).get()

    answer = client.post(f"/me/security/passkeys/{row.id}/remove")

    assert answer.status_code == 302
    assert not is_in(signed_in_by(key))
    assert methods(client) == ["password"]


def test_passkey_of_another_cannot_be_touched(cast: Cast):
    passkey_added(password_given(cast.ana))
    row = passkeys_of(cast.ana).get()

    for who in ("otto", "nora", "olga"):
        client = password_given(cast.users[who])
        for act in ("rename", "remove"):
            path = f"/me/security/passkeys/{row.id}/{act}"
            assert (client.get(path).status_code, client.post(path, {"name": "Mine"}).status_code) == (404, 404)
    assert passkeys_of(cast.ana).get().data["name"] == "Phone"


def test_guest_joins_with_a_passkey_and_has_no_password(cast: Cast, client: Client):
    key, jules = joined(cast, client)

    assert jules is not None and jules.can_sign_in and not jules.has_usable_password()
    assert client.get("/w/northwind/team/birch/users").status_code == 200
    assert methods(client) == ["mfa"]
    assert is_in(signed_in_by(key))
    assert Client().post("/login", {"email": jules.email, "password": PASSWORD}).status_code == 422
    assert_sound()


def test_joining_with_a_passkey_needs_a_name(cast: Cast, client: Client):
    _, jules = joined(cast, client, name=" ")

    assert jules is None


def test_joining_with_a_credential_made_for_nothing_is_refused(cast: Cast, client: Client):
    path = f"/join/{sign_link('invitation', ask(cast, 'birch', 'jules@birch.example')[0].id, '1')}"
    shown = client.get(path).context["shown"]
    challenge = password_given(cast.otto).post("/me/security/passkeys/challenge").json()

    answer = client.post(path, {"do": "join", "name": "Jules", "shown": shown, "credential": SoftKey().make(challenge)})

    assert answer.status_code == 422
    assert not User.objects.filter(email="jules@birch.example").exists()


def test_challenge_to_join_changes_nothing(cast: Cast, client: Client):
    row = ask(cast, "birch", "jules@birch.example")[0]

    client.post(f"/join/{sign_link('invitation', row.id, '1')}/passkey", {"name": "Jules"})

    row.refresh_from_db()
    assert (row.state, User.objects.filter(email="jules@birch.example").count()) == ("pending", 0)


def test_who_has_only_a_passkey_keeps_it_until_there_is_a_password(cast: Cast, client: Client):
    _, jules = joined(cast, client)
    assert jules is not None
    row = passkeys_of(jules).get()
    remove = f"/me/security/passkeys/{row.id}/remove"

    kept = client.post(remove, follow=True)
    client.post("/me/password", {"password": "seven tall ships at anchor"})
    client.post(remove)

    assert "only way into your account" in kept.content.decode()
    assert not passkeys_of(jules).exists()
    assert Client().post("/login", {"email": jules.email, "password": "seven tall ships at anchor"}).status_code == 302


def test_account_without_a_password_is_closed_by_its_passkey(cast: Cast, client: Client):
    key, jules = joined(cast, client)
    assert jules is not None

    answer = client.post("/me/close", {"email": jules.email})

    assert answer["Location"] == "/login"
    assert not is_in(signed_in_by(key))


def test_cookies_are_kept_from_scripts_and_nothing_lies_in_the_browser(cast: Cast):
    """R-038"""
    with override_settings(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME="__Host-guestlist"):
        client = Client()
        client.post("/login", {"email": cast.ana.email, "password": PASSWORD}, secure=True)
        cookie = client.cookies["__Host-guestlist"]

    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        True,
        True,
        "Lax",
        "/",
        "",
    )
