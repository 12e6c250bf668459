from collections.abc import Iterator

import pytest
from django.core.cache import cache

from guestlist.sso.models import Connection
from tests.cast import Cast
from tests.invariants import assert_sound
from tests.sso.acts import connect, creating
from tests.sso.provider import OpenId, running


@pytest.fixture
def cast(cast: Cast) -> Iterator[Cast]:
    """The cast of every test; the invariants hold when it is over, whatever it did."""
    yield cast
    assert_sound()


@pytest.fixture
def openid() -> Iterator[OpenId]:
    cache.clear()
    with running() as provider:
        yield provider


@pytest.fixture
def row(cast: Cast, openid: OpenId) -> Connection:
    return creating(cast, connect(cast, issuer=openid.url))
