"""/workspaces/{workspace}/communities: the tree, as far as the caller sees it."""

import uuid
from collections.abc import Sequence
from typing import Literal

from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from ninja import Query, Router

from guestlist.api.auth import Call
from guestlist.api.idempotency import IN_DOCUMENT, once
from guestlist.api.shapes import Body, CommunityRef, Listed, Page, Text, listed
from guestlist.kernel.actors import Actor
from guestlist.members.commands import create_community
from guestlist.members.queries import communities_named, fetch_community, fetch_workspace, visible_communities
from guestlist.workspaces.errors import UnknownCommunity
from guestlist.workspaces.models import Community, Workspace

router = Router(tags=["communities"])


class CommunityIn(Body):
    name: str
    parent: Text


class CommunityOut(CommunityRef):
    """`parent` is null for the main community, and for a parent outside the caller's sight."""

    kind: Literal["main", "managed"]
    parent: uuid.UUID | None


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
    made = create_community(actor=actor, parent=parent, name=body.name)
    return JsonResponse(communities_out(actor, workspace, [made])[0].model_dump(mode="json"), status=201)


def communities_out(actor: Actor, workspace: Workspace, rows: Sequence[Community]) -> list[CommunityOut]:
    above = visible_communities(actor, workspace).filter(id__in={row.parent_id for row in rows if row.parent_id})
    seen = set(above.values_list("id", flat=True))
    return [
        CommunityOut(
            id=row.id, slug=row.slug, name=row.name, kind=row.kind, parent=row.parent_id if row.parent_id in seen else None
        )
        for row in rows
    ]
