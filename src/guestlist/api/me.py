"""/me: who the caller is, and where."""

import uuid
from datetime import datetime
from itertools import groupby
from typing import Literal

from ninja import Router
from pydantic import BaseModel

from guestlist.api.auth import Call
from guestlist.api.shapes import CommunityRef, RoleRef, community_ref, role_refs
from guestlist.kernel.actors import Actor
from guestlist.members.models import ApiKey, Role
from guestlist.members.queries import MemberRow, memberships_of
from guestlist.users.models import User
from guestlist.workspaces.models import Workspace

router = Router(tags=["me"])


class WorkspaceRef(BaseModel):
    id: uuid.UUID
    slug: str
    name: str


class OwnMembership(BaseModel):
    id: uuid.UUID
    community: CommunityRef
    roles: list[RoleRef]
    status: Literal["active", "deactivated"]
    ends_at: datetime | None


class OwnWorkspace(WorkspaceRef):
    memberships: list[OwnMembership]


class UserMe(BaseModel):
    kind: Literal["user"] = "user"
    id: uuid.UUID
    name: str
    email: str
    language: str
    workspaces: list[OwnWorkspace]


class KeyMe(BaseModel):
    kind: Literal["api_key"] = "api_key"
    id: uuid.UUID
    name: str
    workspace: WorkspaceRef
    community: CommunityRef
    roles: list[RoleRef]


@router.get("/me", response=UserMe | KeyMe)
def me(request: Call) -> UserMe | KeyMe:
    return _key(request.auth) if request.auth.kind == "api_key" else _user(request.user)


def _user(user: User) -> UserMe:
    grouped = groupby(memberships_of(user), lambda row: row.membership.workspace)
    workspaces = [
        OwnWorkspace(**_workspace(place).model_dump(), memberships=[_membership(row) for row in rows]) for place, rows in grouped
    ]
    return UserMe(id=user.id, name=user.name, email=user.email, language=user.language or "en", workspaces=workspaces)


def _key(actor: Actor) -> KeyMe:
    row = ApiKey.objects.select_related("workspace", "community").get(id=actor.id)
    roles = Role.objects.filter(id__in=row.role_ids).order_by("created_at", "id")
    return KeyMe(
        id=row.id,
        name=row.name,
        workspace=_workspace(row.workspace),
        community=community_ref(row.community),
        roles=role_refs(roles),
    )


def _workspace(workspace: Workspace) -> WorkspaceRef:
    return WorkspaceRef(id=workspace.id, slug=workspace.slug, name=workspace.name)


def _membership(row: MemberRow) -> OwnMembership:
    membership = row.membership
    return OwnMembership(
        id=membership.id,
        community=community_ref(membership.community),
        roles=role_refs(row.roles),
        status=membership.status,
        ends_at=membership.ends_at,
    )
