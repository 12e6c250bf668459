from guestlist.sso.queries.door import connections_on, doors_of

__all__ = ["connections_on", "doors_of"]
