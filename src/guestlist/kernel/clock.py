"""The one clock of the application. SQL gets its value as a parameter, so that a test may move it."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
