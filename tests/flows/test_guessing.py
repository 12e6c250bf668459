"""Many wrong passwords at the same moment count as many (R-008)."""

from functools import partial

from guestlist.users.commands import verify_password
from guestlist.users.models import Tries
from tests.cast import PASSWORD, Cast
from tests.flows.together import kinds, together


def guess(cast: Cast, password: str, source: str) -> partial[object]:
    return partial(verify_password, address=cast.ana.email, password=password, source=source, browsers={})


def test_no_more_slip_through_at_once_than_one_after_the_other(cast: Cast):
    """R-008"""
    results = together(*[guess(cast, "wrong password", "192.0.2.1") for _ in range(12)])

    assert kinds(results) == ["NoneType"] * 5 + ["TooManyTries"] * 7
    assert Tries.objects.get(key=f"together:{cast.ana.id.hex}").failures == 5


def test_right_and_wrong_at_once_do_not_wait_for_each_other(cast: Cast):
    """R-008: each try takes its rows in the same order."""
    acts = [guess(cast, PASSWORD if number % 2 else "wrong password", f"192.0.2.{number}") for number in range(12)]

    results = together(*acts)

    assert kinds(results) == ["NoneType"] * 6 + ["User"] * 6
    assert Tries.objects.get(key=f"together in a row:{cast.ana.id.hex}").failures == 6
