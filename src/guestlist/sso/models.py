from typing import Any, Literal

from django.conf import settings
from django.db import models
from django.db.models import Q

from guestlist.kernel.actors import Actor
from guestlist.kernel.clock import now
from guestlist.kernel.ids import new_id
from guestlist.members.models import Role
from guestlist.workspaces.models import Community, Workspace


class Connection(models.Model):
    """One SSO configuration of a workspace. It signs people in while `enabled_at` is set; a new one starts without, to be tested
    first. The one who set its defaults is remembered: what they may hand out is asked again when it takes effect (rule 3)."""

    class Protocol(models.TextChoices):
        OIDC = "oidc"
        SAML = "saml"

    class Preset(models.TextChoices):
        OKTA = "okta"
        ENTRA = "entra"
        GOOGLE = "google"
        KEYCLOAK = "keycloak"
        GENERIC = "generic"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(max_length=80)
    protocol = models.CharField(max_length=4, choices=Protocol.choices)
    preset = models.CharField(max_length=8, choices=Preset.choices, default=Preset.GENERIC)
    # OIDC: the issuer, exactly as its metadata says it. SAML: the entity id of the identity provider.
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=191, blank=True)
    sealed_secret = models.TextField(blank=True)
    sso_url = models.CharField(max_length=500, blank=True)
    certificates: "models.JSONField[Any, Any]" = models.JSONField(
        default=list
    )  # PEM; more than one while the provider changes its key
    group_claim = models.CharField(max_length=191, blank=True, default="groups")
    # The directory asks for a second factor itself, so the workspace's door does not.
    asks_second_factor = models.BooleanField(default=False)
    creates_users = models.BooleanField(default=False)
    # None, too, once the role went with its community: then nobody is let in until somebody chooses another.
    default_role = models.ForeignKey(Role, null=True, on_delete=models.SET_NULL, related_name="+")
    default_communities: "models.ManyToManyField[Community, Any]" = models.ManyToManyField(Community, related_name="+")
    giver_kind = models.CharField(max_length=12, blank=True)
    giver_id = models.UUIDField(null=True)
    giver_name = models.CharField(max_length=200, blank=True)
    tested_at = models.DateTimeField(null=True)
    enabled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "connection"

    @property
    def state(self) -> Literal["draft", "tested", "live", "changed"]:
        """`changed`: live, but it trusts another than when it was tested."""
        if self.enabled_at:
            return "live" if self.tested_at else "changed"
        return "tested" if self.tested_at else "draft"

    @property
    def actor(self) -> Actor:
        return Actor("connection", self.id, self.name)

    @property
    def giver(self) -> Actor:
        return Actor(self.giver_kind, self.giver_id, self.giver_name)  # type: ignore[arg-type] # written from an Actor

    def __str__(self) -> str:
        return self.name


class GroupMapping(models.Model):
    """People of this group of the directory get this role in this community when their membership is made, never afterwards."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="mappings")
    group = models.CharField(max_length=191)
    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "connection_group"
        constraints = [
            models.UniqueConstraint(fields=["connection", "group", "community", "role"], name="connection_group_once"),
        ]


class Identity(models.Model):
    """The federated key (rule 16): whom the directory calls `subject` is this user. Never an address: those are given away again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="identities")
    subject = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="identities")
    email = models.CharField(max_length=254, blank=True)
    last_used_at = models.DateTimeField(default=now)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "connection_identity"
        constraints = [models.UniqueConstraint(fields=["connection", "subject"], name="identity_once")]


class UsedAssertion(models.Model):
    """An assertion that signed somebody in, until long after it ended: it never does so again, whichever process it is shown to."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "connection_assertion"
        constraints = [models.UniqueConstraint(fields=["connection", "digest"], name="assertion_once")]


class Attempt(models.Model):
    """Someone the directory vouched for was refused; one row for each of them, so that trying again adds none. An admin may let them in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="attempts")
    subject = models.CharField(max_length=255)
    email = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=200, blank=True)
    groups: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    reason = models.CharField(max_length=30)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=now)
    last_at = models.DateTimeField(default=now)
    let_in_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "connection_attempt"
        constraints = [models.UniqueConstraint(fields=["connection", "subject"], name="attempt_once")]


class Domain(models.Model):
    """Believed only while `proved_at` is set: a workspace's word alone proves nothing. At most one workspace proves a name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)  # as in the DNS: lower case, A-labels
    token = models.CharField(max_length=64)
    proved_at = models.DateTimeField(null=True)
    by_operator = models.BooleanField(default=False)
    checked_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "domain"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="domain_once"),
            models.UniqueConstraint(fields=["name"], condition=Q(proved_at__isnull=False), name="domain_one_owner"),
        ]
