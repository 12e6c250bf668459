"""Make workspaces and communities, change, move and delete them. The closure of the tree is written here and nowhere else, under the
workspace's lock. Rights are the caller's to check."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils.text import slugify

from guestlist.audit.commands import Change, record
from guestlist.kernel.actors import Actor
from guestlist.kernel.refusing import found_in, refused_if_taken
from guestlist.kernel.text import clean_line
from guestlist.mail.commands import cancel_messages
from guestlist.mail.models import Message, State
from guestlist.workspaces.errors import BelowItself, MainStays, NameMissing, SlugTaken, TooDeep
from guestlist.workspaces.models import DEEPEST, Ancestry, Community, FormerSlug, Workspace
from guestlist.workspaces.rules import check_slug


def lock_workspaces(ids: list[uuid.UUID]) -> list[Workspace]:
    """The first act of every command that changes who belongs where: one at a time per workspace, so that what was read stays
    true until it is written. In order of id, or two commands that need two workspaces would wait for each other."""
    rows = Workspace.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")
    return list(rows)


def lock_community(community: Community) -> Community:
    """The row as it is now that its workspace is locked: it may have moved or gone since it was read. Raises NotFound."""
    lock_workspaces([community.workspace_id])
    return found_in(Community.objects.filter(id=community.id))


def create_workspace(*, actor: Actor, name: str, slug: str = "") -> tuple[Workspace, Community]:
    """A workspace with its main community. `slug` is its short name in addresses, made from the name where left out.
    Raises NameMissing, SlugTaken."""
    name = clean_line(name)
    if not name:
        raise NameMissing
    workspace = Workspace(name=name, slug=slug or slugify(name)[:63] or "workspace")
    _check_free(workspace.slug, workspace)

    with transaction.atomic():
        with refused_if_taken(SlugTaken):
            workspace.save(force_insert=True)
        main = _insert_community(Community(workspace=workspace, slug="main", name=name, kind=Community.Kind.MAIN))
        record(
            actor=actor,
            changes=[
                Change("workspace.created", workspace.id, workspace.id, after={"name": name, "slug": workspace.slug}),
                Change("community.created", main.id, workspace.id, main.id, after={"name": name}),
            ],
        )
    return workspace, main


def insert_managed_community(
    *, actor: Actor, parent: Community, name: str, slug: str = "", description: str = "", discreet: bool = False
) -> Community:
    """A managed community below `parent`, with a short name made from its name where `slug` is left out. `discreet` gives that an
    ending of its own in any case: to whoever does not see the whole workspace it must not tell which names are in use.
    Raises NameMissing, SlugTaken, TooDeep, BadSlug; NotFound where the parent is gone."""
    name = clean_line(name)
    if not name:
        raise NameMissing
    if slug:
        check_slug(slug)

    with transaction.atomic():
        parent = lock_community(parent)
        if parent.depth + 1 >= DEEPEST:
            raise TooDeep
        row = Community(workspace_id=parent.workspace_id, name=name, parent=parent, kind=Community.Kind.MANAGED)
        row.depth, row.description = parent.depth + 1, clean_line(description, 300)
        row.slug = slug or _free_slug(row, discreet=discreet)
        community = _insert_community(row)
        after = {"name": name, "parent": str(parent.id)}
        record(actor=actor, changes=[Change("community.created", community.id, parent.workspace_id, community.id, after=after)])
    return community


def _free_slug(row: Community, *, discreet: bool) -> str:
    """Two teams called Paris in different places are nothing to refuse."""
    wanted = slugify(row.name)[:63] or "community"
    taken = discreet or Community.objects.filter(workspace=row.workspace_id, slug=wanted).exists()
    return f"{wanted[:54].rstrip('-')}-{row.id.hex[-8:]}" if taken else wanted


def change_community(*, actor: Actor, community: Community, **fields: str) -> Community:
    """Writes what differs of `name`, `description` and `slug`. The caller holds the lock. Raises NameMissing, BadSlug, SlugTaken."""
    wanted = _cleaned(fields)
    before = _write(community, wanted)
    if before:
        after = {each: wanted[each] for each in before}
        changed = Change("community.changed", community.id, community.workspace_id, community.id, before=before, after=after)
        record(actor=actor, changes=[changed])
    return community


def change_workspace(*, actor: Actor, workspace: Workspace, **fields: Any) -> Workspace:
    """Writes what differs of the name, the short name and the policy. The caller holds the lock and has checked the policy.
    Raises NameMissing, BadSlug, SlugTaken."""
    wanted = _cleaned(fields)
    _check_free(wanted.get("slug", ""), workspace)
    before = _write(workspace, wanted)
    if before:
        _keep_slug(before.get("slug", ""), workspace)
        after = {each: wanted[each] for each in before}
        record(actor=actor, changes=[Change("workspace.changed", workspace.id, workspace.id, before=before, after=after)])
    return workspace


def _check_free(slug: str, workspace: Workspace) -> None:
    """Raises SlugTaken for what was another workspace's."""
    if FormerSlug.objects.filter(slug=slug).exclude(workspace_id=workspace.id).exists():
        raise SlugTaken


def _keep_slug(slug: str, workspace: Workspace) -> None:
    if slug:
        FormerSlug.objects.get_or_create(slug=slug, defaults={"workspace_id": workspace.id})


def _cleaned(fields: Mapping[str, Any]) -> dict[str, Any]:
    longest = {"name": 200, "description": 300}
    wanted = {each: clean_line(value, longest[each]) if each in longest else value for each, value in fields.items()}
    if not wanted.get("name", "given"):
        raise NameMissing
    if "slug" in wanted:
        check_slug(wanted["slug"])
    return wanted


def _write(row: Workspace | Community, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Saves the fields of `wanted` that differ, and answers what they were."""
    before = {each: getattr(row, each) for each, value in wanted.items() if getattr(row, each) != value}
    for each in before:
        setattr(row, each, wanted[each])
    with refused_if_taken(SlugTaken):
        row.save(update_fields=[*before])
    return before


def check_move(community: Community, parent: Community) -> None:
    """Whether the tree allows it. Raises MainStays, BelowItself, TooDeep."""
    below = Ancestry.objects.filter(ancestor=community)
    if community.is_main:
        raise MainStays
    if below.filter(descendant=parent).exists():
        raise BelowItself
    height = below.aggregate(most=Max("depth"))["most"]
    if parent.depth + 1 + height >= DEEPEST:
        raise TooDeep


def move_subtree(*, actor: Actor, community: Community, parent: Community) -> None:
    """Hangs `community`, with all that lies below it, under `parent`. The caller holds the lock and has called `check_move`."""
    below = Ancestry.objects.filter(ancestor=community).values("descendant")
    above = list(Ancestry.objects.filter(descendant=community).exclude(ancestor=community).values_list("ancestor", flat=True))
    before, deeper = {"parent": str(community.parent_id)}, parent.depth + 1 - community.depth

    Ancestry.objects.filter(descendant__in=below, ancestor__in=above).delete()
    _join_closures(community, parent)
    Community.objects.filter(id__in=below).update(depth=F("depth") + deeper)
    Community.objects.filter(id=community.id).update(parent=parent)
    after = {"parent": str(parent.id)}
    moved = Change("community.moved", community.id, community.workspace_id, community.id, before=before, after=after)
    record(actor=actor, changes=[moved])


_CROSS = """
INSERT INTO community_ancestry (descendant_id, ancestor_id, depth)
SELECT low.descendant_id, high.ancestor_id, low.depth + high.depth + 1
FROM community_ancestry low CROSS JOIN community_ancestry high
WHERE low.ancestor_id = %s AND high.descendant_id = %s
"""


def _join_closures(community: Community, parent: Community) -> None:
    """Everything below the one gets everything above the other, in one statement however many there are."""
    key = Community._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(_CROSS, [key.get_db_prep_value(each.id, connection) for each in (community, parent)])


def delete_leaf(*, actor: Actor, community: Community) -> None:
    """Deletes a managed community without children, and whatever still hangs on it. The caller holds the lock."""
    before = {"name": community.name, "slug": community.slug, "parent": str(community.parent_id)}
    change = Change("community.deleted", community.id, community.workspace_id, community.id, before=before)
    record(actor=actor, changes=[change])
    Ancestry.objects.filter(descendant=community).delete()
    community.delete()


def remove_workspace(*, actor: Actor, workspace: Workspace) -> None:
    """Deletes a workspace with all its communities, memberships and invitations, and keeps mail that waits from being sent;
    accounts and the history stay. For the operator."""
    with transaction.atomic():
        lock_workspaces([workspace.id])
        before = {"name": workspace.name, "slug": workspace.slug}
        record(actor=actor, changes=[Change("workspace.removed", workspace.id, workspace.id, before=before)])
        waiting = Message.objects.filter(workspace_id=workspace.id, state=State.QUEUED)
        cancel_messages(waiting.values_list("id", flat=True))
        _keep_slug(workspace.slug, workspace)
        communities = Community.objects.filter(workspace=workspace)
        Ancestry.objects.filter(descendant__in=communities).delete()
        for depth in range(DEEPEST, -1, -1):
            communities.filter(depth=depth).delete()
        workspace.delete()


def _insert_community(row: Community) -> Community:
    with refused_if_taken(SlugTaken):
        row.save(force_insert=True)
    above = Ancestry.objects.filter(descendant=row.parent_id).values_list("ancestor_id", "depth") if row.parent_id else []
    lines = [Ancestry(descendant=row, ancestor_id=ancestor, depth=depth + 1) for ancestor, depth in above]
    Ancestry.objects.bulk_create([Ancestry(descendant=row, ancestor=row, depth=0), *lines])
    return row
