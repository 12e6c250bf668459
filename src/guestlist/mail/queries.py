"""What is known of a mail."""

import uuid
from collections.abc import Collection

from django.db.models import Q

from guestlist.kernel import clock
from guestlist.mail.models import Message, State


def link_is_live(message_id: uuid.UUID) -> bool:
    return bool(live_links([message_id]))


def live_links(messages: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these mails whose link still works. One that is queued does: its time begins when the mail server takes it, and a
    worker may have died before writing that down."""
    live = Q(link_ends_at__gt=clock.now()) | Q(link_ends_at=None, state=State.QUEUED)
    return set(Message.objects.filter(live, id__in=messages).values_list("id", flat=True))
