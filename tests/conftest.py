"""The cast of design.md section 5, and what most tests need: a place, a sink for mail, the invariants after every scenario."""

import pytest

from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()
