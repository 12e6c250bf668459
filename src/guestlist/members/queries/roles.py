"""Roles as an actor may read them."""

import hashlib
import json
import uuid

from django.db.models import Case, F, Q, QuerySet, Value, When

from guestlist.access.decision import decide, may_hand_out
from guestlist.access.permissions import catalogue
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.kernel.refusing import found_in
from guestlist.members.errors import NotAllowed
from guestlist.members.models import Role
from guestlist.members.queries.doors import communities_where, usable_roles
from guestlist.members.queries.standing import facts_of, may, standing
from guestlist.workspaces.models import Ancestry, Community, Workspace


def readable_roles(actor: Actor, community: Community) -> list[Role]:
    """The roles usable in a community, the built-in ones first. Raises NotAllowed without `roles:read`."""
    if not may(actor, "roles:read", community.id):
        raise NotAllowed
    return usable_roles([community])[community.id]


def roles_in_sight(actor: Actor, workspace: Workspace, q: str = "", community: Community | None = None) -> QuerySet[Role]:
    """Roles that are usable in `community`, or anywhere in the workspace, where the actor may read roles: the built-in ones first,
    then by name; those whose name or description contains `q`. Empty where they may read none."""
    places = communities_where(actor, workspace, "roles:read").order_by()
    places = places.filter(id=community.id) if community else places
    reach = Ancestry.objects.filter(descendant__in=places.values("id"))
    built_in = Q(community=None) if reach.exists() else Q(pk=None)
    rows = Role.objects.filter(built_in | Q(community__in=reach.values("ancestor")))
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(description__icontains=q))
    return rows.select_related("community").order_by(Case(When(community=None, then=Value("")), default=F("name_key")), "id")


def may_write_role(actor: Actor, role: Role) -> bool:
    """Whether the actor may change and delete the role: a custom one that they may hand out where it belongs."""
    if role.community_id is None:
        return False
    held = standing(actor, [role.community_id])[role.community_id]
    return bool(decide("roles:write", held)) and may_hand_out(facts_of(role), held)


def permissions_in(actor: Actor, community: Community) -> frozenset[str]:
    """All that the actor may do in the community: what they may put into a role there."""
    return frozenset().union(*(each.role.permissions for each in standing(actor, [community.id])[community.id]))


def mark_of(role: Role) -> str:
    """Another one after every edit of the role: a form carries it, so that nobody overwrites what they have not seen."""
    content = [role.name, role.description, role.permissions, role.may_hand_out]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def lost_permissions(role: Role) -> list[str]:
    """What a custom role names and the catalogue no longer knows."""
    return sorted(set(role.permissions) - catalogue().keys())


def roles_that_lost_permissions() -> list[Role]:
    """Custom roles that name a permission which no application registers any more: for the operator."""
    rows = Role.objects.filter(community__isnull=False).select_related("community__workspace").order_by("created_at", "id")
    return [row for row in rows if lost_permissions(row)]


def fetch_role(actor: Actor, workspace: Workspace, role: uuid.UUID) -> Role:
    """A role that is usable in a community where the actor may read roles. Raises NotFound."""
    rows = Role.objects.select_related("community")
    found = found_in(rows.filter(Q(community=None) | Q(community__workspace=workspace), id=role))
    reach = Ancestry.objects.filter(descendant__in=communities_where(actor, workspace, "roles:read").order_by().values("id"))
    if not (reach if found.is_built_in else reach.filter(ancestor=found.community_id)).exists():
        raise NotFound
    return found
