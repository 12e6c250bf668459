from django.db import models
from django.db.models import Q

from guestlist.kernel.clock import now
from guestlist.kernel.ids import new_id

DEEPEST = 8


class Workspace(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    # The policy. Blank means what the operator set; a workspace may only tighten that.
    existing_users = models.CharField(max_length=8, blank=True)
    invitation_lifetime = models.PositiveIntegerField(default=86400)
    # Of mail to people who have not chosen theirs. Blank: the installation's.
    language = models.CharField(max_length=8, blank=True)
    # Asked at its door, when a session enters (rule 14). The limits are in seconds; None: the installation's.
    sso_only = models.BooleanField(default=False)
    requires_second_factor = models.BooleanField(default=False)
    session_idle = models.PositiveIntegerField(null=True)
    session_lifetime = models.PositiveIntegerField(null=True)
    setup_dismissed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "workspace"

    def __str__(self) -> str:
        return self.name


class FormerSlug(models.Model):
    """A short name that a workspace gave up or that went with it. Links, bookmarks and programs still say it, so nobody else gets it;
    the id is a plain value, since it outlives the workspace."""

    slug = models.SlugField(max_length=63, primary_key=True)
    workspace_id = models.UUIDField()

    class Meta:
        db_table = "former_slug"


class Community(models.Model):
    class Kind(models.TextChoices):
        MAIN = "main"
        MANAGED = "managed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="communities")
    slug = models.SlugField(max_length=63)
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children", db_index=False)
    depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "community"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "slug"], name="community_slug"),
            models.UniqueConstraint(fields=["workspace"], condition=Q(kind="main"), name="community_one_main"),
            models.CheckConstraint(
                condition=Q(kind="main", parent=None) | Q(kind="managed", parent__isnull=False), name="community_main_is_root"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "kind", "name", "id"], name="community_listed"),
            models.Index(fields=["parent", "name", "id"], name="community_children"),
        ]

    @property
    def is_main(self) -> bool:
        return self.kind == self.Kind.MAIN

    def __str__(self) -> str:
        return self.name


class Ancestry(models.Model):
    """Who lies above whom, a community's own row included (depth 0): at most 8 rows each. Written by the tree commands only."""

    pk = models.CompositePrimaryKey("descendant_id", "ancestor_id")
    descendant = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="ancestry", db_index=False)
    ancestor = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="progeny", db_index=False)
    depth = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "community_ancestry"
        indexes = [models.Index(fields=["ancestor", "descendant"], name="ancestry_below")]
