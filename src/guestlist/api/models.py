from django.db import models

from guestlist.kernel.clock import now


class KeptAnswer(models.Model):
    """What was answered to a request with an Idempotency-Key, for 24 hours. `digest` is of method, address and body."""

    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField()
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(default="")
    created_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        db_table = "api_idempotency"
        constraints = [models.UniqueConstraint(fields=["actor_kind", "actor_id", "key"], name="api_idempotency_once")]
