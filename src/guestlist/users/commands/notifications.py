"""What users are told of when they come back."""

from collections.abc import Iterable
from datetime import datetime

from guestlist.kernel.rows import insert_rows
from guestlist.users.models import Notification, User


def notify(notifications: Iterable[Notification]) -> None:
    """Tells users what others did that concerns them, in the transaction of the change."""
    insert_rows(Notification, list(notifications))


def see_notifications(*, user: User, until: datetime) -> None:
    """The holder has read all up to then."""
    User.objects.filter(id=user.id, notifications_seen_at__lt=until).update(notifications_seen_at=until)
