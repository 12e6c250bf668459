"""Whoever goes to directories and brings nothing back, over and over, is slowed like whoever guesses passwords."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from guestlist.kernel import context
from guestlist.sso.errors import TooManySignIns
from guestlist.users.commands import count_try, take_back_try
from guestlist.users.errors import TooManyTries
from guestlist.users.rules import Limit, limits_of_directories, source_of
from guestlist.web.sso.failing import ProviderFailed


def count_visit() -> None:
    """As one that came to nothing, until `forgive_visit`. Raises TooManySignIns."""
    try:
        count_try(_limits())
    except TooManyTries as slowed_down:
        raise TooManySignIns from slowed_down


def forgive_visit() -> None:
    take_back_try(_limits())


def slowed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Counts what the view does not answer, unless because of a directory that is silent: that is nobody's doing here."""

    @wraps(view)
    def counted(request: HttpRequest, connection: uuid.UUID) -> HttpResponse:
        count_visit()
        try:
            response = view(request, connection)
        except ProviderFailed as failed:
            if failed.silent:
                forgive_visit()
            raise
        forgive_visit()
        return response

    return counted


def _limits() -> list[Limit]:
    return limits_of_directories(source_of(context.address.get()))
