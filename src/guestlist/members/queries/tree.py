"""The tree as an actor sees it: whole while it is small, else along the path to one community, a page of each level at a time."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from guestlist.access.decision import decide
from guestlist.kernel.actors import Actor
from guestlist.members.models import Membership
from guestlist.members.queries.doors import communities_where, own_places, visible_communities
from guestlist.members.queries.standing import standing
from guestlist.workspaces.models import DEEPEST, Ancestry, Community, Workspace
from guestlist.workspaces.queries import children_of

LEVEL = 50


@dataclass(frozen=True)
class Facts:
    """What is said beside a community: how many lie right below it (as far as the actor may read), how many members it has of its own (None where the actor may
    not read them), and whether the actor may change it."""

    children: int
    members: int | None
    writable: bool


@dataclass(frozen=True)
class Tree:
    """`below` holds the rows under each community, by its id, and under None those that begin the actor's sight. `more`: the levels
    that have further rows. `whole`: nothing is left out."""

    below: dict[uuid.UUID | None, list[Community]]
    more: frozenset[uuid.UUID | None]
    opened: frozenset[uuid.UUID]
    whole: bool

    @property
    def rows(self) -> list[Community]:
        return [row for rows in self.below.values() for row in rows]


def tree_around(actor: Actor, workspace: Workspace, here: Community | None, *, start: int = 0) -> Tree:
    """Up to 50 communities: all of them. More: the way down to `here` and, of every level on it, 50 rows; of those right below
    `here` (of the first level, without it) the ones from `start` on. The number of statements depends on the depth alone."""
    few = list(visible_communities(actor, workspace)[: LEVEL + 1])
    if len(few) <= LEVEL and not start:
        ids = {row.id for row in few}
        below: dict[uuid.UUID | None, list[Community]] = defaultdict(list)
        for row in few:
            below[row.parent_id if row.parent_id in ids else None].append(row)
        return Tree(below, frozenset(), frozenset(ids), whole=True)
    return _along(_tops(actor, workspace), paths_to(actor, [here])[here.id] if here else [], start)


def _along(tops: QuerySet[Community], path: list[Community], start: int) -> Tree:
    levels: list[tuple[uuid.UUID | None, QuerySet[Community]]] = [(None, tops)]
    levels += [(each.id, Community.objects.filter(parent=each).order_by("name", "id")) for each in path]
    below: dict[uuid.UUID | None, list[Community]] = {}
    more = set()
    for depth, (parent, rows) in enumerate(levels):
        first = start if depth == len(levels) - 1 else 0
        found = list(rows[first : first + LEVEL + 1])
        below[parent] = found[:LEVEL]
        if len(found) > LEVEL:
            more.add(parent)
        if depth < len(path) and path[depth] not in below[parent]:
            below[parent].append(path[depth])
    return Tree(below, frozenset(more), frozenset(each.id for each in path), whole=False)


def _tops(actor: Actor, workspace: Workspace) -> QuerySet[Community]:
    """Where the actor's sight begins: the communities they belong to that lie below no other such."""
    own = own_places(actor).filter(workspace=workspace)
    above = Ancestry.objects.filter(descendant=OuterRef("pk"), depth__gt=0, ancestor__in=own.values("id"))
    return own.exclude(Exists(above)).order_by("kind", "name", "id")


def paths_to(actor: Actor, communities: Collection[Community]) -> dict[uuid.UUID, list[Community]]:
    """For communities in the actor's sight: from where that begins down to the community itself. Two statements."""
    lines = Ancestry.objects.filter(descendant__in=[each.id for each in communities]).select_related("ancestor")
    paths: dict[uuid.UUID, list[Community]] = {each.id: [] for each in communities}
    for line in lines.order_by("-depth"):
        paths[line.descendant_id].append(line.ancestor)
    above = {row.id for path in paths.values() for row in path}
    own = set(own_places(actor).filter(id__in=above).values_list("id", flat=True))
    return {key: _from_first(path, own) for key, path in paths.items()}


def _from_first(path: list[Community], own: set[uuid.UUID]) -> list[Community]:
    first = next((place for place, row in enumerate(path) if row.id in own), len(path) - 1)
    return path[first:]


def facts_beside(actor: Actor, rows: Sequence[Community]) -> dict[uuid.UUID, Facts]:
    """For each of `rows`, in a constant number of statements."""
    ids = [row.id for row in rows]
    held = standing(actor, ids)
    readable = [each for each in ids if decide("members:read", held[each])]
    counted = Membership.objects.filter(community__in=readable).order_by().values("community").annotate(number=Count("pk"))
    members = dict(counted.values_list("community", "number"))
    children = children_of(ids)
    return {
        each: Facts(
            children.get(each, 0) if decide("communities:read", held[each]) else 0,
            members.get(each, 0) if each in readable else None,
            bool(decide("communities:write", held[each])),
        )
        for each in ids
    }


def parents_open_to(actor: Actor, community: Community) -> QuerySet[Community]:
    """Where the actor may hang the community: not below itself, not where it is, not so deep that its own would lie too deep."""
    below = Ancestry.objects.filter(ancestor=community)
    height = below.aggregate(most=Max("depth"))["most"]
    places = communities_where(actor, community.workspace, "communities:write").filter(depth__lt=DEEPEST - 1 - height)
    return places.exclude(id__in=below.values("descendant")).exclude(children=community)
