"""What a short name, the life of a link and the policy may be. Pure."""

import re

from guestlist.kernel.ids import as_id
from guestlist.workspaces.errors import BadLifetime, BadSlug, PolicyLoosened

SHORTEST_LIFETIME, LONGEST_LIFETIME = 60, 365 * 86400
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
