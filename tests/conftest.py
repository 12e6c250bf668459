"""The cast of design.md section 5, and what most tests need: a place, a sink for mail, the invariants after every scenario."""

from copy import deepcopy

import pytest

from tests.cast import Cast, make_cast
from tests.rows import Remembered

remembered_cast = Remembered(make_cast)


@pytest.fixture
def cast(db: None) -> Cast:
    return deepcopy(remembered_cast())
