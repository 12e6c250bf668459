"""Mails to be queued by these tests, all of one template."""

import uuid
from typing import Any

from guestlist.kernel.ids import new_id
from guestlist.mail.commands import Draft, LinkDraft, queue_messages
from guestlist.mail.models import Message

DAY = 24 * 60 * 60


def letter(to_email: str = "ana@northwind.example", **values: Any) -> Draft:
    link = LinkDraft("join", new_id(), "1", "/join/{token}", DAY)
    given: dict[str, Any] = {"to_name": "Ana", "context": {"inviter": "Olga"}, "link": link} | values
    return Draft(template=given.pop("template", "letters/welcome"), to_email=to_email, **given)


def queue(*drafts: Draft) -> list[Message]:
    return queue_messages(drafts)


def queue_many(count: int) -> list[uuid.UUID]:
    return [message.id for message in queue_messages([letter(f"guest{number}@birch.example") for number in range(count)])]


def states() -> dict[str, str]:
    """The state of each mail, by its address."""
    return dict(Message.objects.values_list("to_email", "state"))


def only() -> Message:
    return Message.objects.get()
