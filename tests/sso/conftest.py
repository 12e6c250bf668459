from collections.abc import Iterator

import pytest

from tests.cast import Cast
from tests.invariants import assert_sound


@pytest.fixture
def cast(cast: Cast) -> Iterator[Cast]:
    """The cast of every test; the invariants hold when it is over, whatever it did."""
    yield cast
    assert_sound()
