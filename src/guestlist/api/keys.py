"""The API keys that hang on a community."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpResponse, JsonResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from guestlist.api.auth import Call
from guestlist.api.idempotency import IN_DOCUMENT, once
from guestlist.api.shapes import Body, Listed, Page, RoleRef, Text, id_in, listed, role_refs, sliced
from guestlist.kernel.actors import Actor
from guestlist.members.commands import create_api_key, revoke_api_key
from guestlist.members.errors import NotAllowed
from guestlist.members.models import ApiKey, Role
from guestlist.members.queries import (
    fetch_community,
    fetch_key,
    fetch_workspace,
    keys_in,
    may,
    pick_roles,
    roles_of_keys,
    usable_roles,
)
from guestlist.workspaces.models import Community

router = Router(tags=["API keys"])


class KeyIn(Body):
    name: str
    roles: tuple[Text, ...] = Field(max_length=100, description="Ids or names")


class KeyOut(BaseModel):
    """`hint` is how the key begins."""

    id: uuid.UUID
    name: str
    community: uuid.UUID
    roles: list[RoleRef]
    hint: str
    created_at: datetime


class KeyMade(KeyOut):
    """`key` is the key itself, said this once and kept nowhere: null when the same `Idempotency-Key` comes again."""

    key: str | None


@router.get("/workspaces/{workspace}/communities/{community}/api-keys", response=Listed[KeyOut])
def list_keys(request: Call, workspace: Text, community: Text, query: Query[Page]) -> Listed[KeyOut]:
    """Those that work, by name. Needs `keys:write` there."""
    place = fetch_workspace(request.auth, workspace)
    where = fetch_community(request.auth, place, community)
    if not may(request.auth, "keys:write", where.id):
        raise NotAllowed
    page, then = sliced("keys", keys_in(request.auth, place, where), query)
    roles = roles_of_keys(page)
    return listed("keys", [KeyOut(**_shown(row, roles[row.id])) for row in page], then)


@router.post("/workspaces/{workspace}/communities/{community}/api-keys", response={201: KeyMade}, openapi_extra=IN_DOCUMENT)
def add_key(request: Call, workspace: Text, community: Text, body: KeyIn) -> HttpResponse:
    """A key that holds the roles there and below. Needs `keys:write`; every role must be one the caller may hand out there."""
    where = fetch_community(request.auth, fetch_workspace(request.auth, workspace), community)
    made: list[dict[str, Any]] = []
    answer = once(request, lambda: _add(request.auth, where, body, made))
    # What `once` keeps for a day has no key in it.
    return JsonResponse(made[0], status=201) if made else answer


@router.delete("/workspaces/{workspace}/api-keys/{key}", response={204: None})
def revoke_key(request: Call, workspace: Text, key: str) -> Status[None]:
    """The key opens nothing from its next request on. Needs `keys:write` in its community."""
    revoke_api_key(actor=request.auth, key=fetch_key(request.auth, fetch_workspace(request.auth, workspace), id_in(key)))
    return Status(204, None)


def _add(actor: Actor, community: Community, body: KeyIn, made: list[dict[str, Any]]) -> HttpResponse:
    roles = pick_roles(body.roles, usable_roles([community])[community.id])
    row, secret = create_api_key(actor=actor, community=community, name=body.name, roles=roles)
    shown = KeyMade(**_shown(row, roles), key=None).model_dump(mode="json")
    made.append(shown | {"key": secret})
    return JsonResponse(shown, status=201)


def _shown(row: ApiKey, roles: list[Role]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "community": row.community_id,
        "roles": role_refs(roles),
        "hint": row.hint,
        "created_at": row.created_at,
    }
