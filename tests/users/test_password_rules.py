"""R-001 to R-005 of the reliability promises: which passwords are taken, and that they are verified exactly as typed."""

import pytest

from guestlist.invitations.commands import accept_as_new_user
from guestlist.invitations.queries import open_invitation
from guestlist.users.commands import hash_new_password
from guestlist.users.errors import WeakPassword
from guestlist.users.models import User
from tests.cast import Cast
from tests.invitations.acts import invited, link, state_of_everything

JULES = "jules.marchand@harbour.example"


def join(cast: Cast, password: str) -> User:
    invitation = invited(cast, "olga", JULES, birch="Guest")
    token = link(invitation)
    shown = open_invitation(token).shown
    return accept_as_new_user(token=token, shown=shown, name="Jules Marchand", password=password, language="en").user


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
    "own name twice": "marchandMARCHAND",
    "own address": "jules.marchand@harbour.example",
    "local part": "jules.marchand1",
    "workspace": "NorthwindSecurity",
    "product": "guestlistguestlist",
    "product and a year": "Guestlist2026!!",
}


@pytest.mark.parametrize("password", GOOD.values(), ids=GOOD.keys())
def test_good_password_is_taken_and_verified_exactly_as_typed(cast: Cast, password: str):
    user = join(cast, password)

    assert user.check_password(password)
    for other in (password[:-1], password + " ", password.strip() if password != password.strip() else password + "x"):
        assert not user.check_password(other)
    if password.swapcase() != password:
        assert not user.check_password(password.swapcase())


@pytest.mark.parametrize("password", WEAK.values(), ids=WEAK.keys())
def test_weak_password_is_refused_with_a_sentence_and_nothing_changes(cast: Cast, password: str):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    token = link(invitation)
    shown = open_invitation(token).shown
    before = state_of_everything()

    with pytest.raises(WeakPassword) as refused:
        accept_as_new_user(token=token, shown=shown, name="Jules Marchand", password=password, language="en")

    assert all(reason.endswith(".") for reason in refused.value.reasons) and refused.value.reasons
    assert password not in str(refused.value) or not password
    assert state_of_everything() == before


def test_long_password_is_not_cut_off(cast: Cast):
    user = join(cast, "a b c d e f g h " * 5)

    assert not user.check_password(("a b c d e f g h " * 5)[:72])


def test_password_is_kept_as_argon2_only(cast: Cast):
    user = join(cast, "seven tall ships at anchor")

    assert user.password.startswith("argon2$argon2id$")
    assert "seven" not in user.password


@pytest.mark.parametrize("kind", sorted(WEAK.keys() - {"workspace"}))  # a reset belongs to no workspace
def test_same_rules_hold_on_reset(kind: str):
    with pytest.raises(WeakPassword):
        hash_new_password(password=WEAK[kind], name="Jules Marchand", words=(JULES,))
