"""Make workspaces and communities. The closure of the tree is written here and nowhere else, under the workspace's lock."""

import uuid

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from guestlist.audit.commands import Change, record
from guestlist.kernel.actors import Actor
from guestlist.kernel.text import clean_line
from guestlist.mail.commands import cancel_messages
from guestlist.mail.models import Message, State
from guestlist.workspaces.errors import NameMissing, SlugTaken, TooDeep
from guestlist.workspaces.models import DEEPEST, Ancestry, Community, Workspace


def lock_workspaces(ids: list[uuid.UUID]) -> list[Workspace]:
    """The first act of every command that changes who belongs where: one at a time per workspace, so that what was read stays
    true until it is written. In order of id, or two commands that need two workspaces would wait for each other."""
    rows = Workspace.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")
    return list(rows)


def create_workspace(*, actor: Actor, name: str, slug: str = "") -> tuple[Workspace, Community]:
    """A workspace with its main community. `slug` is its short name in addresses, made from the name where left out.
    Raises NameMissing, SlugTaken."""
    name = clean_line(name)
    if not name:
        raise NameMissing
    workspace = Workspace(name=name, slug=slug or slugify(name)[:63] or "workspace")

    with transaction.atomic():
        _insert(workspace)
        main = _insert_community(Community(workspace=workspace, slug="main", name=name, kind=Community.Kind.MAIN))
        record(
            actor=actor,
            changes=[
                Change("workspace.created", workspace.id, workspace.id, after={"name": name, "slug": workspace.slug}),
                Change("community.created", main.id, workspace.id, main.id, after={"name": name}),
            ],
        )
    return workspace, main


def insert_managed_community(*, actor: Actor, parent: Community, name: str, slug: str = "", unique: bool = False) -> Community:
    """A managed community below `parent`, with a short name made from its name where `slug` is left out; `unique` gives it an
    ending that nobody has. Rights are the caller's to check (members.commands.create_community).
    Raises NameMissing, SlugTaken, TooDeep."""
    name = clean_line(name)
    if not name:
        raise NameMissing
    if parent.depth + 1 >= DEEPEST:
        raise TooDeep
    row = Community(
        workspace_id=parent.workspace_id, name=name, parent=parent, depth=parent.depth + 1, kind=Community.Kind.MANAGED
    )

    with transaction.atomic():
        lock_workspaces([parent.workspace_id])
        row.slug = _free_slug(row, slug, unique) if unique or not slug else slug
        community = _insert_community(row)
        after = {"name": name, "parent": str(parent.id)}
        record(actor=actor, changes=[Change("community.created", community.id, parent.workspace_id, community.id, after=after)])
    return community


def _free_slug(row: Community, slug: str, unique: bool) -> str:
    """Two teams called Paris in different places are nothing to refuse."""
    wanted = slug or slugify(row.name)[:63] or "community"
    taken = unique or Community.objects.filter(workspace=row.workspace_id, slug=wanted).exists()
    return f"{wanted[:54]}-{row.id.hex[-8:]}" if taken else wanted


def remove_workspace(*, actor: Actor, workspace: Workspace) -> None:
    """Deletes a workspace with all its communities, memberships and invitations, and keeps mail that waits from being sent;
    accounts and the history stay. For the operator."""
    with transaction.atomic():
        lock_workspaces([workspace.id])
        before = {"name": workspace.name, "slug": workspace.slug}
        record(actor=actor, changes=[Change("workspace.removed", workspace.id, workspace.id, before=before)])
        waiting = Message.objects.filter(workspace_id=workspace.id, state=State.QUEUED)
        cancel_messages(waiting.values_list("id", flat=True))
        communities = Community.objects.filter(workspace=workspace)
        Ancestry.objects.filter(descendant__in=communities).delete()
        for depth in range(DEEPEST, -1, -1):
            communities.filter(depth=depth).delete()
        workspace.delete()


def _insert_community(row: Community) -> Community:
    _insert(row)
    above = Ancestry.objects.filter(descendant=row.parent_id).values_list("ancestor_id", "depth") if row.parent_id else []
    lines = [Ancestry(descendant=row, ancestor_id=ancestor, depth=depth + 1) for ancestor, depth in above]
    Ancestry.objects.bulk_create([Ancestry(descendant=row, ancestor=row, depth=0), *lines])
    return row


def _insert(row: Workspace | Community) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as taken:
        raise SlugTaken from taken
