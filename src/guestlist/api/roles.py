"""The roles of a community, and the permissions they are made of."""

import uuid
from collections.abc import Collection
from typing import Literal

from ninja import Query, Router
from pydantic import BaseModel, Field

from guestlist.access.permissions import catalogue
from guestlist.api.auth import Call
from guestlist.api.shapes import Listed, Page, RoleRef, Text, id_in, listed, role_refs, sliced
from guestlist.kernel.actors import Actor
from guestlist.members.models import Role
from guestlist.members.queries import facts_of, fetch_community, fetch_workspace, visible_communities
from guestlist.members.queries.roles import fetch_role, readable_roles
from guestlist.workspaces.models import Workspace

router = Router(tags=["roles"])


class RoleOut(RoleRef):
    """`community` owns the role; null for a built-in one, and for an owner outside the caller's sight."""

    description: str
    built_in: bool
    community: uuid.UUID | None
    permissions: list[str]
    may_hand_out: list[RoleRef] = Field(description="Besides those whose permissions the holder has anyway")


class PermissionOut(BaseModel):
    name: str
    level: Literal["read", "write", "admin"]
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


@router.get("/workspaces/{workspace}/permissions", response=Listed[PermissionOut])
def list_permissions(request: Call, workspace: Text, query: Query[Page]) -> Listed[PermissionOut]:
    """Guestlist's own, and those the applications behind it registered."""
    fetch_workspace(request.auth, workspace)
    page, then = sliced("permissions", sorted(catalogue().values(), key=lambda each: each.name), query)
    return listed("permissions", [PermissionOut.model_validate(each, from_attributes=True) for each in page], then)


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
