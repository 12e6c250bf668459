from guestlist.sso.queries.addresses import Addresses, addresses_of
from guestlist.sso.queries.connections import (
    answered_connection,
    attempts_of,
    check_may_connect,
    connection_names,
    connection_on,
    connections_of,
    directories_of,
    fetch_attempt,
    fetch_connection,
    identities_of,
    known_as,
    locate_connection,
    open_connection,
    proved_domains,
)
from guestlist.sso.queries.domains import connections_for, domains_of, fetch_domain
from guestlist.sso.queries.door import connections_on, doors_of
from guestlist.sso.queries.giving import is_administrative, named_places, places_for, still_gives
from guestlist.sso.queries.judging import find_user, gather_facts, holds_address, is_believed
from guestlist.sso.queries.policy import break_glass_choices

__all__ = [
    "Addresses",
    "addresses_of",
    "answered_connection",
    "attempts_of",
    "break_glass_choices",
    "check_may_connect",
    "connection_names",
    "connection_on",
    "connections_for",
    "connections_of",
    "connections_on",
    "directories_of",
    "domains_of",
    "doors_of",
    "fetch_attempt",
    "fetch_connection",
    "fetch_domain",
    "find_user",
    "gather_facts",
    "holds_address",
    "identities_of",
    "is_administrative",
    "is_believed",
    "known_as",
    "locate_connection",
    "named_places",
    "open_connection",
    "places_for",
    "proved_domains",
    "still_gives",
]
