"""After the password: the code, a recovery code or a passkey. Until then nobody is signed in."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from guestlist.api.site import api
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.links import sign_link
from guestlist.mail.models import Message
from guestlist.members.commands import disable_user, reset_second_factor
from guestlist.users.commands import request_password_reset
from guestlist.users.models import Session, User
from guestlist.users.queries import waiting_codes
from tests.cast import PASSWORD, Cast
from tests.passkeys import now_code
from tests.web.proofs import app_of, is_in, methods, passkey_added, password_given
from tests.web.visits import ask

NEW = "seven tall ships at anchor"


@pytest.fixture(autouse=True)
def no_tries_counted(db: None) -> None:
    cache.clear()


def test_password_alone_does_not_sign_in(cast: Cast):
    """R-012"""
    secret = app_of(cast.ana)

    client = Client()
    answer = client.post("/login", {"email": cast.ana.email, "password": PASSWORD, "next": "/me/notifications"})
    before = is_in(client)
    done = client.post("/login/second", {"code": now_code(secret)})

    assert (answer["Location"], before) == ("/login/second", False)
    assert (done["Location"], is_in(client)) == ("/me/notifications", True)
    assert methods(client) == ["password", "mfa"]


def test_recovery_code_signs_in_once(cast: Cast):
    app_of(cast.ana)
    code = waiting_codes(cast.ana)[0]

    answers = [password_given(cast.ana).post("/login/second", {"code": code}).status_code for _ in range(2)]

    assert answers == [302, 422]


def test_wrong_code_says_so_and_asks_again(cast: Cast):
    app_of(cast.ana)
    client = password_given(cast.ana)

    answer = client.post("/login/second", {"code": "12"})

    assert (answer.status_code, list(answer.context["errors"])) == (422, ["code"])
    assert client.get("/login/second").status_code == 200


def test_passkey_is_a_second_factor_after_the_password(cast: Cast):
    key = passkey_added(password_given(cast.ana))

    client = password_given(cast.ana)
    before = is_in(client)
    client.post("/login/second", {"credential": key.sign(client.post("/login/second/passkey").json())})

    assert (before, is_in(client)) == (False, True)
    assert methods(client) == ["password", "mfa"]


def test_passkey_of_another_is_not_mine(cast: Cast):
    passkey_added(password_given(cast.ana))
    foreign = passkey_added(password_given(cast.otto))
    client = password_given(cast.ana)

    answer = client.post("/login/second", {"credential": foreign.sign(client.post("/login/second/passkey").json())})

    assert (answer.status_code, is_in(client)) == (422, False)


def test_half_finished_login_can_call_nothing(cast: Cast):
    """R-039"""
    app_of(cast.olga)
    client = password_given(cast.olga)
    operations = [
        (method, re.sub(r"\{\w+\}", "northwind", path))
        for path, found in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
        for method in found
    ]

    answers = {(method, path): client.generic(method.upper(), path).status_code for method, path in operations}

    assert len(answers) > 15
    assert set(answers.values()) == {401}
    for page in ("/", "/me", "/me/security", "/me/security/app", "/me/confirm", "/w/northwind", "/me/export"):
        assert client.get(page)["Location"].startswith("/login")


def test_half_finished_login_is_wiped_by_logout(cast: Cast):
    """R-039"""
    secret = app_of(cast.ana)
    client = password_given(cast.ana)

    client.post("/logout")
    answer = client.post("/login/second", {"code": now_code(secret)})

    assert answer["Location"] == "/login"
    assert not is_in(client)


def test_half_finished_login_ends_after_a_quarter_of_an_hour(cast: Cast):
    secret = app_of(cast.ana)
    client = password_given(cast.ana)

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        client.post("/login/second", {"code": now_code(secret)})

        assert not is_in(client)


def new_password(user: User) -> None:
    user.set_password(NEW)
    user.save()


def disabled(user: User) -> None:
    disable_user(actor=OPERATOR, user=user)


def factor_reset(user: User) -> None:
    reset_second_factor(actor=OPERATOR, user=user)


@pytest.mark.parametrize("meanwhile", [new_password, disabled, factor_reset])
def test_half_finished_login_ends_when_the_account_changes(cast: Cast, meanwhile: Callable[[User], None]):
    secret = app_of(cast.ana)
    client = password_given(cast.ana)

    meanwhile(cast.ana)
    answer = client.post("/login/second", {"code": now_code(secret)})

    assert (answer["Location"], is_in(client)) == ("/login", False)
    assert client.get("/login/second")["Location"] == "/login"


def test_session_gets_a_new_id_at_each_step_and_the_old_is_dead(cast: Cast):
    """R-030"""
    secret = app_of(cast.ana)
    client = Client()
    client.post("/login/passkey")
    ids = [client.session.session_key]

    client.post("/login", {"email": cast.ana.email, "password": PASSWORD})
    ids.append(client.session.session_key)
    client.post("/login/second", {"code": now_code(secret)})
    ids.append(client.session.session_key)
    client.post("/me/confirm", {"do": "password", "password": PASSWORD})
    ids.append(client.session.session_key)

    assert len(set(ids)) == 4
    assert list(Session.objects.filter(session_key__in=ids).values_list("session_key", flat=True)) == ids[-1:]


def test_reset_link_does_not_pass_by_the_second_factor(cast: Cast):
    """R-015"""
    secret = app_of(cast.ana)
    request_password_reset(user=cast.ana)
    mail = Message.objects.get(template="users/emails/password_reset")
    client = Client()

    token = sign_link(mail.link_purpose, mail.link_subject, mail.link_version)
    answer = client.post(f"/password/{token}", {"password": NEW})
    before = is_in(client)
    client.post("/login/second", {"code": now_code(secret)})

    assert (answer["Location"], before, is_in(client)) == ("/login/second", False, True)


def test_invitation_does_not_pass_by_the_second_factor(cast: Cast):
    """R-015: whoever has an account logs in to accept, with all that this takes."""
    secret = app_of(cast.otto)
    cast.northwind.existing_users = "ask"
    cast.northwind.save()
    row = ask(cast, "birch", cast.otto.email)[0]
    path = f"/join/{sign_link('invitation', row.id, '1')}"
    client = password_given(cast.otto)
    shown = client.get(path).context["shown"]

    refused = client.post(path, {"do": "join", "name": "Otto", "password": PASSWORD, "shown": shown})
    sent = client.post(path, {"do": "accept", "shown": shown})
    before = cast.otto.memberships.count()
    client.post("/login/second", {"code": now_code(secret)})
    client.post(path, {"do": "accept", "shown": client.get(path).context["shown"]})

    assert (refused.status_code, sent["Location"].startswith("/login"), before) == (422, True, 0)
    assert cast.otto.memberships.count() == 1


def test_guessing_codes_is_stopped_here_and_not_for_the_owner_elsewhere(cast: Cast):
    secret = app_of(cast.ana)
    thief = password_given(cast.ana, REMOTE_ADDR="198.51.100.7")
    owner = password_given(cast.ana, REMOTE_ADDR="203.0.113.9")

    guesses = [thief.post("/login/second", {"code": f"{n:06}"}) for n in range(7)]
    thief.post("/login/second", {"code": now_code(secret)})
    owner.post("/login/second", {"code": now_code(secret)})

    assert [str(each.context["errors"]["code"]).startswith("Too many") for each in guesses] == [False] * 5 + [True] * 2
    assert (is_in(thief), is_in(owner)) == (False, True)


def test_guessing_from_many_places_is_stopped_for_an_hour_and_no_longer(cast: Cast):
    secret = app_of(cast.ana)
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False):
        for n in range(31):
            password_given(cast.ana, REMOTE_ADDR=f"198.51.100.{n}").post("/login/second", {"code": "000000"})
        owner = password_given(cast.ana, REMOTE_ADDR="203.0.113.9")
        stopped = owner.post("/login/second", {"code": now_code(secret)}).status_code

    with time_machine.travel(start + timedelta(minutes=61), tick=False):
        owner = password_given(cast.ana, REMOTE_ADDR="203.0.113.9")
        later = owner.post("/login/second", {"code": now_code(secret)}).status_code

    assert (stopped, later) == (422, 302)


def test_guessing_from_many_places_does_not_keep_the_holders_browser_out(cast: Cast):
    secret = app_of(cast.ana)
    typed, before = {"email": cast.ana.email, "password": PASSWORD}, datetime.now(UTC) - timedelta(minutes=1)
    with time_machine.travel(before, tick=False):
        holder = password_given(cast.ana)
        holder.post("/login/second", {"code": now_code(secret)})
        holder.post("/logout")
    for n in range(31):
        password_given(cast.ana, REMOTE_ADDR=f"198.51.100.{n}").post("/login/second", {"code": "000000"})

    holder.post("/login", typed)
    holder.post("/login/second", {"code": now_code(secret)})

    assert is_in(holder)


def test_holders_browser_guesses_no_more_than_others(cast: Cast):
    secret = app_of(cast.ana)
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=1), tick=False):
        holder = password_given(cast.ana)
        holder.post("/login/second", {"code": now_code(secret)})
        holder.post("/logout")
    holder.post("/login", {"email": cast.ana.email, "password": PASSWORD})

    guesses = [holder.post("/login/second", {"code": f"{n:06}"}) for n in range(7)]

    assert [str(each.context["errors"]["code"]).startswith("Too many") for each in guesses] == [False] * 5 + [True] * 2
