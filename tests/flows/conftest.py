"""Scenarios commit for real: several connections, threads, a mail server. The invariants hold at the end of each."""

from collections.abc import Iterator

import pytest

from tests.cast import Cast, make_cast
from tests.invariants import assert_sound


@pytest.fixture
def cast(transactional_db: None, django_db_serialized_rollback: None) -> Iterator[Cast]:
    yield make_cast()
    assert_sound()
