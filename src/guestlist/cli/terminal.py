"""Talking to whoever sits at the terminal, or to the script that does not."""

import getpass
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table


class Stopped(Exception):
    """The command ends here with a line on the standard error and this exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def complain(message: str, code: int = 1) -> int:
    print(f"guestlist: {message}", file=sys.stderr, flush=True)
    return code


def say(message: str) -> None:
    print(message, flush=True)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """In a pipe as wide as it needs to be: an address that was cut is of no use."""
    console = Console() if sys.stdout.isatty() else Console(width=1000)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table, markup=False)


def confirm(question: str, *, yes: bool) -> None:
    """Asks before what cannot be undone. Raises Stopped where the answer is no, or nobody is there to give it."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Stopped("This needs an answer on a terminal, or --yes.", 2)
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise Stopped("Nothing was changed.")


def read_password(*, stdin: bool) -> str:
    """From the first line of the standard input, or asked for twice on the terminal."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Stopped("Nobody is here to type a password: use --password-stdin.", 2)
    while True:
        password = getpass.getpass("Password (15 characters or more): ")
        if password == getpass.getpass("The same again: "):
            return password
        complain("These were not the same. Try again.")
