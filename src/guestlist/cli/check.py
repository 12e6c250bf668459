"""guestlist check"""

import argparse

from guestlist.cli.terminal import complain, say, show_table
from guestlist.invitations.queries.invariants import INVARIANTS, broken_invariants

SHOWN = 5


def check(args: argparse.Namespace) -> int:
    broken = broken_invariants()
    if not broken:
        say(f"All {len(INVARIANTS)} invariants hold.")
        return 0
    show_table(
        ("Invariant", "What is broken", "Rows", "Such as"),
        [(each.name, each.what, str(len(each.rows)), ", ".join(each.rows[:SHOWN])) for each in broken],
    )
    return complain(f"{len(broken)} of {len(INVARIANTS)} invariants are broken.")
