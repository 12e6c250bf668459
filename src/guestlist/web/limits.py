"""How often somebody may try: allauth's limits, counted in the database so that all processes share them. And how long an answer
takes that must not say what was found."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.core import ratelimit
from django.http import HttpRequest

LEAST = 0.25  # seconds


def limited(request: HttpRequest, action: str, *, key: str) -> bool:
    """True once the caller has tried too often; counting this try."""
    return not ratelimit.consume(request, action=action, key=key)


@contextmanager
def same_time() -> Iterator[None]:
    """What is done inside takes at least LEAST. Queueing a mail for an address that is known takes longer than finding that it is
    not; whoever measures answers would learn who has an account."""
    start = time.perf_counter()
    yield
    time.sleep(max(0.0, start + LEAST - time.perf_counter()))
