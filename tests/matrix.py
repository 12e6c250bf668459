"""Reads docs/reference/permission-matrix.md, and makes the one cast that all of its cells are asked of."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from guestlist.access.roles import GUEST
from guestlist.invitations.commands import invite
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.text import read_address
from guestlist.members.commands import create_api_key, create_community, create_role
from guestlist.sso.commands import create_connection
from guestlist.sso.rules import Oidc
from guestlist.users.commands import create_user
from tests.cast import Cast, give

TABLE = Path(__file__).parent.parent / "docs" / "reference" / "permission-matrix.md"
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Row:
    """One operation: `path` with its placeholders, `place` the community it is about, and what each caller is answered."""

    verb: str
    path: str
    place: str
    expected: dict[str, str]

    @property
    def operation(self) -> tuple[str, str]:
        return self.verb, self.path.partition("?")[0]

    def __str__(self) -> str:
        return f"{self.verb} {self.path} {self.place}".strip()


def rows(section: str) -> list[Row]:
    """Those of the table below the heading `section`."""
    text = TABLE.read_text("utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    header, _, *lines = (_cells(line) for line in text.splitlines() if line.startswith("|"))
    return [_row(dict(zip(header, line, strict=True))) for line in lines]


def _cells(line: str) -> list[str]:
    return [cell.strip(" `") for cell in line.strip("|").split("|")]


def _row(cells: dict[str, str]) -> Row:
    verb, path = cells.pop("Operation").split(" ", 1)
    place = cells.pop("In", "")
    return Row(verb, path, place.lower(), {name.lower().replace(" ", "_"): answer for name, answer in cells.items()})


def absent(table: Collection[Row]) -> list[tuple[str, list[str]]]:
    """For each path the verbs that it does not have."""
    known: dict[str, set[str]] = {}
    for row in table:
        known.setdefault(row.operation[1], set()).add(row.verb)
    return [(path, [verb for verb in VERBS if verb not in verbs]) for path, verbs in known.items()]


def filled(path: str, values: dict[str, object]) -> str:
    """`/w/<slug>` and `/workspaces/{workspace}` with values in the place of the names."""
    return re.sub(r"[<{](\w+)[>}]", lambda found: str(values[found[1]]), path)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has no effect on the next caller."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def plant_starlings(cast: Cast) -> None:
    """Something of every kind in Acme with the word *starling* in it, the canary of R-047 (which is a time zone): outside, nobody reads it."""
    provider = Oidc("https://starling.example", "starling", "hush hush")
    create_connection(actor=cast.users["nora"].actor, workspace=cast.acme, name="Starling directory", provider=provider)
    role = create_role(actor=OPERATOR, community=cast.acme_main, name="Starling desk", permissions=["members:read"])
    create_api_key(actor=OPERATOR, community=cast.acme_main, name="starling key", roles=[role])
    create_community(actor=OPERATOR, parent=cast.acme_main, name="Starling place")
    address = read_address("starling@acme.example")
    with transaction.atomic():
        user = create_user(actor=OPERATOR, address=address, name="Starling Bird", password_hash="!", language="en")
    give(user, cast.acme_main, GUEST, role.id)
    asked = [Person("starling@elsewhere.example", "Starling Guest")]
    grants = [Wanted(cast.acme_main.id, frozenset({role.id}))]
    invite(actor=cast.users["nora"].actor, workspace=cast.acme, people=asked, grants=grants, note="A starling sings")
