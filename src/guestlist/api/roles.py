"""The roles of a community, and the permissions they are made of."""

import uuid
from collections.abc import Collection
from typing import Literal

from django.http import HttpResponse, JsonResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from guestlist.access.permissions import catalogue
from guestlist.api.auth import Call
from guestlist.api.idempotency import IN_DOCUMENT, once
from guestlist.api.members import UserOut
from guestlist.api.shapes import Body, Listed, Page, RoleRef, Text, id_in, listed, role_refs, sliced
from guestlist.invitations.queries import invitations_holding
from guestlist.kernel.actors import Actor
from guestlist.members.commands import create_role, delete_role, update_role
from guestlist.members.models import ApiKey, Role
from guestlist.members.queries import (
    Effect,
    effect_of,
    facts_of,
    fetch_community,
    fetch_workspace,
    holders_of,
    pick_roles,
    usable_roles,
    visible_communities,
)
from guestlist.members.queries.roles import fetch_role, readable_roles
from guestlist.workspaces.models import Community, Workspace

router = Router(tags=["roles"])


class RoleOut(RoleRef):
    """`community` owns the role; null for a built-in one, and for an owner outside the caller's sight."""

    description: str
    built_in: bool
    community: uuid.UUID | None
    permissions: list[str]
    may_hand_out: list[RoleRef] = Field(description="Besides those whose permissions the holder has anyway")


class RoleIn(Body):
    name: str
    description: str = ""
    permissions: tuple[Text, ...] = Field(max_length=1000)
    may_hand_out: tuple[Text, ...] = Field((), max_length=1000, description="Ids or names")


class RoleChange(Body):
    """What is left out stays."""

    name: str | None = None
    description: str | None = None
    permissions: tuple[Text, ...] | None = Field(None, max_length=1000)
    may_hand_out: tuple[Text, ...] | None = Field(None, max_length=1000, description="Ids or names")
    dry_run: bool = Field(False, description="Only say who would gain and lose what; a name that is taken is not noticed")


class EffectOut(BaseModel):
    """What one membership, or one API key, would gain and lose in its community: what no other role there gives anyway."""

    membership: uuid.UUID | None
    api_key: uuid.UUID | None
    name: str
    email: str = Field(description="Empty for an API key")
    community: uuid.UUID
    gains: list[str]
    losses: list[str]


class ChangedRole(RoleOut):
    """`effects`: of the first 50 holders those for whom something changes; `others` counts the holders beyond. Null unless it was a
    dry run."""

    effects: list[EffectOut] | None = None
    others: int | None = None


class RoleGoing(Body):
    move_to: Text | None = Field(None, description="Id or name of the role that its holders get instead")


class HolderOut(BaseModel):
    membership: uuid.UUID
    user: UserOut
    community: uuid.UUID
    status: Literal["active", "deactivated"]


class KeyRef(BaseModel):
    id: uuid.UUID
    name: str
    community: uuid.UUID


class HoldersOut(Listed[HolderOut]):
    """Memberships page by page; with each page all `api_keys`, the number of pending `invitations`, and `unnamed`: holders in
    communities that the caller sees but whose members or keys they may not read."""

    api_keys: list[KeyRef]
    invitations: int
    unnamed: int


class PermissionOut(BaseModel):
    name: str
    level: Literal["read", "write", "admin"]
    group: str = Field(description="What it is about: for an application `Application: resource`")
    description: str


@router.get("/workspaces/{workspace}/communities/{community}/roles", response=Listed[RoleOut])
def list_roles(request: Call, workspace: Text, community: Text, query: Query[Page]) -> Listed[RoleOut]:
    """Those usable there: the built-in ones, its own, and those of the communities above."""
    place = fetch_workspace(request.auth, workspace)
    usable = readable_roles(request.auth, fetch_community(request.auth, place, community))
    page, then = sliced("roles", usable, query)
    return listed("roles", roles_out(request.auth, place, page), then)


@router.get("/workspaces/{workspace}/roles/{role}", response=RoleOut)
def get_role(request: Call, workspace: Text, role: str) -> RoleOut:
    place = fetch_workspace(request.auth, workspace)
    return roles_out(request.auth, place, [fetch_role(request.auth, place, id_in(role))])[0]


@router.post("/workspaces/{workspace}/communities/{community}/roles", response={201: RoleOut}, openapi_extra=IN_DOCUMENT)
def add_role(request: Call, workspace: Text, community: Text, body: RoleIn) -> HttpResponse:
    """A custom role, usable there and below. Needs `roles:write`; every permission must be one the caller may hand out there."""
    place = fetch_workspace(request.auth, workspace)
    where = fetch_community(request.auth, place, community)
    return once(request, lambda: _add(request.auth, place, where, body))


@router.patch("/workspaces/{workspace}/roles/{role}", response=ChangedRole)
def change_role(request: Call, workspace: Text, role: str, body: RoleChange) -> ChangedRole:
    """Changes a custom role for everybody who holds it, at their next request."""
    place = fetch_workspace(request.auth, workspace)
    row = fetch_role(request.auth, place, id_in(role))
    changed = update_role(
        actor=request.auth,
        role=row,
        name=body.name,
        description=body.description,
        permissions=body.permissions,
        may_give=None if body.may_hand_out is None else _named(row, body.may_hand_out),
        dry_run=body.dry_run,
    )
    out = ChangedRole(**roles_out(request.auth, place, [changed])[0].model_dump())
    if body.dry_run:
        found = effect_of(request.auth, place, row, changed.permissions)
        out.effects, out.others = [_effect(each) for each in found.rows], found.others
    return out


def _effect(effect: Effect) -> EffectOut:
    holder, key = effect.holder, isinstance(effect.holder, ApiKey)
    return EffectOut(
        membership=None if key else holder.id,
        api_key=holder.id if key else None,
        name=holder.name if isinstance(holder, ApiKey) else holder.user.name,
        email="" if isinstance(holder, ApiKey) else holder.user.email,
        community=holder.community_id,
        gains=effect.gains,
        losses=effect.loses,
    )


@router.delete("/workspaces/{workspace}/roles/{role}", response={204: None})
def remove_role(request: Call, workspace: Text, role: str, body: RoleGoing | None = None) -> Status[None]:
    """Deletes a custom role. Whoever holds it, by a membership, an API key or a pending invitation, gets `move_to` instead."""
    row = fetch_role(request.auth, fetch_workspace(request.auth, workspace), id_in(role))
    instead = _named(row, [body.move_to])[:1] if body and body.move_to else []
    delete_role(actor=request.auth, role=row, move_to=next(iter(instead), None))
    return Status(204, None)


@router.get("/workspaces/{workspace}/roles/{role}/holders", response=HoldersOut)
def list_holders(request: Call, workspace: Text, role: str, query: Query[Page]) -> HoldersOut:
    """Who holds a role, by address, in communities where the caller may read members."""
    place = fetch_workspace(request.auth, workspace)
    row = fetch_role(request.auth, place, id_in(role))
    start = query.start("holders") or 0
    found = holders_of(request.auth, place, row, start=start, limit=query.limit)
    items = [
        HolderOut(
            membership=each.id,
            user=UserOut(id=each.user.id, email=each.user.email, name=each.user.name),
            community=each.community_id,
            status=each.status,
        )
        for each in found.memberships
    ]
    return HoldersOut(
        items=items,
        next_cursor=listed("holders", items, start + query.limit if found.more else None).next_cursor,
        api_keys=[KeyRef(id=each.id, name=each.name, community=each.community_id) for each in found.keys],
        invitations=invitations_holding(request.auth, place, row),
        unnamed=found.unnamed,
    )


@router.get("/workspaces/{workspace}/permissions", response=Listed[PermissionOut])
def list_permissions(request: Call, workspace: Text, query: Query[Page]) -> Listed[PermissionOut]:
    """Guestlist's own, and those the applications behind it registered."""
    fetch_workspace(request.auth, workspace)
    page, then = sliced("permissions", sorted(catalogue().values(), key=lambda each: each.name), query)
    return listed("permissions", [PermissionOut.model_validate(each, from_attributes=True) for each in page], then)


def _add(actor: Actor, workspace: Workspace, community: Community, body: RoleIn) -> HttpResponse:
    made = create_role(
        actor=actor,
        community=community,
        name=body.name,
        description=body.description,
        permissions=body.permissions,
        may_give=pick_roles(body.may_hand_out, usable_roles([community])[community.id]),
    )
    return JsonResponse(roles_out(actor, workspace, [made])[0].model_dump(mode="json"), status=201)


def _named(role: Role, names: Collection[str]) -> list[Role]:
    """Roles usable where `role` is. Raises UnknownRole."""
    return pick_roles(names, usable_roles([role.community])[role.community.id]) if role.community else []


def roles_out(actor: Actor, workspace: Workspace, rows: Collection[Role]) -> list[RoleOut]:
    facts = [facts_of(row) for row in rows]
    named = Role.objects.in_bulk({each for fact in facts for each in fact.may_hand_out})
    owners = visible_communities(actor, workspace).filter(id__in={row.community_id for row in rows if row.community_id})
    seen = set(owners.values_list("id", flat=True))
    return [
        RoleOut(
            id=row.id,
            name=row.name,
            description=row.description,
            built_in=row.is_built_in,
            community=row.community_id if row.community_id in seen else None,
            permissions=sorted(fact.permissions),
            may_hand_out=role_refs(named[each] for each in sorted(fact.may_hand_out) if each in named),
        )
        for row, fact in zip(rows, facts, strict=True)
    ]
