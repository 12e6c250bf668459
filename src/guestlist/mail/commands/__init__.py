"""What can be done with mail: queue it, cancel it, hand over what is due."""

from guestlist.mail.commands.deliver import deliver_due
from guestlist.mail.commands.queue import Draft, LinkDraft, cancel_messages, queue_messages

__all__ = ["Draft", "LinkDraft", "cancel_messages", "deliver_due", "queue_messages"]
