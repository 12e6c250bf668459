"""Places by id and by place in the tree. Doors that ask who may see them stand in members.queries."""

import uuid
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db.models import Count

from guestlist.workspaces.models import Ancestry, Community, Workspace
from guestlist.workspaces.rules import TREATMENTS


def ancestors_of(communities: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(community, ancestor) for each of `communities`, itself included, in one statement."""
    return list(Ancestry.objects.filter(descendant__in=communities).values_list("descendant_id", "ancestor_id"))


def children_of(communities: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many communities lie right below each of `communities`; those with none are left out."""
    rows = Community.objects.filter(parent__in=communities).order_by().values("parent").annotate(number=Count("pk"))
    return {parent: number for parent, number in rows.values_list("parent", "number") if parent}


def main_community(workspace: Workspace) -> Community:
    return Community.objects.get(workspace=workspace, kind=Community.Kind.MAIN)


def treatment_of_existing_users(workspace: Workspace) -> str:
    """`add`, `notify` or `ask`: the stricter of what the operator and the workspace say."""
    chosen: tuple[str, str] = (settings.GUESTLIST_EXISTING_USERS, workspace.existing_users or "add")
    return max(chosen, key=TREATMENTS.index)


def invitation_lifetime(workspace: Workspace) -> timedelta:
    return timedelta(seconds=workspace.invitation_lifetime)
