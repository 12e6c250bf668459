"""Slow down who guesses passwords, in the database, so that it holds in every process (docs/security.md)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guestlist.kernel import clock
from guestlist.kernel.text import address_key
from guestlist.users.errors import TooManyTries
from guestlist.users.models import Tries, User
from guestlist.users.queries import user_by_address, verified_addresses
from guestlist.users.rules import (
    LONGEST_PASSWORD,
    Limit,
    keys_ended_by_success,
    limits_of_account,
    limits_of_holder,
    limits_of_stranger,
    source_of,
)

LONGEST_WAIT = 3_600  # seconds that somebody is asked to wait


def verify_password(*, address: str, password: str, source: str, browsers: Mapping[str, str]) -> User | None:
    """The user who has verified this address, if that is their password and they may sign in. `source` is where the request came
    from; `browsers` says by what name a browser is known to which accounts (by id). Every address costs one hash and the same
    statements, whether it is known, disabled or without a password, and however many others the account has. Raises TooManyTries."""
    key = address_key(address)
    user, typed = user_by_address(key), _counted_as(key or address)
    account = user.id.hex if user else typed
    known = browsers.get(account)
    limits = limits_of_holder(known) if known else limits_of_stranger(typed, source_of(source))
    count_try(limits)
    together = [] if known else limits_of_account(account)
    shut = _used_up(together) is not None

    # Hashing what cannot be a password would take as long as its sender likes, and only where there is an account.
    right = (user if user and len(password) <= LONGEST_PASSWORD else User()).check_password(password)
    if not (user and right and user.is_active) or shut:
        return None
    take_back_try([*limits, *together])
    return user


def _counted_as(address: str) -> str:
    return salted_hmac("guestlist.tries", address).hexdigest()[:32]


def count_try(limits: Sequence[Limit]) -> None:
    """Counts a password as wrong before it is looked at, so that many at once do not slip through. Raises TooManyTries at the first
    limit that is used up; those after it are not touched."""
    used_up = _used_up(limits)
    if used_up:
        raise TooManyTries(_how_long(used_up))


def _used_up(limits: Sequence[Limit]) -> Limit | None:
    with transaction.atomic():
        return next((limit for limit in limits if _count(limit) > limit.most), None)


def _how_long(limit: Limit) -> str:
    if limit.seconds > LONGEST_WAIT:
        return _("Too many wrong passwords. Choose a new password by e-mail.")
    minutes = limit.seconds // 60
    words = ngettext(
        "Too many wrong passwords. Wait %(n)s minute, or choose a new password by e-mail.",
        "Too many wrong passwords. Wait up to %(n)s minutes, or choose a new password by e-mail.",
        minutes,
    )
    return words % {"n": minutes}


def _count(limit: Limit) -> int:
    now = clock.now()
    with connection.cursor() as cursor:
        at = [connection.ops.adapt_datetimefield_value(each) for each in (now + timedelta(seconds=limit.seconds), now, now)]
        cursor.execute(_COUNT, [limit.key, *at])
        return int(cursor.fetchone()[0])


_COUNT = """
    INSERT INTO user_tries (key, failures, ends_at) VALUES (%s, 1, %s)
    ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN user_tries.ends_at <= %s THEN 1 ELSE user_tries.failures + 1 END,
        ends_at = CASE WHEN user_tries.ends_at <= %s THEN excluded.ends_at ELSE user_tries.ends_at END
    RETURNING failures
"""


def take_back_try(limits: Sequence[Limit]) -> None:
    """The password was right: its own try counts no longer, those before it still do. Were they forgotten, whoever signs in to an
    account of their own now and then could try for ever."""
    for limit in limits:  # one by one: nobody holds two of these rows in another order than count_try takes them
        Tries.objects.filter(key=limit.key, failures__gt=0).update(failures=F("failures") - 1)


def forget_tries(*, user: User) -> None:
    """Its holder has signed in, or chose a new password: what strangers tried on the account starts anew. And sweeps out what
    has ended."""
    typed = [_counted_as(each) for each in verified_addresses(user.id)]
    anywhere = Q(*(Q(key__startswith=f"account:{each}:") for each in typed), _connector=Q.OR)  # from each source
    Tries.objects.filter(anywhere | Q(key__in=keys_ended_by_success(user.id.hex, typed))).delete()
    Tries.objects.filter(ends_at__lte=clock.now()).delete()
