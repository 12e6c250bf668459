"""Do several things at the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

Act = Callable[[], Any]


def together(*acts: Act) -> list[Any]:
    """What each act returned or raised, in order. They start at one moment."""
    start = threading.Barrier(len(acts), timeout=30)
    results: list[Any] = [None] * len(acts)
    threads = [threading.Thread(target=_run, args=(act, place, results, start)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    return results


def _run(act: Act, place: int, results: list[Any], start: threading.Barrier) -> None:
    try:
        connection.ensure_connection()
        start.wait()
        results[place] = act()
    except Exception as refused:  # noqa: BLE001 (the test looks at what was raised)
        results[place] = refused
    finally:
        connection.close()


def kinds(results: list[Any]) -> list[str]:
    """`["Accepted", "AlreadyDecided"]`, sorted: which of them won is a matter of luck."""
    return sorted(type(each).__name__ for each in results)
