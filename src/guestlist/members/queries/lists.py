"""Members of a community and users of a workspace, page by page in order of address."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Exists, OuterRef, Q, QuerySet

from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.members.errors import NotAllowed
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.members.queries.doors import communities_where, visible_communities
from guestlist.members.queries.standing import live, may
from guestlist.users.models import User
from guestlist.workspaces.models import Community, Workspace
from guestlist.workspaces.queries import ancestors_of


@dataclass(frozen=True)
class MemberRow:
    """A membership as seen from one community: `inherited_from` is the community above that carries it down, or None."""

    membership: Membership
    roles: list[Role]
    inherited_from: Community | None = None


@dataclass(frozen=True)
class UserRow:
    user: User
    key: str
    memberships: list[MemberRow]

    @property
    def active(self) -> bool:
        return any(row.membership.state == Membership.Status.ACTIVE for row in self.memberships)


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to: `q` is a part of the address or name, `status` a membership's state, `role` a role's id."""

    q: str = ""
    status: str = ""
    role: uuid.UUID | None = None

    def apply(self, rows: QuerySet[Membership]) -> QuerySet[Membership]:
        if self.q:
            rows = rows.filter(Q(email_key__contains=self.q.lower()) | Q(user__name__icontains=self.q))
        if self.status:
            rows = rows.filter(_in_state(self.status))
        if self.role:
            rows = rows.filter(Exists(MembershipRole.objects.filter(membership=OuterRef("pk"), role=self.role)))
        return rows


def _in_state(state: str) -> Q:
    """`active`, `deactivated` or `ended`, as Membership.state tells them apart."""
    ended = Q(status=Membership.Status.ACTIVE, ends_at__lte=clock.now())
    return ended if state == "ended" else Q(status=state) & ~ended


def members_of(
    actor: Actor, workspace: Workspace, community: Community, narrow: Filter, *, inherited: bool, after: str = "", limit: int = 50
) -> list[MemberRow]:
    """Up to `limit` members after the address `after`. Inherited ones are active memberships in communities above that the actor
    sees. One short statement per community on the path (at most 8): a single one over all of them reads the whole workspace.
    Raises NotAllowed without `members:read`."""
    if not may(actor, "members:read", community.id):
        raise NotAllowed
    above = {ancestor for _, ancestor in ancestors_of([community.id])} if inherited else {community.id}
    places = visible_communities(actor, workspace).filter(id__in=above).in_bulk()
    found: list[Membership] = []
    for place in places:
        rows = narrow.apply(Membership.objects.filter(community=place, email_key__gt=after))
        rows = rows if place == community.id else rows.filter(live())
        found.extend(rows.select_related("user").order_by("email_key", "user_id")[:limit])
    found.sort(key=lambda row: (row.email_key, row.community_id != community.id))
    page = found[:limit]
    roles = roles_of(page)
    return [MemberRow(row, roles[row.id], places[row.community_id] if row.community_id != community.id else None) for row in page]


def users_of(actor: Actor, workspace: Workspace, narrow: Filter, *, after: str = "", limit: int = 50) -> list[UserRow]:
    """Up to `limit` users after the address `after`, each with the memberships in communities where the actor may read members."""
    places = communities_where(actor, workspace, "members:read").order_by()
    seen = Membership.objects.filter(workspace=workspace)
    if not places.filter(kind=Community.Kind.MAIN).exists():
        seen = seen.filter(community__in=places.values("id"))
    keys = narrow.apply(seen.filter(email_key__gt=after)).order_by("email_key").values_list("email_key", flat=True).distinct()
    rows = list(
        seen.filter(email_key__in=list(keys[:limit])).select_related("user", "community").order_by("email_key", "community__name")
    )
    roles = roles_of(rows)
    users: dict[str, UserRow] = {}
    for row in rows:
        users.setdefault(row.email_key, UserRow(row.user, row.email_key, [])).memberships.append(MemberRow(row, roles[row.id]))
    return list(users.values())


def roles_of(memberships: Sequence[Membership]) -> dict[uuid.UUID, list[Role]]:
    """The roles of each membership, in one statement."""
    found: dict[uuid.UUID, list[Role]] = defaultdict(list)
    rows = MembershipRole.objects.filter(membership__in=[row.id for row in memberships]).select_related("role")
    for row in rows.order_by("role__created_at", "role_id"):
        found[row.membership_id].append(row.role)
    return found


def capped_count(rows: QuerySet[Membership] | QuerySet[Community], cap: int = 1000) -> str:
    """`214`, or `1,000+`: an exact count of a million costs more than the page."""
    number = sum(1 for _ in islice(rows.order_by().values_list("pk", flat=True)[: cap + 1], cap + 1))
    return f"{cap:,}+" if number > cap else str(number)


def fetch_membership(actor: Actor, workspace: Workspace, membership: uuid.UUID) -> MemberRow:
    """One membership where the actor may read members. Raises NotFound."""
    places = communities_where(actor, workspace, "members:read").order_by().values("id")
    rows = Membership.objects.filter(id=membership, community__in=places).select_related("user", "community", "workspace")
    row = rows.first()
    if row is None:
        raise NotFound
    return MemberRow(row, roles_of([row])[row.id])


def memberships_of(user: User) -> list[MemberRow]:
    """What the user belongs to, in every workspace: their own business, so no actor is asked."""
    rows = list(
        Membership.objects.filter(user=user)
        .select_related("workspace", "community")
        .order_by("workspace__name", "community__kind", "community__name")
    )
    roles = roles_of(rows)
    return [MemberRow(row, roles[row.id]) for row in rows]


def fetch_own_membership(user: User, membership: uuid.UUID) -> MemberRow:
    """One of the user's own. Raises NotFound."""
    row = next((each for each in memberships_of(user) if each.membership.id == membership), None)
    if row is None:
        raise NotFound
    return row


def keys_in(community: Community) -> QuerySet[ApiKey]:
    """The API keys that hang on the community; the caller has asked whether the actor may see them."""
    return ApiKey.objects.filter(community=community, revoked_at=None).order_by("name", "id")
