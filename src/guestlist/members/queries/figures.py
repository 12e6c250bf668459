"""Numbers for pictures: who holds which role, and how the tree is grown. Inside the actor's sight, and capped."""

import uuid
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from guestlist.kernel.actors import Actor
from guestlist.kernel.rows import planned_anew
from guestlist.members.models import Membership, MembershipRole, Role
from guestlist.members.queries.doors import communities_where, visible_communities
from guestlist.workspaces.models import Ancestry, Community, Workspace

MOST_COUNTED = 20_000
MOST_NODES = 200


@dataclass(frozen=True)
class RoleCounts:
    """Active memberships by role, the most held first. `partial`: only the first MOST_COUNTED memberships were counted."""

    counts: list[tuple[Role, int]]
    partial: bool


@dataclass
class MapNode:
    """A community with those below it, as far as they are drawn. `members`: its own active ones, or None where the actor may not
    read them; `below`: all communities below."""

    community: Community
    members: int | None = None
    below: int = 0
    children: list["MapNode"] = field(default_factory=list)

    @property
    def undrawn(self) -> int:
        return self.below - sum(1 + each.below for each in self.children)


def members_by_role(actor: Actor, workspace: Workspace) -> RoleCounts:
    """Over the communities where the actor may read members."""
    counts, partial = _by_role(_readable(actor, workspace).filter(status=Membership.Status.ACTIVE))
    roles = Role.objects.in_bulk(counts)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], roles[pair[0]].name))
    return RoleCounts([(roles[role], count) for role, count in ordered], partial)


@planned_anew()
def holders_at_least(actor: Actor, workspace: Workspace) -> tuple[dict[uuid.UUID, int], bool]:
    """By role, how many memberships that the actor may read hold it, whatever their state; and whether there may be more, since only
    the first MOST_COUNTED memberships were counted: a built-in role may have a million holders."""
    return _by_role(_readable(actor, workspace))


def _readable(actor: Actor, workspace: Workspace) -> QuerySet[Membership]:
    places = communities_where(actor, workspace, "members:read").order_by()
    rows = Membership.objects.filter(workspace=workspace)
    main = places.filter(kind=Community.Kind.MAIN).exists()
    return rows if main else rows.filter(community__in=places.values("id"))


def _by_role(rows: QuerySet[Membership]) -> tuple[dict[uuid.UUID, int], bool]:
    counted = MembershipRole.objects.filter(membership__in=rows.values("id")[:MOST_COUNTED])
    counts = dict(counted.values_list("role").annotate(Count("id")))
    return counts, rows.values("id")[MOST_COUNTED : MOST_COUNTED + 1].exists()


def map_of(actor: Actor, workspace: Workspace) -> list[MapNode]:
    """The communities in sight, the highest MOST_NODES of them; the tops first, each with those below."""
    shown = list(visible_communities(actor, workspace).order_by("depth", "name", "id")[:MOST_NODES])
    nodes = {each.id: MapNode(each) for each in shown}
    _count(actor, workspace, nodes)
    for node in nodes.values():
        if node.community.parent_id in nodes:
            nodes[node.community.parent_id].children.append(node)
    return [node for node in nodes.values() if node.community.parent_id not in nodes]


def _count(actor: Actor, workspace: Workspace, nodes: dict[uuid.UUID, MapNode]) -> None:
    listing = communities_where(actor, workspace, "communities:read").filter(id__in=nodes).values("id")
    below = Ancestry.objects.filter(ancestor__in=listing.order_by(), depth__gt=0)
    for place, number in below.values_list("ancestor").annotate(Count("descendant")):
        nodes[place].below = number
    readable = set(communities_where(actor, workspace, "members:read").filter(id__in=nodes).values_list("id", flat=True))
    members = Membership.objects.filter(community__in=readable, status=Membership.Status.ACTIVE)
    found = dict(members.values_list("community").annotate(Count("id")))
    for place in readable:
        nodes[place].members = found.get(place, 0)
