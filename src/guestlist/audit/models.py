from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from guestlist.kernel.clock import now
from guestlist.kernel.ids import new_id

JOINING = Cast(KeyTextTransform("user", "after"), models.TextField())


class Event(models.Model):
    """Ids are plain values, not foreign keys: the history outlives what it speaks of."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.UUIDField(null=True)
    community_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    target_kind = models.CharField(max_length=20)
    target_id = models.UUIDField(null=True)
    before: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    after: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        db_table = "audit_event"
        indexes = [
            models.Index(fields=["workspace_id", "-at", "-id"], name="audit_event_in_workspace"),
            models.Index(fields=["community_id", "-at", "-id"], name="audit_event_in_community"),
            models.Index(fields=["actor_id", "-at", "-id"], name="audit_event_by_actor"),
            models.Index(fields=["target_id"], name="audit_event_target"),
            # A membership that was removed is found by its user in here only.
            models.Index(JOINING, name="audit_event_joined", condition=Q(action="membership.created")),
        ]
