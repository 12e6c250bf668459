"""What people get whom a connection brings: on or off, the role by default, its communities, groups and their roles. Within what the
one who sets it may hand out, now and again whenever it takes effect (design rules 3 and 16)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
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
from guestlist.workspaces.queries import main_community

LONGEST_GROUP = 191


class Kept(Enum):
    """Leaves the role by default as it is: None is none."""

    KEPT = "kept"


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
    creates_users: bool | None = None,
    role: Role | Kept | None = Kept.KEPT,
    communities: Collection[Community] | None = None,
    groups: Sequence[GroupRule] | None = None,
) -> Connection:
    """What is left out stays; all of it is given by the actor from now on. `creates_users` is *Automatic user creation*; off, the rest may stay for
    `let_in`. Raises NotAllowed without `connections:write` in main and `members:invite` in each community, AboveCeiling,
    AdministrativeRole for the role by default, NoDefaults where it is on and nobody would get anything, BadGroup, UnknownRole,
    UnknownCommunity, NotFound."""
    with locked(actor, connection) as row:
        before = told_defaults(row)
        row.creates_users = row.creates_users if creates_users is None else creates_users
        communities = list(row.default_communities.all()) if communities is None else communities
        if not isinstance(role, Kept):
            _check_usable(row, role, communities)
            row.default_role = role
        rules = rules_of(row) if groups is None else list(map(_clean, groups))
        if row.creates_users and not rules and not (row.default_role and communities):
            raise NoDefaults
        if row.default_role and is_administrative(row.default_role):
            raise AdministrativeRole
        write_defaults(actor, row, communities, rules, before)
    return row


def rules_of(row: Connection) -> list[GroupRule]:
    return [GroupRule(each.group, each.community, each.role) for each in row.mappings.select_related("community", "role")]


def _check_usable(row: Connection, role: Role | None, communities: Collection[Community]) -> None:
    """Of the workspace at least, where no community says which roles there are."""
    main = main_community(row.workspace)
    if role and not communities and role not in usable_roles([main])[main.id]:
        raise UnknownRole


def _clean(rule: GroupRule) -> GroupRule:
    group = clean_line(rule.group, LONGEST_GROUP + 1)
    if not group or len(group) > LONGEST_GROUP:
        raise BadGroup
    return GroupRule(group, rule.community, rule.role)


def write_defaults(
    actor: Actor, row: Connection, communities: Collection[Community], rules: Sequence[GroupRule], before: dict[str, Any]
) -> None:
    """All of it, given by the actor from now on; `before` is for the history.
    Raises UnknownCommunity, UnknownRole, NotAllowed, AboveCeiling."""
    role = row.default_role
    _check_places(actor, row, [(each, role) for each in communities if role] + [(each.community, each.role) for each in rules])

    row.giver_kind, row.giver_id, row.giver_name = giver_fields(actor).values()
    row.save()
    row.default_communities.set(communities if role else [])
    row.mappings.all().delete()
    GroupMapping.objects.bulk_create(
        GroupMapping(connection=row, group=each.group, community=each.community, role=each.role) for each in dict.fromkeys(rules)
    )
    after = told_defaults(row) | {"name": row.name}
    record(actor=actor, changes=[Change("connection.defaults_changed", row.id, row.workspace_id, before=before, after=after)])


def _check_places(actor: Actor, row: Connection, pairs: Sequence[tuple[Community, Role]]) -> None:
    """Whether the actor may hand out each role there."""
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
