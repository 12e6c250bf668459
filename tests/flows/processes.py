"""Processes of their own, as web processes are: each with its own Python and its own connection, which stays open from act to act."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

import django
from django.db import connection


@contextmanager
def process() -> Iterator[ProcessPoolExecutor]:
    """One that works on the database of the tests. What it is given to do is a function of a module, with arguments that travel."""
    begin = (connection.settings_dict["NAME"],)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin, begin) as pool:
        yield pool


def _begin(database: str) -> None:
    django.setup()
    connection.settings_dict["NAME"] = database
