from guestlist.sso.queries.domains import connections_for, domains_of, fetch_domain
from guestlist.sso.queries.door import connection_on, connections_on, doors_of
from guestlist.sso.queries.policy import break_glass_choices, connections_listed

__all__ = [
    "break_glass_choices",
    "connection_on",
    "connections_for",
    "connections_listed",
    "connections_on",
    "domains_of",
    "doors_of",
    "fetch_domain",
]
