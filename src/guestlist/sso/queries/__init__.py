from guestlist.sso.queries.door import connections_on, doors_of
from guestlist.sso.queries.policy import break_glass_choices

__all__ = ["break_glass_choices", "connections_on", "doors_of"]
