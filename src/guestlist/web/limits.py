"""How often somebody may try: allauth's limits, counted in the database so that all processes share them."""

from allauth.core import ratelimit
from django.http import HttpRequest


def limited(request: HttpRequest, action: str, *, key: str) -> bool:
    """True once the caller has tried too often; counting this try."""
    return not ratelimit.consume(request, action=action, key=key)
