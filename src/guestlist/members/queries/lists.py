"""Members of a community and users of a workspace, page by page in order of address."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Exists, Expression, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Collate

from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.kernel.ids import as_id
from guestlist.kernel.refusing import found_in
from guestlist.kernel.rows import planned_anew
from guestlist.members.errors import NotAllowed
from guestlist.members.models import Membership, MembershipRole, Role
from guestlist.members.queries.doors import communities_where, visible_communities
from guestlist.members.queries.standing import live, may
from guestlist.users.models import User
from guestlist.workspaces.models import Community, Workspace
from guestlist.workspaces.queries import ancestors_of


@dataclass(frozen=True)
class MemberRow:
    """A membership as seen from one community: `inherited_from` is the community above that carries it down, or None;
    `key` is its place in the order of the list."""

    membership: Membership
    roles: list[Role]
    inherited_from: Community | None = None
    key: str = ""


@dataclass(frozen=True)
class UserRow:
    """A user with the memberships in sight; `key` is their place in the order of the list."""

    user: User
    key: str
    memberships: list[MemberRow]

    @property
    def active(self) -> bool:
        return self.state == Membership.Status.ACTIVE

    @property
    def state(self) -> str:
        """`active` while one of the memberships is, else `ended` where one has ended, else `deactivated`."""
        states = {row.membership.state for row in self.memberships}
        return next(each for each in ("active", "ended", "deactivated") if each in states)


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to: `q` is a part of the address or name, `status` a membership's state, `role` and `community` ids,
    `source` how the membership came to be."""

    q: str = ""
    status: str = ""
    role: uuid.UUID | None = None
    source: str = ""
    community: uuid.UUID | None = None

    def apply(self, rows: QuerySet[Membership]) -> QuerySet[Membership]:
        if self.q:
            rows = rows.filter(_matches(self.q))
        if self.status:
            rows = rows.filter(_in_state(self.status))
        if self.role:
            rows = rows.filter(Exists(MembershipRole.objects.filter(membership=OuterRef("pk"), role=self.role)))
        if self.source:
            rows = rows.filter(source=self.source)
        return rows.filter(community=self.community) if self.community else rows


def _matches(part: str) -> Q:
    """Whose name or address has this part. PostgreSQL finds three letters or more by its index (users.0030)."""
    if connection.vendor == "sqlite":  # whose lower() knows ASCII only
        return Q(user__listed_as__icontains=part)
    found = Q(user__listed_as__contains=part.lower())
    if len(part) < 3:
        return found
    sides = (Func(each, function="trigrams") for each in (F("user__listed_as"), Value(part.lower())))
    return found & Q(Func(*sides, template="%(expressions)s", arg_joiner=" @> ", output_field=BooleanField()))


def _in_state(state: str) -> Q:
    """`active`, `deactivated` or `ended`, as Membership.state tells them apart."""
    ended = Q(status=Membership.Status.ACTIVE, ends_at__lte=clock.now())
    return ended if state == "ended" else Q(status=state) & ~ended


@planned_anew()
def members_of(
    actor: Actor,
    workspace: Workspace,
    community: Community,
    narrow: Filter,
    *,
    inherited: bool,
    own: bool = True,
    after: str = "",
    limit: int = 50,
    order: str = "address",
) -> list[MemberRow]:
    """Up to `limit` members after the key `after` of the order (see `in_order`): the community's own, and with `inherited` the active
    memberships in communities above that the actor sees; without `own` these alone. One short statement per community on the path (at most 8): a single one over all of them reads the
    whole workspace. Raises NotAllowed without `members:read`."""
    if not may(actor, "members:read", community.id):
        raise NotAllowed
    above = {ancestor for _, ancestor in ancestors_of([community.id])} if inherited else {community.id}
    above = above if own else above - {community.id}
    places = visible_communities(actor, workspace).filter(id__in=above).in_bulk()
    found: list[Membership] = []
    for place in places:
        rows = narrow.apply(Membership.objects.filter(community=place))
        rows = rows if place == community.id else rows.filter(live())
        found.extend(in_order(rows, order, after).select_related("user", "community")[:limit])
    found.sort(key=lambda row: row.community_id != community.id)
    found.sort(key=_key, reverse=order == NEWEST)
    page = found[:limit]
    roles = roles_of(page)
    carried = {place.id: place for place in places.values() if place != community}
    return [MemberRow(row, roles[row.id], carried.get(row.community_id), _key(row)) for row in page]


@planned_anew()
def users_of(
    actor: Actor, workspace: Workspace, narrow: Filter, *, after: str = "", limit: int = 50, order: str = "address"
) -> list[UserRow]:
    """Up to `limit` users after the key `after` of the order, each with the memberships in communities where the actor may read
    members."""
    places = communities_where(actor, workspace, "members:read").order_by()
    seen = Membership.objects.filter(workspace=workspace)
    if not places.filter(kind=Community.Kind.MAIN).exists():
        seen = seen.filter(community__in=places.values("id"))
    chosen = in_order(narrow.apply(seen), order, after)
    if order == NEWEST:  # a user stands where their newest membership does
        later = narrow.apply(seen).filter(user=OuterRef("user"), id__gt=OuterRef("id"))
        chosen = chosen.filter(~Exists(later))
    keys = {user: str(key) for key, user in chosen.values_list("key", "user_id").distinct()[:limit]}
    rows = list(
        seen.filter(user__in=list(keys)).select_related("user", "community").order_by("community__kind", "community__name")
    )
    roles = roles_of(rows)
    users = {row.user_id: UserRow(row.user, keys[row.user_id], []) for row in rows}
    for row in rows:
        users[row.user_id].memberships.append(MemberRow(row, roles[row.id]))
    return [users[user] for user in keys]


NEWEST = "newest"
COUNTED = 1000
LISTED_AS = F("user__listed_as")
_BYTEWISE = {"postgresql": "C", "sqlite": "BINARY"}


def in_order(rows: QuerySet[Any], order: str, after: str, *, name: "Expression | F" = LISTED_AS) -> QuerySet[Any]:
    """`rows` that have an address and a name, by `address`, `name` or `newest`, from behind the key `after` on.
    Each row gets its `key`, a text by which pages of several tables can be merged; ids grow with time."""
    if order == NEWEST:
        place = Q(id__lt=as_id(after)) if as_id(after) else Q()
        rows = rows.annotate(key=F("id")).filter(place).order_by("-id")
    elif order == "name":
        rows = rows.annotate(key=Collate(name, _BYTEWISE[connection.vendor])).filter(key__gt=after).order_by("key")
    else:
        rows = rows.annotate(key=F("email_key")).filter(email_key__gt=after).order_by("email_key", "user_id")
    return rows


def _key(row: Membership) -> str:
    return str(row.key)  # type: ignore[attr-defined] # in_order gave it


def roles_of(memberships: Sequence[Membership]) -> dict[uuid.UUID, list[Role]]:
    """The roles of each membership, in one statement."""
    found: dict[uuid.UUID, list[Role]] = defaultdict(list)
    rows = MembershipRole.objects.filter(membership__in=[row.id for row in memberships]).select_related("role")
    for row in rows.order_by("role__created_at", "role_id"):
        found[row.membership_id].append(row.role)
    return found


def capped_count(rows: QuerySet[Membership] | QuerySet[Community]) -> str:
    """`214`, or `1,000+`: an exact count of a million costs more than the page."""
    number = sum(1 for _ in islice(rows.order_by().values_list("pk", flat=True)[: COUNTED + 1], COUNTED + 1))
    return f"{COUNTED:,}+" if number > COUNTED else str(number)


def fetch_membership(actor: Actor, workspace: Workspace, membership: uuid.UUID) -> MemberRow:
    """One membership where the actor may read members. Raises NotFound."""
    places = communities_where(actor, workspace, "members:read").order_by().values("id")
    rows = Membership.objects.filter(id=membership, community__in=places).select_related("user", "community", "workspace")
    row = found_in(rows)
    return MemberRow(row, roles_of([row])[row.id])


def memberships_of(user: User, within: Collection[uuid.UUID] | None = None) -> list[MemberRow]:
    """What the user belongs to, in every workspace or in those `within`: their own business, so no actor is asked."""
    inside = Q() if within is None else Q(workspace__in=within)
    rows = list(
        Membership.objects.filter(inside, user=user)
        .select_related("workspace", "community")
        .order_by("workspace__name", "community__kind", "community__name")
    )
    roles = roles_of(rows)
    return [MemberRow(row, roles[row.id]) for row in rows]


def fetch_own_membership(user: User, membership: uuid.UUID, within: Collection[uuid.UUID] | None = None) -> MemberRow:
    """One of `memberships_of` the user. Raises NotFound."""
    row = next((each for each in memberships_of(user, within) if each.membership.id == membership), None)
    if row is None:
        raise NotFound
    return row


def fetch_memberships(
    actor: Actor, workspace: Workspace, memberships: Collection[uuid.UUID], users: Collection[uuid.UUID], most: int
) -> list[MemberRow]:
    """Those of `memberships`, and all of `users`, in communities where the actor may read members; at most `most`, by address."""
    places = communities_where(actor, workspace, "members:read").order_by().values("id")
    chosen = Membership.objects.filter(Q(id__in=memberships) | Q(user__in=users), community__in=places)
    rows = list(chosen.select_related("user", "community", "workspace").order_by("email_key", "community__name")[:most])
    roles = roles_of(rows)
    return [MemberRow(row, roles[row.id]) for row in rows]
