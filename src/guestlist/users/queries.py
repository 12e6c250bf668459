"""Who has which address. The answers never leave a command: nobody is told who has an account."""

import uuid
from collections.abc import Collection

from allauth.account.models import EmailAddress

from guestlist.kernel.rows import listed
from guestlist.users.models import User


def users_by_address(keys: Collection[str]) -> dict[str, uuid.UUID]:
    """The accounts that verified these canonical addresses: address to user id."""
    found = EmailAddress.objects.filter(email__in=listed(keys), verified=True)
    return dict(found.values_list("email", "user_id"))


def user_by_address(key: str) -> User | None:
    """The account that verified this canonical address."""
    return User.objects.filter(emailaddress__email=key, emailaddress__verified=True).first() if key else None


def verified_addresses(user_id: uuid.UUID) -> set[str]:
    """The canonical addresses this user has proved to hold."""
    return set(EmailAddress.objects.filter(user_id=user_id, verified=True).values_list("email", flat=True))


def user_shown_as(key: str) -> uuid.UUID | None:
    """The account that pages show under this canonical address."""
    rows = EmailAddress.objects.filter(email=key, verified=True, primary=True)
    return rows.values_list("user_id", flat=True).first() if key else None
