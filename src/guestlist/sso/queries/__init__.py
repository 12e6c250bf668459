from guestlist.sso.queries.connections import (
    answered_connection,
    attempts_of,
    connections_of,
    fetch_attempt,
    fetch_connection,
    known_as,
    locate_connection,
    open_connection,
    proved_domains,
    trust_ends_at,
)
from guestlist.sso.queries.giving import is_administrative, places_for, still_gives
from guestlist.sso.queries.judging import find_user, gather_facts, holds_address, is_believed

__all__ = [
    "answered_connection",
    "attempts_of",
    "connections_of",
    "fetch_attempt",
    "fetch_connection",
    "find_user",
    "gather_facts",
    "holds_address",
    "is_administrative",
    "is_believed",
    "known_as",
    "locate_connection",
    "open_connection",
    "places_for",
    "proved_domains",
    "still_gives",
    "trust_ends_at",
]
