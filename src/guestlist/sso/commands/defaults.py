"""What people get whom a connection brings: on or off, the role by default, its communities, groups and their roles. Within what the
one who sets it may hand out, now and again whenever it takes effect (design rules 3 and 16)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from guestlist.audit.commands import Change, record
from guestlist.invitations.commands import check_may_give
from guestlist.invitations.models import giver_fields
from guestlist.invitations.rules import Wanted
from guestlist.kernel.actors import Actor
from guestlist.kernel.text import clean_line
from guestlist.members.errors import UnknownRole
from guestlist.members.models import Role
from guestlist.members.queries import usable_roles
from guestlist.sso.commands.configure import locked
from guestlist.sso.errors import AdministrativeRole, BadGroup, NoDefaults
from guestlist.sso.models import Connection, GroupMapping
from guestlist.sso.queries.giving import is_administrative
from guestlist.workspaces.errors import UnknownCommunity
from guestlist.workspaces.models import Community

LONGEST_GROUP = 191


@dataclass(frozen=True)
class GroupRule:
    """People of this group, written as the directory writes it, get this role in this community instead of the role by default."""

    group: str
    community: Community
    role: Role


def set_defaults(
    *,
    actor: Actor,
    connection: Connection,
    creates_users: bool,
    role: Role | None,
    communities: Collection[Community] = (),
    groups: Sequence[GroupRule] = (),
) -> Connection:
    """Replaces them all, and makes the actor their giver. `creates_users` is *Automatic user creation*; off, the rest may stay for
    `let_in`. Raises NotAllowed without `connections:write` in main and `members:invite` in each community, AboveCeiling,
    AdministrativeRole for the role by default, NoDefaults where it is on and nobody would get anything, BadGroup, UnknownRole,
    UnknownCommunity, NotFound."""
    rules = list(dict.fromkeys(_clean(each) for each in groups))
    with locked(actor, connection) as row:
        pairs = [(each, role) for each in communities if role] + [(each.community, each.role) for each in rules]
        if creates_users and not pairs:
            raise NoDefaults
        if role and is_administrative(role):
            raise AdministrativeRole
        check_places(actor, row, pairs)

        before = told_defaults(row)
        row.creates_users, row.default_role = creates_users, role
        row.giver_kind, row.giver_id, row.giver_name = giver_fields(actor).values()
        row.save()
        row.default_communities.set(communities if role else [])
        row.mappings.all().delete()
        GroupMapping.objects.bulk_create(
            GroupMapping(connection=row, group=each.group, community=each.community, role=each.role) for each in rules
        )
        record_defaults(actor, row, before)
    return row


def _clean(rule: GroupRule) -> GroupRule:
    group = clean_line(rule.group, LONGEST_GROUP + 1)
    if not group or len(group) > LONGEST_GROUP:
        raise BadGroup
    return GroupRule(group, rule.community, rule.role)


def check_places(actor: Actor, row: Connection, pairs: Sequence[tuple[Community, Role]]) -> None:
    """Whether the actor may hand out each role there. Raises UnknownCommunity, UnknownRole, NotAllowed, AboveCeiling."""
    places = {community for community, _ in pairs}
    if Community.objects.filter(workspace=row.workspace_id, id__in=[each.id for each in places]).count() < len(places):
        raise UnknownCommunity
    usable = usable_roles(places)
    if any(role not in usable[community.id] for community, role in pairs):
        raise UnknownRole
    check_may_give(actor=actor, wanted=[Wanted(community.id, frozenset({role.id})) for community, role in pairs])


def told_defaults(row: Connection) -> dict[str, Any]:
    """As the history tells them: ids, which it shows by name."""
    lines = row.mappings.order_by("group", "community__name", "role__name")
    return {
        "creates_users": row.creates_users,
        "roles": [str(row.default_role_id)] if row.default_role_id else [],
        "communities": [str(each) for each in row.default_communities.order_by("name").values_list("id", flat=True)],
        "groups": [{"group": each.group, "community": str(each.community_id), "roles": [str(each.role_id)]} for each in lines],
    }


def record_defaults(actor: Actor, row: Connection, before: dict[str, Any]) -> None:
    after = told_defaults(row) | {"name": row.name}
    record(actor=actor, changes=[Change("connection.defaults_changed", row.id, row.workspace_id, before=before, after=after)])
