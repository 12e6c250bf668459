"""What a short name, the life of a link and the policy may be, and what the door asks of a session. Pure."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from guestlist.kernel.ids import as_id
from guestlist.workspaces.errors import BadLifetime, BadSessionLimit, BadSlug, PolicyLoosened

SHORTEST_LIFETIME, LONGEST_LIFETIME = 60, 365 * 86400
SHORTEST_IDLE, SHORTEST_SESSION, LONGEST_SESSION = 5 * 60, 15 * 60, 14 * 86400  # what the cookie lives by default
TREATMENTS = ("add", "notify", "ask")  # of people who have an account already, the laxest first
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_slug(slug: str) -> None:
    """Raises BadSlug; also for what reads as an id, which addresses take for one."""
    if len(slug) > 63 or not _SLUG.fullmatch(slug) or as_id(slug):
        raise BadSlug


def check_lifetime(seconds: int) -> None:
    """Raises BadLifetime."""
    if not SHORTEST_LIFETIME <= seconds <= LONGEST_LIFETIME:
        raise BadLifetime


def treatments_left(operator: str) -> tuple[str, ...]:
    """What a workspace may choose where the operator says `operator`: that, or something stricter."""
    return TREATMENTS[TREATMENTS.index(operator) :]


def check_treatment(chosen: str, operator: str) -> None:
    """Blank leaves it to the operator. Raises PolicyLoosened."""
    if chosen and chosen not in treatments_left(operator):
        raise PolicyLoosened


@dataclass(frozen=True)
class SessionFacts:
    """How a session was opened and used. `connection` opened it, or None: a password or a passkey did; `pause` is the longest time
    in seconds without a request since then."""

    connection: uuid.UUID | None
    signed_in_at: datetime | None
    pause: int
    second_factor: bool


@dataclass(frozen=True)
class Door:
    """What a workspace asks of a session that enters it, of one user. `break_glass`: *SSO only* is not asked of them.
    `own_connection`: the session came by one of its connections that is on; `vouched`: which asks for a second factor itself."""

    workspace: uuid.UUID
    slug: str
    sso_only: bool
    requires_second_factor: bool
    session_idle: int | None
    session_lifetime: int | None
    break_glass: bool = False
    own_connection: bool = False
    vouched: bool = False


def asked_at(door: Door, session: SessionFacts, now: datetime) -> str:
    """What keeps the session out: `sso`, `elsewhere` (another workspace's connection opened it), `again` (too long ago
    or too long idle), `second_factor`; empty: it may enter."""
    if door.sso_only and not door.own_connection and not (door.break_glass and session.connection is None):
        return "sso"
    if session.connection is not None and not door.own_connection:
        return "elsewhere"
    if _is_over(door, session, now):
        return "again"
    return "second_factor" if lacks_second_factor(door, session) else ""


def _is_over(door: Door, session: SessionFacts, now: datetime) -> bool:
    if door.session_idle is not None and session.pause >= door.session_idle:
        return True
    if door.session_lifetime is None:
        return False
    return session.signed_in_at is None or (now - session.signed_in_at).total_seconds() >= door.session_lifetime


def lacks_second_factor(door: Door, session: SessionFacts) -> bool:
    """Whether the workspace asks for a second factor that the session did not show; a directory that asks for one vouches for it."""
    return door.requires_second_factor and not session.second_factor and not door.vouched


def check_session_limits(idle: int | None, lifetime: int | None) -> None:
    """In seconds; None is no limit. Raises BadSessionLimit."""
    if idle is not None and not SHORTEST_IDLE <= idle <= LONGEST_SESSION:
        raise BadSessionLimit
    if lifetime is not None and not SHORTEST_SESSION <= lifetime <= LONGEST_SESSION:
        raise BadSessionLimit
