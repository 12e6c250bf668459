"""Browsers know who has signed in in them: a signed cookie names the accounts. Whatever strangers try on an account, its holder still
gets in from there (users.rules.limits_of_holder)."""

import secrets

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from guestlist.users.commands import forget_tries
from guestlist.users.models import User
from guestlist.web.middleware import Handler

COOKIE = "__Host-guestlist-known" if settings.SECURE else "guestlist-known"
SALT = "guestlist.known"
SECONDS = 400 * 24 * 3600
MOST = 5


def known_as(request: HttpRequest) -> dict[str, str]:
    """The name this browser is counted under, by the id of each account that has signed in in it; the latest last."""
    try:
        names: dict[str, str] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return {}
    return names


@receiver(user_logged_in)
def note_who(sender: object, *, request: HttpRequest, user: User, **_: object) -> None:
    request.signed_in = user  # type: ignore[attr-defined] # for the middleware, which has the answer


def remember_browser(handle: Handler) -> Handler:
    """After a sign-in, whichever way: what was tried on the account in vain starts anew, and the browser is known from now on. Not
    after one through a connection, since what a workspace's directory says must not reach the account (design rule 14)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = handle(request)
        user = getattr(request, "signed_in", None)
        if user and "connection" not in request.session:
            forget_tries(user=user)
            _set(response, known_as(request), user)
        return response

    return middleware


def _set(response: HttpResponse, known: dict[str, str], user: User) -> None:
    """A new name each time, which starts at no failures."""
    others = [(account, name) for account, name in known.items() if account != user.id.hex]
    names = {**dict(others[-(MOST - 1) :]), user.id.hex: secrets.token_hex(8)}
    value = signing.dumps(names, salt=SALT)
    response.set_cookie(COOKIE, value, max_age=SECONDS, secure=settings.SECURE, httponly=True, samesite="Lax")
