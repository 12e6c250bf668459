"""Permissions, built-in roles, the decision and its explanation. Plain Python: no Django, no database."""
