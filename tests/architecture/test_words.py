"""One word per thing (design.md, section 1): another word for the same thing makes the reader look for a difference."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import name_of, parsed, python_files

INSTEAD = {
    "tenant": "workspace",
    "organisation": "workspace",
    "organization": "workspace",
    "subcommunity": "managed community",
    "sub_community": "managed community",
    "invitee": "guest, or the address",
    "superuser": "operator",
    "capability": "permission",
    "privilege": "permission",
}
BANNED = re.compile("|".join(INSTEAD), re.IGNORECASE)


def identifiers(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(parsed(path)):
        for name in ("id", "attr", "arg", "name"):
            found = getattr(node, name, None)
            if isinstance(found, str):
                yield found, getattr(node, "lineno", 0)


def test_code_uses_the_words_of_the_design():
    found = [
        f"{name_of(path)}:{line} {name}" for path in python_files() for name, line in identifiers(path) if BANNED.search(name)
    ]

    assert found == [], f"say {INSTEAD}"
