"""Turns in asking directories: one that is slow keeps those waiting who came to it, and nobody else. Whoever waits for a directory
occupies one of the few threads of a web process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, get_ident

from django.conf import settings
from django.core.cache import cache

IN_LINE = 1.0  # seconds that somebody waits for a turn
SLOW = 3.0  # seconds after which a question that failed is taken for silence
PAUSE = 30  # seconds between two who try whether a silent directory speaks again
FORGOTTEN = 3600

_turns = BoundedSemaphore(settings.SSO_AT_ONCE)
_begun: dict[int, float] = {}  # thread to when it began to ask


class NoTurn(Exception):
    """Too many at once, or a directory that did not answer a moment ago."""


@contextmanager
def turn(connection: str) -> Iterator[None]:
    """Ask the directory of this connection (its id) one thing inside this. Raises NoTurn: at once for a directory that was silent,
    except to one person every 30 seconds; after a second where all turns are taken, and at once where one
    of them has lasted longer than that: whoever stands in line occupies the last thread."""
    silent, tried = f"sso.silent.{connection}", f"sso.tried.{connection}"
    was_silent = cache.get(silent)
    if was_silent and not cache.add(tried, 1, PAUSE):
        raise NoTurn("it did not answer a moment ago")
    begun = time.monotonic()
    stuck = any(begun - each > IN_LINE for each in list(_begun.values()))
    if not _turns.acquire(timeout=0 if stuck else IN_LINE):
        raise NoTurn("too many at once")
    begun = _begun[get_ident()] = time.monotonic()
    try:
        yield
    except Exception:
        if time.monotonic() - begun > SLOW:
            cache.set(silent, 1, FORGOTTEN)
            cache.set(tried, 1, PAUSE)
        raise
    finally:
        _begun.pop(get_ident(), None)
        _turns.release()
    if was_silent:
        cache.delete(silent)
