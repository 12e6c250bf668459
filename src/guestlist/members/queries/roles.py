"""Roles as an actor may read them."""

import uuid

from django.db.models import Q

from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.members.errors import NotAllowed
from guestlist.members.models import Role
from guestlist.members.queries.doors import communities_where, usable_roles
from guestlist.members.queries.standing import may
from guestlist.workspaces.models import Ancestry, Community, Workspace


def readable_roles(actor: Actor, community: Community) -> list[Role]:
    """The roles usable in a community, the built-in ones first. Raises NotAllowed without `roles:read`."""
    if not may(actor, "roles:read", community.id):
        raise NotAllowed
    return usable_roles([community])[community.id]


def fetch_role(actor: Actor, workspace: Workspace, role: uuid.UUID) -> Role:
    """A role that is usable in a community where the actor may read roles. Raises NotFound."""
    found = Role.objects.filter(Q(community=None) | Q(community__workspace=workspace), id=role).first()
    if found is None:
        raise NotFound
    reach = Ancestry.objects.filter(descendant__in=communities_where(actor, workspace, "roles:read").order_by().values("id"))
    if not (reach if found.is_built_in else reach.filter(ancestor=found.community_id)).exists():
        raise NotFound
    return found
