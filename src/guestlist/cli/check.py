"""guestlist check"""

import argparse

from guestlist.cli.terminal import complain, say, show_table
from guestlist.members.queries.roles import lost_permissions, roles_that_lost_permissions
from guestlist.sso.queries.invariants import INVARIANTS, broken_invariants

SHOWN = 5


def check(args: argparse.Namespace) -> int:
    _tell_of_lost_permissions()
    broken = broken_invariants()
    if not broken:
        say(f"All {len(INVARIANTS)} invariants hold.")
        return 0
    show_table(
        ("Invariant", "What is broken", "Rows", "Such as"),
        [(each.name, each.what, str(len(each.rows)), ", ".join(each.rows[:SHOWN])) for each in broken],
    )
    return complain(f"{len(broken)} of {len(INVARIANTS)} invariants are broken.")


def _tell_of_lost_permissions() -> None:
    """Nothing is broken by it, since they are nobody's now; but somebody may wonder."""
    for role in roles_that_lost_permissions():
        assert role.community is not None
        names = ", ".join(lost_permissions(role))
        where = f"{role.community.name}, workspace {role.community.workspace.slug}"
        say(f"Role {role.name} ({where}) names what no application registers: {names}")
