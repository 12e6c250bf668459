"""Putting mail into the queue, and taking it out again."""

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

from django.conf import settings

from guestlist.kernel import clock, ids
from guestlist.kernel.rows import insert_rows, like
from guestlist.kernel.text import clean_line
from guestlist.mail.models import Message, State


@dataclass(frozen=True)
class LinkDraft:
    """A link to sign when the mail is sent: `path` holds `{token}`; `lifetime` in seconds from then, None for no end."""

    purpose: str
    subject: uuid.UUID
    version: str
    path: str
    lifetime: int | None = None


@dataclass(frozen=True)
class Draft:
    """A mail to be queued. `template` is a folder of templates; `context` is JSON, without secrets: it is stored."""

    template: str
    to_email: str
    to_name: str = ""
    language: str = "en"
    context: dict[str, Any] = field(default_factory=dict)
    workspace_id: uuid.UUID | None = None
    link: LinkDraft | None = None
    id: uuid.UUID = field(default_factory=ids.new_id)


def queue_messages(drafts: Iterable[Draft]) -> list[Message]:
    """Queues `drafts` in the caller's transaction; answers their messages in the same order."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    blank = Message()
    return insert_rows(Message, (_message(blank, draft, place, host) for place, draft in enumerate(drafts)))


def cancel_messages(ids: Iterable[uuid.UUID]) -> int:
    """Cancels those of `ids` that are queued; answers how many.

    A mail that a worker has in hand (it begins each within a second of taking it up) may still go out: then its state becomes
    `sent`, since that is what happened. A worker that fails to send it leaves it cancelled.
    """
    return Message.objects.filter(id__in=ids, state=State.QUEUED).update(state=State.CANCELLED, at=clock.now())


def _message(blank: Message, draft: Draft, place: int, host: str) -> Message:
    message = like(
        blank,
        id=draft.id,
        workspace_id=draft.workspace_id,
        template=draft.template,
        to_email=draft.to_email,
        to_name=clean_line(draft.to_name),
        language=draft.language,
        context=draft.context,
        message_id=f"<{secrets.token_urlsafe(16)}@{host}>",  # unguessable: some mailboxes drop an id they have seen before
        place=place,
    )
    if draft.link:
        message.link_purpose = draft.link.purpose
        message.link_subject = draft.link.subject
        message.link_version = draft.link.version
        message.link_path = draft.link.path
        message.link_lifetime = draft.link.lifetime
    return message
