"""The history of something. Who may read it is asked by whoever calls."""

import uuid
from collections.abc import Collection

from django.db.models import QuerySet

from guestlist.audit.models import Event


def events_about(targets: Collection[uuid.UUID]) -> QuerySet[Event]:
    """What happened to these rows, newest first."""
    return Event.objects.filter(target_id__in=targets).order_by("-id")
