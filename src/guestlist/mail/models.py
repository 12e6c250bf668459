"""The one table of the outbox."""

from typing import Any

from django.db import models

from guestlist.kernel import clock, ids


class State(models.TextChoices):
    QUEUED = "queued"
    SENT = "sent"  # our mail server took it
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Message(models.Model):
    """One e-mail to one person.

    Neither its text nor its link is stored: both are made when it is sent, the link from purpose, subject and version, so
    that every try carries the same one. `template` is a folder holding subject.txt, body.txt and body.html.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    workspace_id = models.UUIDField(null=True)
    template = models.CharField(max_length=100)
    to_email = models.CharField(max_length=320)
    to_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10)
    context: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    link_purpose = models.CharField(max_length=50, blank=True)  # empty: no link
    link_subject = models.UUIDField(null=True)
    link_version = models.CharField(max_length=40, blank=True)
    link_path = models.CharField(max_length=200, blank=True)
    link_lifetime = models.PositiveIntegerField(null=True)  # seconds from being sent; None: no end
    link_ends_at = models.DateTimeField(null=True)  # known once it is sent

    message_id = models.CharField(max_length=255)  # of 128 random bits
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=clock.now)  # of the last try or change of state
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    # Among those queued together. The queue is served by place, so that one mail does not wait behind a hundred thousand.
    place = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    leased_until = models.DateTimeField(null=True)  # the worker that holds the row is the one that knows this value

    class Meta:
        db_table = "message"
        indexes = [
            models.Index("place", "next_attempt_at", name="message_queue", condition=models.Q(state=State.QUEUED)),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.id}"
