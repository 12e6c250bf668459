"""Who holds a role, and what an edit of it would give and take. Named only where the actor may read them."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from guestlist.access.decision import decide
from guestlist.access.roles import RoleFacts
from guestlist.kernel.actors import Actor
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.members.queries.doors import communities_where, visible_communities
from guestlist.members.queries.standing import Standing, facts_of, live, standing, standings
from guestlist.workspaces.models import Workspace


@dataclass(frozen=True)
class Holders:
    """A page of the memberships that hold a role, by address, and all its API keys. `unnamed` counts the holders in communities
    that the actor sees but whose members or keys they may not read; communities out of sight count for nothing (rule 6)."""

    memberships: list[Membership]
    more: bool
    keys: list[ApiKey]
    unnamed: int

    @property
    def anybody(self) -> bool:
        return bool(self.memberships or self.keys or self.unnamed)


@dataclass(frozen=True)
class Effect:
    """What an edit gives and takes one holder in one community: what no other role of theirs there, that the actor may read of,
    gives anyway."""

    holder: Membership | ApiKey
    gains: list[str]
    loses: list[str]


@dataclass(frozen=True)
class Effects:
    """The holders for whom an edit changes something; `others` counts those that hold the role beyond the first so many."""

    rows: list[Effect]
    others: int


def holders_of(actor: Actor, workspace: Workspace, role: Role, *, start: int = 0, limit: int = 50) -> Holders:
    """Up to `limit` memberships from the place `start`, with the role's other holders."""
    seen = visible_communities(actor, workspace).order_by().values("id")
    members, keys = _members(actor, workspace, role), _keys(actor, workspace, role)
    unnamed = Membership.objects.filter(workspace=workspace, roles=role, community__in=seen).exclude(id__in=members.values("id"))
    unnamed_keys = keys_holding(role).filter(workspace=workspace, community__in=seen).exclude(id__in=keys.values("id"))
    page = list(members.select_related("user", "community").order_by("email_key", "id")[start : start + limit + 1])
    return Holders(
        page[:limit],
        len(page) > limit,
        list(keys.select_related("community").order_by("name", "id")),
        unnamed.count() + unnamed_keys.count(),
    )


def keys_holding(role: Role) -> QuerySet[ApiKey]:
    """Every API key that holds the role: for commands, which ask about rights themselves."""
    return ApiKey.objects.filter(revoked_at=None, role_ids__icontains=str(role.id))


def _members(actor: Actor, workspace: Workspace, role: Role) -> QuerySet[Membership]:
    places = communities_where(actor, workspace, "members:read").order_by().values("id")
    return Membership.objects.filter(workspace=workspace, roles=role, community__in=places)


def _keys(actor: Actor, workspace: Workspace, role: Role) -> QuerySet[ApiKey]:
    places = communities_where(actor, workspace, "keys:write").order_by().values("id")
    return keys_holding(role).filter(workspace=workspace, community__in=places)


def effect_of(actor: Actor, workspace: Workspace, role: Role, permissions: Collection[str], limit: int = 50) -> Effects:
    """Who would gain and lose which permissions if the role held `permissions`: the first `limit` members and keys to whom the role
    gives something now, in a constant number of statements."""
    old, new = facts_of(role), frozenset(permissions)
    if old.permissions == new:
        return Effects([], 0)
    members, keys = _members(actor, workspace, role).filter(live()), _keys(actor, workspace, role)
    holders: list[Membership | ApiKey] = []
    holders += members.select_related("user", "community").order_by("email_key", "id")[:limit]
    holders += keys.select_related("community").order_by("name", "id")[: limit - len(holders)]
    reach = standings(map(_actor_of, holders), {each.community_id for each in holders})
    above = {each.community for places in reach.values() for held in places.values() for each in held}
    readable = {place for place, held in standing(actor, above).items() if decide("members:read", held)}
    effects = [_effect(each, old, new, reach[_actor_of(each)], readable) for each in holders]
    others = members.count() + keys.count() - len(holders)
    return Effects([each for each in effects if each.gains or each.loses], others)


def _actor_of(holder: Membership | ApiKey) -> Actor:
    return holder.actor if isinstance(holder, ApiKey) else holder.user.actor


def _effect(
    holder: Membership | ApiKey,
    old: RoleFacts,
    new: frozenset[str],
    reach: Mapping[uuid.UUID, Standing],
    readable: Collection[uuid.UUID],
) -> Effect:
    seen = {holder.community_id, *readable}
    given = [each.role.permissions for each in reach[holder.community_id] if each.role.id != old.id and each.community in seen]
    anyway = frozenset().union(*given)
    return Effect(holder, sorted(new - old.permissions - anyway), sorted(old.permissions - new - anyway))


def counts_of(actor: Actor, workspace: Workspace, roles: Collection[Role]) -> dict[uuid.UUID, int]:
    """How many memberships that the actor may read hold each role, in one statement."""
    places = communities_where(actor, workspace, "members:read").order_by().values("id")
    rows = MembershipRole.objects.filter(role__in=roles, membership__workspace=workspace, membership__community__in=places)
    return dict(rows.values("role_id").order_by().annotate(times=Count("id")).values_list("role_id", "times"))
