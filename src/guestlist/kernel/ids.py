"""Identifiers of rows: UUIDv7 (RFC 9562, section 5.7), so that an index grows at its end."""

import uuid
from datetime import datetime

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    return uuid7()


def as_id(text: object) -> uuid.UUID | None:
    """The id written in `text`, or None where it is none: a slug, say."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def first_id(at: datetime) -> uuid.UUID:
    """The smallest id that a row made at this moment can have: a list of the newest need not look at the oldest."""
    return uuid.UUID(int=int(at.timestamp() * 1000) << 80)
