"""/workspaces/{workspace}/connections: the directories people sign in with. Secrets go in and never come out."""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Count, Prefetch
from django.http import HttpResponse, JsonResponse
from ninja import Query, Router, Status

from guestlist.api.auth import Call, confirm_first
from guestlist.api.communities import community_asked_for
from guestlist.api.connection_shapes import (
    AddressesOut,
    ClaimsIn,
    ConnectionChange,
    ConnectionIn,
    ConnectionOut,
    GroupIn,
    GroupOut,
    PlaceOut,
    PreviewOut,
)
from guestlist.api.idempotency import IN_DOCUMENT, once
from guestlist.api.shapes import (
    Listed,
    Page,
    Text,
    community_ref,
    id_in,
    listed,
    role_refs,
    sliced,
)
from guestlist.kernel.actors import Actor
from guestlist.members.models import Role
from guestlist.members.queries import fetch_workspace, pick_roles, usable_roles
from guestlist.sso.commands import (
    GroupRule,
    Kept,
    change_connection,
    create_connection,
    delete_connection,
    disable_connection,
    enable_connection,
    preview_claims,
    set_defaults,
)
from guestlist.sso.models import Connection, GroupMapping
from guestlist.sso.queries import addresses_of, check_may_connect, connections_of, fetch_connection, named_places
from guestlist.sso.rules import certificate_end
from guestlist.workspaces.models import Community, Workspace
from guestlist.workspaces.queries import main_community

router = Router(tags=["connections"])


@router.get("/workspaces/{workspace}/connections", response=Listed[ConnectionOut])
def list_connections(request: Call, workspace: Text, query: Query[Page]) -> Listed[ConnectionOut]:
    """By name. Needs `connections:write` in the main community, as all of these. A session that changes one must have confirmed
    lately who it is: 403 `confirm_first`."""
    place = fetch_workspace(request.auth, workspace)
    page, then = sliced("connections", connections_of(request.auth, place), query)
    return listed("connections", connections_out(request.auth, place, [each.id for each in page]), then)


@router.post("/workspaces/{workspace}/connections", response={201: ConnectionOut}, openapi_extra=IN_DOCUMENT)
def add_connection(request: Call, workspace: Text, body: ConnectionIn) -> HttpResponse:
    """A connection that is off and not tested. A test needs a browser: an admin does it on its page. Making one, changing whom it
    trusts and turning it on need the power to hand out Admin in the main community: 403 `above_ceiling`."""
    place = fetch_workspace(request.auth, workspace)
    check_may_connect(request.auth, place)
    confirm_first(request)
    return once(request, lambda: _add(request.auth, place, body))


@router.get("/workspaces/{workspace}/connections/{connection}", response=ConnectionOut)
def get_connection(request: Call, workspace: Text, connection: str) -> ConnectionOut:
    return _out(request, _fetch(request, workspace, connection))


@router.patch("/workspaces/{workspace}/connections/{connection}", response=ConnectionOut)
def edit_connection(request: Call, workspace: Text, connection: str, body: ConnectionChange) -> ConnectionOut:
    """All of it or nothing. Whom to trust changed: it is to be tested again; another issuer, client or sign-on address turns it off,
    and another issuer makes it forget whom it knew. Whoever sets roles must be able to hand them out."""
    row = _fetch_to_change(request, workspace, connection)
    _change(request.auth, row, body)
    return _out(request, row)


@router.delete("/workspaces/{workspace}/connections/{connection}", response={204: None})
def remove_connection(request: Call, workspace: Text, connection: str) -> Status[None]:
    """Accounts and memberships stay."""
    delete_connection(actor=request.auth, connection=_fetch_to_change(request, workspace, connection))
    return Status(204, None)


@router.post("/workspaces/{workspace}/connections/{connection}/enable", response=ConnectionOut)
def turn_connection_on(request: Call, workspace: Text, connection: str) -> ConnectionOut:
    """From now on it signs people in. It must have been tested since whom it trusts last changed."""
    return _out(request, enable_connection(actor=request.auth, connection=_fetch_to_change(request, workspace, connection)))


@router.post("/workspaces/{workspace}/connections/{connection}/disable", response=ConnectionOut)
def turn_connection_off(request: Call, workspace: Text, connection: str) -> ConnectionOut:
    """From now on it signs nobody in."""
    return _out(request, disable_connection(actor=request.auth, connection=_fetch_to_change(request, workspace, connection)))


@router.post("/workspaces/{workspace}/connections/{connection}/preview", response=PreviewOut)
def preview_sign_in(request: Call, workspace: Text, connection: str, body: ClaimsIn) -> PreviewOut:
    """What would become of somebody with these claims. Nothing is made or changed."""
    found = preview_claims(actor=request.auth, connection=_fetch(request, workspace, connection), raw=body.claims)
    return PreviewOut(
        email=found.claims.email,
        name=found.claims.name,
        groups=list(found.claims.groups),
        outcome=found.verdict.outcome,
        reason=found.verdict.reason or None,
        places=[
            PlaceOut(community=community_ref(where), roles=role_refs(roles))
            for where, roles in named_places(found.verdict.places)
        ],
    )


def _add(actor: Actor, workspace: Workspace, body: ConnectionIn) -> HttpResponse:
    provider = body.provider()
    assert provider is not None
    more: dict[str, Any] = body.model_dump(include={"group_claim", "asks_second_factor"}, exclude_none=True)
    with transaction.atomic():
        made = create_connection(actor=actor, workspace=workspace, name=body.name, provider=provider, preset=body.preset, **more)
        _set_defaults(actor, made, body)
    return JsonResponse(connections_out(actor, workspace, [made.id])[0].model_dump(mode="json"), status=201)


def _change(actor: Actor, row: Connection, body: ConnectionChange) -> None:
    fields = body.model_dump(include={"name", "group_claim", "asks_second_factor"}, exclude_none=True)
    provider = body.provider()
    with transaction.atomic():
        if fields or provider:
            change_connection(actor=actor, connection=row, provider=provider, **fields)
        _set_defaults(actor, row, body)


def _set_defaults(actor: Actor, row: Connection, body: ConnectionChange) -> None:
    """Raises UnknownCommunity, UnknownRole, and what the command raises."""
    if not body.model_fields_set & {"automatic_user_creation", "default_role", "default_communities", "groups"}:
        return
    workspace, names, groups = row.workspace, body.default_communities, body.groups
    communities = None if names is None else [community_asked_for(actor, workspace, each) for each in names]
    set_defaults(
        actor=actor,
        connection=row,
        creates_users=body.automatic_user_creation,
        role=_role(row, body.default_role, communities) if "default_role" in body.model_fields_set else Kept.KEPT,
        communities=communities,
        groups=None if groups is None else [_rule(actor, workspace, each) for each in groups],
    )


def _role(row: Connection, name: str | None, communities: list[Community] | None) -> Role | None:
    where = list(row.default_communities.all()) if communities is None else communities
    usable = usable_roles(where or [main_community(row.workspace)])
    return pick_roles([name], list({each for some in usable.values() for each in some}))[0] if name else None


def _rule(actor: Actor, workspace: Workspace, given: GroupIn) -> GroupRule:
    where = community_asked_for(actor, workspace, given.community)
    return GroupRule(given.group, where, pick_roles([given.role], usable_roles([where])[where.id])[0])


def _fetch(request: Call, workspace: str, connection: str) -> Connection:
    return fetch_connection(request.auth, fetch_workspace(request.auth, workspace), id_in(connection))


def _fetch_to_change(request: Call, workspace: str, connection: str) -> Connection:
    row = _fetch(request, workspace, connection)
    confirm_first(request)
    return row


def _out(request: Call, row: Connection) -> ConnectionOut:
    return connections_out(request.auth, row.workspace, [row.id])[0]


def connections_out(actor: Actor, workspace: Workspace, ids: Collection[uuid.UUID]) -> list[ConnectionOut]:
    rows = connections_of(actor, workspace).filter(id__in=ids).annotate(people=Count("identities"))
    rows = rows.prefetch_related(Prefetch("default_communities", Community.objects.order_by("kind", "name", "id")))
    groups = GroupMapping.objects.filter(connection__in=ids).select_related("community", "role").order_by("group", "id")
    return [_connection_out(row, [each for each in groups if each.connection_id == row.id]) for row in rows]


def _connection_out(row: Any, groups: list[GroupMapping]) -> ConnectionOut:
    told = {
        "has_secret": bool(row.sealed_secret),
        "certificates_end_at": certificate_end(row.certificates),
        "automatic_user_creation": row.creates_users,
        "default_role": role_refs([row.default_role])[0] if row.default_role else None,
        "default_communities": [community_ref(each) for each in row.default_communities.all()],
        "groups": [
            GroupOut(group=each.group, community=community_ref(each.community), role=role_refs([each.role])[0]) for each in groups
        ],
        "addresses": AddressesOut(**vars(addresses_of(row))),
    }
    return ConnectionOut(**told, **{name: getattr(row, name) for name in ConnectionOut.model_fields.keys() - told.keys()})
