"""What is known of a mail."""

import uuid

from django.db.models import Q

from guestlist.kernel import clock
from guestlist.mail.models import Message, State


def link_is_live(message_id: uuid.UUID) -> bool:
    """Whether the link of this mail still works. One that is queued does: its time begins when the mail server takes it, and a
    worker may have died before writing that down."""
    live = Q(link_ends_at__gt=clock.now()) | Q(link_ends_at=None, state=State.QUEUED)
    return Message.objects.filter(live, id=message_id).exists()
