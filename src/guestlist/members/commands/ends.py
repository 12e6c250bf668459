"""Remind holder and admins that a membership ends soon: once for each end."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from guestlist.kernel import clock
from guestlist.mail.commands import queue_messages
from guestlist.members.emails import end_near_mail, end_near_manager_mail
from guestlist.members.models import Membership
from guestlist.members.queries import live, managers_of

NOTICE = timedelta(days=7)
PART = 100


def remind_of_ends() -> int:
    """Queues the mails about memberships that end within NOTICE, at most PART of them; answers how many memberships. Several
    workers may ask at once: the row says who was first."""
    due = Membership.objects.filter(live(), ends_at__lte=clock.now() + NOTICE).exclude(reminded_of=F("ends_at"))
    rows = list(due.select_related("user", "community", "workspace").order_by("ends_at", "id")[:PART])
    return sum(_remind(row) for row in rows)


def _remind(row: Membership) -> bool:
    with transaction.atomic():
        unsaid = Membership.objects.filter(id=row.id, ends_at=row.ends_at).exclude(reminded_of=F("ends_at"))
        if not unsaid.update(reminded_of=row.ends_at):
            return False
        queue_messages([end_near_mail(row), *(end_near_manager_mail(row, manager) for manager in managers_of(row))])
    return True
