"""One user as an actor may see them in a workspace, and what the actor may do with each of their memberships."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from guestlist.access.decision import Difference, Held, compare, decide, may_hand_out
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.members.models import Membership, Role
from guestlist.members.queries.doors import communities_where, usable_roles
from guestlist.members.queries.lists import MemberRow, UserRow, roles_of
from guestlist.members.queries.standing import Standing, facts_of, live, standing, standings
from guestlist.users.models import User
from guestlist.workspaces.models import Community, Workspace
from guestlist.workspaces.queries import ancestors_of, main_community

VERBS = ("assign", "deactivate", "remove")
MANAGERS = 20


@dataclass(frozen=True)
class Managed:
    """A membership with the verbs (of VERBS) the actor may use on it, and the roles they may give there."""

    row: MemberRow
    verbs: frozenset[str]
    offered: list[Role]


def fetch_user(actor: Actor, workspace: Workspace, user: uuid.UUID) -> UserRow:
    """The user with their memberships in communities where the actor may read members, main first, then by name. Raises NotFound
    where there is none."""
    places = communities_where(actor, workspace, "members:read").order_by().values("id")
    rows = Membership.objects.filter(user=user, community__in=places).select_related("user", "community", "workspace")
    found = list(rows.order_by("community__kind", "community__name", "id"))
    if not found:
        raise NotFound
    roles = roles_of(found)
    return UserRow(found[0].user, found[0].email_key, [MemberRow(row, roles[row.id]) for row in found])


def managed(actor: Actor, workspace: Workspace, rows: Sequence[MemberRow]) -> list[Managed]:
    """Each of `rows` with what the actor may do with it, in a constant number of statements."""
    communities = {row.membership.community_id: row.membership.community for row in rows}
    held = standing(actor, communities)
    usable = usable_roles(communities.values())
    offered = {place: [role for role in roles if _gives(role, held[place])] for place, roles in usable.items()}
    verbs = verbs_on(actor, workspace, rows)
    return [Managed(row, able, offered[row.membership.community_id]) for row, able in zip(rows, verbs, strict=True)]


def verbs_on(actor: Actor, workspace: Workspace, rows: Sequence[MemberRow]) -> list[frozenset[str]]:
    """For each of `rows` the verbs (of VERBS) that the actor may use on it: the rule of commands.check_may_manage, for showing."""
    main = main_community(workspace).id
    held = standing(actor, {main, *(row.membership.community_id for row in rows)})
    return [_verbs(row, held[row.membership.community_id], held[main]) for row in rows]


def _verbs(row: MemberRow, held: Standing, in_main: Standing) -> frozenset[str]:
    """Who is deactivated everywhere is so by the main community: only there may it be undone, by removing them too."""
    if not all(_gives(role, held) for role in row.roles):
        return frozenset()
    able = {verb for verb in VERBS if decide(f"members:{verb}", held)}
    if row.membership.everywhere:
        able -= {verb for verb in ("deactivate", "remove") if not decide(f"members:{verb}", in_main)}
    return frozenset(able)


def _gives(role: Role, held: Standing) -> bool:
    return may_hand_out(facts_of(role), held)


def verbs_in_main(actor: Actor, workspace: Workspace) -> frozenset[str]:
    """The verbs that the actor may use everywhere in the workspace at once, on whom they may use them in each place."""
    main = main_community(workspace).id
    held = standing(actor, [main])[main]
    return frozenset(verb for verb in VERBS if decide(f"members:{verb}", held))


def foresee_roles(actor: Actor, workspace: Workspace, membership: Membership, roles: Sequence[Role]) -> Difference:
    """What the holder would gain and lose in the community, as far as the actor sees, if these were the roles held there. Nothing
    where the membership carries nothing."""
    before, _ = held_in_sight(actor, workspace, membership.user, membership.community)
    if not any(each.community == membership.community_id for each in before):
        return Difference(frozenset(), frozenset())
    others = [each for each in before if each.community != membership.community_id]
    return compare(before, [*others, *(_held(role, membership.community) for role in roles)])


def held_in_sight(actor: Actor, workspace: Workspace, user: User, community: Community) -> tuple[Standing, bool]:
    """What reaches the community from the user's memberships where the actor may read members; and whether that is the whole way up
    to main. What they hold outside the actor's sight does not exist for the actor."""
    path = {ancestor for _, ancestor in ancestors_of([community.id])}
    seen = set(communities_where(actor, workspace, "members:read").filter(id__in=path).values_list("id", flat=True))
    held = standing(user.actor, [community.id])[community.id]
    return [each for each in held if each.community in seen], seen == path


def managers_of(membership: Membership) -> list[User]:
    """Up to 20 users who may assign roles to the holder of this membership, those of its own community first."""
    community = membership.community
    reach = [ancestor for _, ancestor in ancestors_of([community.id])]
    able = [role.id for role in usable_roles([community])[community.id] if decide("members:assign", [_held(role, community)])]
    rows = Membership.objects.filter(live(), community__in=reach, membershiprole__role__in=able).exclude(user=membership.user_id)
    users = dict.fromkeys(
        row.user for row in rows.select_related("user").order_by("-community__depth", "email_key")[: MANAGERS * 5]
    )
    held = standings({user.actor for user in users}, [community.id])
    roles = list(membership.roles.all())
    return [user for user in users if all(_gives(role, held[user.actor][community.id]) for role in roles)][:MANAGERS]


def _held(role: Role, community: Community) -> Held:
    return Held(facts_of(role), community.id)
