from typing import Any

from django.conf import settings
from django.db import models

from guestlist.kernel.actors import Actor
from guestlist.kernel.clock import now
from guestlist.kernel.ids import new_id
from guestlist.workspaces.models import Community, Workspace


class Role(models.Model):
    """A built-in role has no community, and its permissions come from access.roles; a custom one lists them, sorted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    community = models.ForeignKey(Community, null=True, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(max_length=80)
    name_key = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    permissions: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    may_hand_out: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "role"
        constraints = [models.UniqueConstraint(fields=["community", "name_key"], name="role_name")]

    @property
    def is_built_in(self) -> bool:
        return self.community_id is None

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """`workspace` and `email_key` repeat what the community and the user say, so that a list of people is read from one index. The
    latter is the address by which the workspace knows the user: one of theirs, the same in all its communities."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        DEACTIVATED = "deactivated"

    class Source(models.TextChoices):
        INVITED = "invited"
        ADDED = "added"
        SSO = "sso"
        SCIM = "scim"
        SETUP = "setup"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    email_key = models.CharField(max_length=254)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    # Deactivated everywhere in the workspace, not here alone: nobody below may add the user again.
    everywhere = models.BooleanField(default=False)
    # An Admin of main who may enter past *SSO only*, so that a dead directory locks nobody out for good.
    break_glass = models.BooleanField(default=False)
    source = models.CharField(max_length=8, choices=Source.choices)
    ends_at = models.DateTimeField(null=True)
    # The end that holder and admins were reminded of: once for each, however often the worker looks.
    reminded_of = models.DateTimeField(null=True)
    # When its holder last opened a page of the workspace. When they sign in elsewhere is nothing to a workspace.
    seen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    roles: "models.ManyToManyField[Role, MembershipRole]" = models.ManyToManyField(Role, through="MembershipRole")

    @property
    def state(self) -> str:
        """`active`, `deactivated`, or `ended`: what has ended carries nothing, whatever its status says."""
        ended = self.ends_at is not None and self.ends_at <= now()
        return "ended" if ended and self.status == self.Status.ACTIVE else self.status

    class Meta:
        db_table = "membership"
        constraints = [models.UniqueConstraint(fields=["user", "community"], name="membership_once")]
        indexes = [
            models.Index(fields=["community", "email_key", "user"], name="membership_in_community"),
            models.Index(fields=["workspace", "email_key", "user"], name="membership_in_workspace"),
            models.Index(
                fields=["workspace", "email_key", "user"], condition=models.Q(status="deactivated"), name="membership_deactivated"
            ),
            models.Index(fields=["workspace", "source", "email_key", "user"], name="membership_by_source"),
            models.Index(fields=["ends_at"], condition=models.Q(ends_at__isnull=False), name="membership_ending"),
        ]


class MembershipRole(models.Model):
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, db_index=False)
    role = models.ForeignKey(Role, on_delete=models.RESTRICT)  # PROTECT would also keep a workspace from being removed

    class Meta:
        db_table = "membership_role"
        constraints = [models.UniqueConstraint(fields=["membership", "role"], name="membership_role_once")]


class Departure(models.Model):
    """A user left a workspace's community of their own will: from then on they are asked, not added."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    at = models.DateTimeField(default=now)

    class Meta:
        db_table = "departure"
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="departure_once")]


class ApiKey(models.Model):
    """A non-human member. The key itself is shown once; its SHA-256 stays. 256 random bits need no slow hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="api_keys")
    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    role_ids: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    created_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_key"

    @property
    def actor(self) -> Actor:
        return Actor("api_key", self.id, self.name)
