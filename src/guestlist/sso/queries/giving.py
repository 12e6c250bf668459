"""What a connection would give somebody, and whether whoever set that may still give it."""

from collections.abc import Sequence

from guestlist.access.permissions import catalogue
from guestlist.invitations.queries.choices import authority_in
from guestlist.invitations.rules import Wanted, merge
from guestlist.members.models import Role
from guestlist.members.queries import facts_of, standing, usable_roles
from guestlist.sso.models import Connection
from guestlist.workspaces.models import Community


def is_administrative(role: Role) -> bool:
    return any(catalogue()[name].administrative for name in facts_of(role).permissions)


def places_for(connection: Connection, groups: Sequence[str]) -> tuple[Wanted, ...]:
    """By their groups; for whom no group is mapped, the role by default in its communities. Empty where that is nothing. A group
    counts in the directory's own spelling. A role by default that became an administrative one since is none (rule 16)."""
    mapped = connection.mappings.filter(group__in=groups).order_by("community__kind", "community__name", "id")
    wanted = [Wanted(each.community_id, frozenset({each.role_id})) for each in mapped]
    if not wanted and connection.default_role and not is_administrative(connection.default_role):
        role = frozenset({connection.default_role.id})
        communities = connection.default_communities.order_by("kind", "name", "id").values_list("id", flat=True)
        wanted = [Wanted(each, role) for each in communities]
    return merge(wanted)


def named_places(places: Sequence[Wanted]) -> list[tuple[Community, list[Role]]]:
    """The communities with the roles in each, to be shown. Two statements."""
    communities = Community.objects.in_bulk([each.community for each in places])
    roles = Role.objects.in_bulk({role for each in places for role in each.roles})
    return [(communities[each.community], [roles[role] for role in each.roles]) for each in places]


def still_gives(connection: Connection, places: Sequence[Wanted]) -> bool:
    """Whether the one who set it may hand out all of it today. A role or a community gone meanwhile counts as not given."""
    communities = list(Community.objects.filter(id__in=[each.community for each in places]))
    authority = authority_in(standing(connection.giver, [each.id for each in communities]), usable_roles(communities))
    return all(each.community in authority.invite and each.roles <= authority.gives[each.community] for each in places)
