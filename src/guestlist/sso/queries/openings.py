"""How and when the sessions of a user were opened, for their holder to read."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY

from guestlist.kernel.ids import as_id
from guestlist.sso.queries.connections import connection_names
from guestlist.users.models import Session

NONE = uuid.UUID(int=0)
How = Literal["password", "passkey", "directory", ""]


@dataclass(frozen=True)
class Opening:
    """`connection`: the name of the directory's; None where it is gone, or none of the reader's business. `how` is empty where
    nobody wrote it down."""

    at: datetime | None
    how: How
    connection: str | None


def openings_of(sessions: Collection[Session], *, here: str | None, vouched: bool) -> dict[str, Opening]:
    """By the key of the session. `here` is that of the one that asks; `vouched`: a directory opened it, which is told of no other.
    One statement."""
    data = {each.session_key: each.get_decoded() for each in sessions}
    ids = {key: as_id(each.get("connection")) for key, each in data.items() if not vouched or key == here}
    names = connection_names([each for each in ids.values() if each])
    return {key: Opening(_at(each), _how(each), names.get(ids.get(key) or NONE)) for key, each in data.items()}


def _at(data: Mapping[str, Any]) -> datetime | None:
    at = data.get("opened_at") or data.get("signed_in_at")
    return datetime.fromisoformat(at) if at else None


def _how(data: Mapping[str, Any]) -> How:
    """By the first thing that was shown; what came after it was a second factor, or confirmed who it is."""
    first: Mapping[str, Any] = next(iter(data.get(AUTHENTICATION_METHODS_SESSION_KEY, [])), {})
    if "connection" in data:
        return "directory"
    if first.get("method") == "password":
        return "password"
    return "passkey" if first.get("passwordless") else ""
