"""The catalogue of permissions: Guestlist's own, and what applications register in a file read at start."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Level = Literal["read", "write", "admin"]

READING = frozenset({"members:read", "roles:read", "communities:read"})
MEMBER_VERBS = frozenset({"members:invite", "members:assign", "members:deactivate", "members:remove"})
ADMINISTRATIVE = MEMBER_VERBS | {
    "communities:write",
    "roles:write",
    "keys:write",
    "settings:write",
    "connections:write",
    "webhooks:write",
    "audit:read",
}
_NAME = re.compile(r"[a-z][a-z0-9_.-]*:[a-z][a-z0-9_.-]*")
_RESERVED = {name.partition(":")[0] for name in READING | ADMINISTRATIVE}


class BadCatalogue(Exception):
    """The file of application permissions cannot be used; the message says which line and why."""


@dataclass(frozen=True)
class Permission:
    name: str
    level: Level
    description: str = ""
    own: bool = False

    @property
    def administrative(self) -> bool:
        return self.level == "admin"


_catalogue: dict[str, Permission] = {}


def catalogue() -> dict[str, Permission]:
    return _catalogue


def load_catalogue(path: str = "") -> None:
    """Guestlist's permissions plus those in the JSON file at `path`: `{"alerts:read": {"level": "read", "description": "…"}}`."""
    ours = {name: Permission(name, "read", own=True) for name in READING}
    ours |= {name: Permission(name, "admin", own=True) for name in ADMINISTRATIVE}
    theirs = json.loads(Path(path).read_text()) if path else {}
    _catalogue.clear()
    _catalogue.update(ours)
    _catalogue.update({name: _registered(name, entry) for name, entry in theirs.items()})


def _registered(name: str, entry: dict[str, str]) -> Permission:
    resource = name.partition(":")[0]
    if not _NAME.fullmatch(name):
        raise BadCatalogue(f"{name}: write it as resource:action, in small letters")
    if resource in _RESERVED:
        raise BadCatalogue(f"{name}: Guestlist keeps {resource}: for itself")
    if entry.get("level") not in ("read", "write", "admin"):
        raise BadCatalogue(f"{name}: level must be read, write or admin")
    return Permission(name, entry["level"], entry.get("description", ""))  # type: ignore[arg-type] # checked above


load_catalogue()
