"""/workspaces/{workspace}/communities: the tree, as far as the caller sees it."""

import uuid
from collections.abc import Sequence
from typing import Literal

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from guestlist.api.auth import Call
from guestlist.api.idempotency import IN_DOCUMENT, once
from guestlist.api.shapes import Body, CommunityRef, Listed, Page, Text, listed
from guestlist.invitations import commands
from guestlist.invitations.commands import move_community
from guestlist.kernel.actors import Actor
from guestlist.members.commands import create_community, update_community
from guestlist.members.queries import Shift, communities_named, fetch_community, fetch_workspace, visible_communities
from guestlist.workspaces.errors import UnknownCommunity
from guestlist.workspaces.models import Community, Workspace

router = Router(tags=["communities"])


class CommunityIn(Body):
    name: str
    parent: Text
    description: Text = ""


class CommunityOut(CommunityRef):
    """`parent` is null for the main community, and for a parent outside the caller's sight."""

    description: str
    kind: Literal["main", "managed"]
    parent: uuid.UUID | None


class CommunityPatch(Body):
    """What is left out stays. `parent` (id or slug) moves the community; `slug` is for who sees the whole workspace."""

    name: Text | None = None
    description: Text | None = None
    slug: Text | None = None
    parent: Text | None = None
    dry_run: bool = Field(False, description="Only say who would gain and lose access")


class HolderOut(BaseModel):
    """A user, or an API key: that has no address."""

    name: str
    email: str
    roles: list[str]


class ShiftOut(BaseModel):
    """Up to 50 by name, of those the caller may see; `total` counts all."""

    holders: list[HolderOut]
    total: int


class ChangedOut(CommunityOut):
    """`gains` and `losses`: who comes to have access to the community and below, and who no longer has; null unless it moves."""

    gains: ShiftOut | None = None
    losses: ShiftOut | None = None


class DeleteQuery(BaseModel):
    members: Literal["", "remove", "move"] = Field("", description="What becomes of its members; empty: there must be none")
    to: Text = Field("", description="Where they move, by id or slug")


@router.get("/workspaces/{workspace}/communities", response=Listed[CommunityOut])
def list_communities(request: Call, workspace: Text, query: Query[Page]) -> Listed[CommunityOut]:
    """The main community first, then by name."""
    place = fetch_workspace(request.auth, workspace)
    rows = list(_after(visible_communities(request.auth, place), query.start("communities"))[: query.limit + 1])
    page = rows[: query.limit]
    then = ["" if page[-1].is_main else page[-1].name, str(page[-1].id)] if len(rows) > query.limit else None
    return listed("communities", communities_out(request.auth, place, page), then)


@router.post("/workspaces/{workspace}/communities", response={201: CommunityOut}, openapi_extra=IN_DOCUMENT)
def add_community(request: Call, workspace: Text, body: CommunityIn) -> HttpResponse:
    """A managed community below `parent` (id or slug). Needs `communities:write` there."""
    place = fetch_workspace(request.auth, workspace)
    return once(request, lambda: _add(request.auth, place, body))


@router.get("/workspaces/{workspace}/communities/{community}", response=CommunityOut)
def get_community(request: Call, workspace: Text, community: Text) -> CommunityOut:
    place = fetch_workspace(request.auth, workspace)
    return communities_out(request.auth, place, [fetch_community(request.auth, place, community)])[0]


@router.patch("/workspaces/{workspace}/communities/{community}", response=ChangedOut)
def change_community(request: Call, workspace: Text, community: Text, body: CommunityPatch) -> ChangedOut:
    """Renames, describes, moves. All of it or nothing."""
    place = fetch_workspace(request.auth, workspace)
    here = fetch_community(request.auth, place, community)
    parent = community_asked_for(request.auth, place, body.parent) if body.parent is not None else None
    with transaction.atomic():
        move = move_community(actor=request.auth, community=here, parent=parent, dry_run=body.dry_run) if parent else None
        fields = body.model_dump(include={"name", "description", "slug"})
        here = update_community(actor=request.auth, community=here, **fields)
        out = communities_out(request.auth, place, [here])[0]
        transaction.set_rollback(body.dry_run)
    shifts = {"gains": _shift(move.gains), "losses": _shift(move.losses)} if move else {}
    return ChangedOut(**out.model_dump(), **shifts)


@router.delete("/workspaces/{workspace}/communities/{community}", response={204: None})
def delete_community(request: Call, workspace: Text, community: Text, query: Query[DeleteQuery]) -> Status[None]:
    """Deletes a managed community without communities below it; its invitations, API keys and custom roles end with it."""
    place = fetch_workspace(request.auth, workspace)
    here = fetch_community(request.auth, place, community)
    to = community_asked_for(request.auth, place, query.to) if query.to else None
    commands.delete_community(actor=request.auth, community=here, members=query.members, to=to)
    return Status(204, None)


def _shift(shift: Shift) -> ShiftOut:
    return ShiftOut(holders=[HolderOut(**vars(each)) for each in shift.holders], total=shift.total)


def community_asked_for(actor: Actor, workspace: Workspace, name: str) -> Community:
    """A community named in a query or a body. Raises UnknownCommunity."""
    found = communities_named(actor, workspace, [name])
    if name not in found:
        raise UnknownCommunity
    return found[name]


def _after(rows: QuerySet[Community], start: tuple[str, str] | None) -> QuerySet[Community]:
    if start is None:
        return rows
    name, last = start
    return rows.filter(kind=Community.Kind.MANAGED, name__gte=name).exclude(name=name, id__lte=last)


def _add(actor: Actor, workspace: Workspace, body: CommunityIn) -> HttpResponse:
    parent = community_asked_for(actor, workspace, body.parent)
    made = create_community(actor=actor, parent=parent, name=body.name, description=body.description)
    return JsonResponse(communities_out(actor, workspace, [made])[0].model_dump(mode="json"), status=201)


def communities_out(actor: Actor, workspace: Workspace, rows: Sequence[Community]) -> list[CommunityOut]:
    above = visible_communities(actor, workspace).filter(id__in={row.parent_id for row in rows if row.parent_id})
    seen = set(above.values_list("id", flat=True))
    return [
        CommunityOut(
            id=row.id,
            slug=row.slug,
            name=row.name,
            description=row.description,
            kind=row.kind,
            parent=row.parent_id if row.parent_id in seen else None,
        )
        for row in rows
    ]
