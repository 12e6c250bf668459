"""API keys, for those who may make and revoke them; to everybody else there are none."""

import uuid
from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet

from guestlist.audit.models import Event
from guestlist.kernel.actors import Actor
from guestlist.kernel.refusing import found_in
from guestlist.members.models import ApiKey, Role
from guestlist.members.queries.doors import communities_where
from guestlist.workspaces.models import Community, Workspace


def keys_in(actor: Actor, workspace: Workspace, community: Community | None = None) -> QuerySet[ApiKey]:
    """The keys that work, by name: those of `community`, or of the whole workspace, where the actor has `keys:write`."""
    places = communities_where(actor, workspace, "keys:write").order_by()
    places = places.filter(id=community.id) if community else places
    rows = ApiKey.objects.filter(workspace=workspace, revoked_at=None, community__in=places.values("id"))
    return rows.select_related("community").order_by("name", "id")


def keys_made_by(actor: Actor, workspace: Workspace, maker: uuid.UUID, most: int = 20) -> list[ApiKey]:
    """Up to `most` of `keys_in` the workspace that this user made, as the history says."""
    made = Event.objects.filter(target_id=OuterRef("id"), action="api_key.created", actor_id=maker)
    return list(keys_in(actor, workspace).filter(Exists(made))[:most])


def fetch_key(actor: Actor, workspace: Workspace, key: uuid.UUID) -> ApiKey:
    """One of `keys_in` the workspace. Raises NotFound."""
    return found_in(keys_in(actor, workspace).filter(id=key))


def roles_of_keys(keys: Collection[ApiKey]) -> dict[uuid.UUID, list[Role]]:
    """The roles of each key, in one statement."""
    roles = Role.objects.in_bulk({uuid.UUID(role) for key in keys for role in key.role_ids})
    return {key.id: [role for each in key.role_ids if (role := roles.get(uuid.UUID(each)))] for key in keys}
