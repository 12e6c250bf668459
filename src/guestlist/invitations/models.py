import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from guestlist.kernel.actors import Actor
from guestlist.kernel.clock import now
from guestlist.kernel.ids import new_id
from guestlist.mail.models import Message
from guestlist.workspaces.models import Community, Workspace

LINK_PURPOSE = "invitation"
UNSENT_LIFETIME = timedelta(days=30)


class Batch(models.Model):
    """One act of inviting, by one actor. Its people stand in parts, each with its outcomes once it is done."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        CANCELLED = "cancelled"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="batches")
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    counts: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    note = models.CharField(max_length=1000, blank=True)
    language = models.CharField(max_length=8, blank=True)
    lifetime = models.PositiveIntegerField()
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "batch"
        indexes = [models.Index(fields=["created_at"], condition=Q(state__in=["queued", "running"]), name="batch_waiting")]

    @property
    def actor(self) -> Actor:
        return Actor(self.actor_kind, self.actor_id, self.actor_name)  # type: ignore[arg-type] # written from an Actor


class BatchPart(models.Model):
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    entries: "models.JSONField[Any, Any]" = models.JSONField()
    outcomes: "models.JSONField[Any, Any]" = models.JSONField(null=True)

    class Meta:
        db_table = "batch_part"
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_part_number")]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def with_end(self) -> "InvitationQuerySet":
        """`ends`: when the link dies. It counts from the moment the mail server took the mail, so an outage does not eat it."""
        return self.annotate(ends=Coalesce(F("message__link_ends_at"), F("lapses_at")))

    def live(self) -> "InvitationQuerySet":
        return self.with_end().filter(Q(ends__gt=now()), state=Invitation.State.PENDING)


class Invitation(models.Model):
    """`expired` is written only when a new invitation takes the place of one that had ended; until then it is computed."""

    class State(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        REVOKED = "revoked"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations", db_index=False)
    email = models.CharField(max_length=254)
    email_key = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    version = models.PositiveIntegerField(default=1)
    lifetime = models.PositiveIntegerField()
    lapses_at = models.DateTimeField()
    # Messages are never deleted, and nobody looks for the invitation of one: a constraint and an index would serve nothing. That
    # there is a message, `guestlist check` asks.
    message = models.ForeignKey(
        Message, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    batch = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="invitations", db_index=False)
    renewals = models.PositiveSmallIntegerField(default=0)
    renewed_at = models.DateTimeField(null=True)
    user_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        db_table = "invitation"
        base_manager_name = "objects"
        # By address, the pending ones apart from the others: addresses come in no order, so each new row dirties a page of every index
        # that begins with one, and where a million wait that is most of what it costs. A statement says which of the two it wants.
        constraints = [
            models.UniqueConstraint(
                fields=["email_key", "workspace"], condition=Q(state="pending"), name="invitation_one_pending"
            )
        ]
        indexes = [
            models.Index(fields=["email_key", "workspace"], condition=~Q(state="pending"), name="invitation_ended"),
            models.Index(fields=["workspace", "-id"], name="invitation_newest"),
        ]

    @property
    def ends_at(self) -> datetime:
        sent = self.message.link_ends_at if self.message else None
        return sent or self.lapses_at

    def note_with(self, grants: Iterable["Grant"]) -> str:
        """The note, if one of `grants` was there from the start: whoever added theirs later did not write it."""
        return self.note if any(grant.made_at <= self.created_at for grant in grants) else ""

    @property
    def current_state(self) -> str:
        if self.state == self.State.PENDING and self.ends_at <= now():
            return self.State.EXPIRED
        return self.state


class Grant(models.Model):
    """One community with its roles, and who gave it. Live until `ended_at`; `ending` says how it ended. An ended one outlives its
    community, which its id is all that is left of: invitations are kept as history."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="grants")
    community = models.ForeignKey(Community, on_delete=models.DO_NOTHING, db_constraint=False, related_name="grants")
    role_ids: "models.JSONField[Any, Any]" = models.JSONField()
    giver_kind = models.CharField(max_length=12)
    giver_id = models.UUIDField(null=True)
    giver_name = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, blank=True)

    class Meta:
        db_table = "invitation_grant"

    @property
    def giver(self) -> Actor:
        return Actor(self.giver_kind, self.giver_id, self.giver_name)  # type: ignore[arg-type] # written from an Actor

    @property
    def roles(self) -> frozenset[uuid.UUID]:
        return frozenset(uuid.UUID(each) for each in self.role_ids)


def giver_fields(actor: Actor) -> dict[str, Any]:
    return {"giver_kind": actor.kind, "giver_id": actor.id, "giver_name": actor.name}


def as_ids(roles: "Sequence[uuid.UUID] | frozenset[uuid.UUID]") -> list[str]:
    return sorted(str(each) for each in roles)
