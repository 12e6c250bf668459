"""Who has which address: the answers never leave a command, since nobody is told who has an account. And what users see of their
own account."""

import uuid
from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from guestlist.kernel import clock
from guestlist.kernel.rows import listed
from guestlist.users.models import Notification, Session, User

NEWEST = 100


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


def sessions_of(user: User) -> QuerySet[Session]:
    """The user's own that still work, the one seen last first."""
    return user.sessions.filter(expire_date__gt=clock.now()).order_by("-seen_at", "id")


def notifications_of(user: User) -> list[tuple[Notification, str]]:
    """The newest of the user's own, each with the name of the user who did it, or an empty string."""
    rows = list(user.notifications.order_by("-at", "-id")[:NEWEST])
    names = dict(User.objects.filter(id__in={row.actor_id for row in rows if row.actor_kind == "user"}).values_list("id", "name"))
    return [(row, names.get(row.actor_id, "") if row.actor_id else "") for row in rows]


def unseen_notifications(user: User) -> int:
    return user.notifications.filter(at__gt=user.notifications_seen_at).count()
