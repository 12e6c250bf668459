"""R-001 to R-007: which passwords are taken, and that they are verified exactly as typed."""

import time

import pytest
from django.test import Client
from pytest_django import Settings

from guestlist.invitations.commands import accept_as_new_user
from guestlist.invitations.queries import open_invitation
from guestlist.users.commands import change_password, hash_new_password, reset_password
from guestlist.users.errors import WeakPassword
from guestlist.users.models import User
from guestlist.users.rules import CommonPasswordValidator
from tests.cast import PASSWORD, Cast
from tests.invitations.acts import invited, link, state_of_everything
from tests.users.test_reset_password import reset_link

JULES = "jules.marchand@harbour.example"
FIRST = "seven tall ships at anchor"


def join(cast: Cast, password: str) -> User:
    """The first password, through an invitation."""
    invitation = invited(cast, "olga", JULES, birch="Guest")
    token = link(invitation)
    shown = open_invitation(token).shown
    return accept_as_new_user(token=token, shown=shown, name="Jules Marchand", password=password, language="en").user


def reset(cast: Cast, password: str) -> User:
    return reset_password(token=reset_link(join(cast, FIRST)), password=password)


def change(cast: Cast, password: str) -> User:
    user = join(cast, FIRST)
    change_password(user=user, old=FIRST, new=password, keep="")
    return user


PATHS = {"join": join, "reset": reset, "change": change}
GOOD = {
    "15 letters": "abcdefghijkxmno",
    "15 characters of four bytes": "🦊🐙🌵🎈🚲🪁🧭🪵🥁🛶🧵🎺🪴🦔🦀",
    "no composition": "correct horse battery staple",
    "spaces around": "  seven tall ships  ",
    "64 characters": "seven tall ships at anchor " * 2 + "0123456789",
    "128 characters": "w0rd!" * 25 + "abc",
    "1024 characters": "w0rd!" * 204 + "abcd",
    "holds the name among other things": "marchand sells seven tall ships",
}
WEAK = {
    "empty": "",
    "14 letters": "abcdefghijkxmn",
    "14 characters of four bytes": "🦊🐙🌵🎈🚲🪁🧭🪵🥁🛶🧵🎺🪴🦔",
    "1025 characters": "w0rd!" * 205,
    "a megabyte": "w0rd!" * 200_000,
    "common": "1qaz2wsx3edc4rfv",
    "common twice": "passwordpassword",
    "one letter over and over": "a" * 20,
    "a few over and over": "w0rd!" * 4,
    "common in capitals": "1QAZ2WSX3EDC4RFV",
    "own name": "JulesMarchand12",
    "own name and as much again": "JulesMarchand1357924680135",
    "own name twice": "marchandMARCHAND",
    "own address": "jules.marchand@harbour.example",
    "local part": "jules.marchand1",
    "workspace": "NorthwindSecurity",
    "workspace and digits": "northwind-1234567",
    "two common ones": "dragonsunshine1",
    "common ones with signs between": "Monkey_Football!",
    "common with digits behind": "password1234567",
    "along the keyboard": "qwertyuiopasdfgh",
    "digits in order": "123456789012345",
    "product": "guestlistguestlist",
    "product and a year": "Guestlist2026!!",
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("password", GOOD.values(), ids=GOOD.keys())
def test_good_password_is_taken_and_verified_exactly_as_typed(cast: Cast, password: str, path: str):
    """R-001, R-002, R-003, R-004: on all three paths."""
    user = PATHS[path](cast, password)

    assert user.check_password(password)
    for other in (password[:-1], password + " ", password.strip() if password != password.strip() else password + "x"):
        assert not user.check_password(other)
    if password.swapcase() != password:
        assert not user.check_password(password.swapcase())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("password", WEAK.values(), ids=WEAK.keys())
def test_weak_password_is_refused_with_a_sentence(cast: Cast, password: str, path: str):
    """R-001, R-002, R-005: on all three paths."""
    with pytest.raises(WeakPassword) as refused:
        PATHS[path](cast, password)

    assert all(reason.endswith(".") for reason in refused.value.reasons) and refused.value.reasons
    assert password not in str(refused.value) or not password


def test_refused_password_changes_nothing(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    token = link(invitation)
    shown = open_invitation(token).shown
    before = state_of_everything()

    with pytest.raises(WeakPassword):
        accept_as_new_user(token=token, shown=shown, name="Jules Marchand", password="short", language="en")

    assert state_of_everything() == before


def test_bound_is_told_on_the_page_before_and_after(cast: Cast):
    """R-002"""
    page = f"/join/{link(invited(cast, 'olga', JULES, birch='Guest'))}"
    client = Client()
    shown = client.get(page)

    refused = client.post(page, {"do": "join", "name": "Jules", "password": "w0rd!" * 205, "shown": shown.context["shown"]})

    assert "15 to 1,024 characters" in shown.content.decode()
    assert refused.context["errors"]["password"] == "Use at most 1,024 characters."


def test_list_of_common_passwords_covers_many_that_are_long_enough():
    """R-005: 3,000 and more of 15 characters or more, without the Internet."""
    common = sorted(CommonPasswordValidator().passwords)
    long = [f"{first}{second}" for first in common[::200] for second in common[7::300] if len(first + second) >= 15]

    taken = [password for password in long if is_taken(password)]

    assert len(common) > 19_000 and len(long) > 3_000
    assert taken == []


def is_taken(password: str) -> bool:
    try:
        hash_new_password(password=password, name="Jules Marchand", words=())
    except WeakPassword:
        return False
    return True


def test_judging_a_long_password_takes_no_longer_than_reading_it():
    """R-002, R-107"""
    start = time.perf_counter()

    for password in ("a" * 1_000_000, "password" * 100_000, "ab" * 512):
        assert not is_taken(password)

    assert time.perf_counter() - start < 2


def test_hash_is_made_anew_with_the_parameters_of_today_at_the_next_sign_in(cast: Cast, settings: Settings):
    """R-007"""
    before = User.objects.get(id=cast.ana.id).password
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

    answer = Client().post("/login", {"email": cast.ana.email, "password": PASSWORD})

    after = User.objects.get(id=cast.ana.id).password
    assert answer.status_code == 302
    assert ("m=8,t=1,p=1" in before, "m=102400,t=2,p=8" in after) == (True, True)
    assert User.objects.get(id=cast.ana.id).check_password(PASSWORD)


def test_long_password_is_not_cut_off(cast: Cast):
    """R-003"""
    user = join(cast, "one tall ship at a time " * 4)

    assert not user.check_password(("one tall ship at a time " * 4)[:72])


def test_password_is_kept_as_argon2_only(cast: Cast):
    """R-007"""
    user = join(cast, "seven tall ships at anchor")

    assert user.password.startswith("argon2$argon2id$")
    assert "seven" not in user.password
