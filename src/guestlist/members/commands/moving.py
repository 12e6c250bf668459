"""From a role that goes to the one in its place: members and API keys, all at once and in a constant number of statements."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from guestlist.access.decision import decide, may_hand_out
from guestlist.access.roles import RoleFacts
from guestlist.audit.commands import Change, record
from guestlist.kernel.actors import Actor
from guestlist.members.errors import AboveCeiling, NotAllowed, RoleHeld
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.members.queries import facts_of, keys_holding, standing


def check_may_move(actor: Actor, permission: str, places: Iterable[tuple[uuid.UUID, Collection[uuid.UUID]]]) -> None:
    """`places` are communities with the roles held there. Each role must be one the actor may hand out in its community, as if they
    changed each holder by themselves. Raises NotAllowed without `permission` there, AboveCeiling."""
    held: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for community, roles in places:
        held[community].update(roles)
    facts = _facts({role for roles in held.values() for role in roles})
    reach = standing(actor, held.keys())
    if not all(decide(permission, reach[community]) for community in held):
        raise NotAllowed
    if not all(may_hand_out(facts[role], reach[place]) for place, roles in held.items() for role in roles if role in facts):
        raise AboveCeiling


def _facts(roles: Collection[uuid.UUID]) -> Mapping[uuid.UUID, RoleFacts]:
    return {each.id: facts_of(each) for each in Role.objects.filter(id__in=roles)}


def swapped(roles: Collection[str], role: Role, move_to: Role) -> list[str]:
    return sorted({*roles, str(move_to.id)} - {str(role.id)})


def move_members(*, actor: Actor, role: Role, move_to: Role | None) -> None:
    """Raises RoleHeld, NotAllowed without `members:assign` where a holder is, AboveCeiling."""
    holding = MembershipRole.objects.filter(role=role)
    rows = {row.id: row for row in Membership.objects.filter(id__in=holding.values("membership"))}
    if not rows:
        return
    if move_to is None:
        raise RoleHeld
    held: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    given = MembershipRole.objects.filter(membership__in=holding.values("membership"))
    for membership, each in given.values_list("membership_id", "role_id"):
        held[membership].append(each)
    check_may_move(actor, "members:assign", ((rows[key].community_id, roles) for key, roles in held.items()))

    holding.exclude(membership__in=MembershipRole.objects.filter(role=move_to).values("membership")).update(role=move_to)
    holding.delete()
    record(
        actor=actor, changes=[_member_change(rows[key], sorted(map(str, roles)), role, move_to) for key, roles in held.items()]
    )


def _member_change(row: Membership, before: list[str], role: Role, move_to: Role) -> Change:
    after = {"roles": swapped(before, role, move_to)}
    place = (row.workspace_id, row.community_id)
    return Change("membership.roles_changed", row.id, *place, before={"roles": before}, after=after)


def move_keys(*, actor: Actor, role: Role, move_to: Role | None) -> None:
    """Raises RoleHeld, NotAllowed without `keys:write` where a key hangs, AboveCeiling."""
    rows = list(keys_holding(role))
    if not rows:
        return
    if move_to is None:
        raise RoleHeld
    check_may_move(actor, "keys:write", ((row.community_id, [uuid.UUID(each) for each in row.role_ids]) for row in rows))

    changes = []
    for row in rows:
        before, row.role_ids = row.role_ids, swapped(row.role_ids, role, move_to)
        place = (row.workspace_id, row.community_id)
        changes.append(Change("api_key.roles_changed", row.id, *place, before={"roles": before}, after={"roles": row.role_ids}))
    ApiKey.objects.bulk_update(rows, ["role_ids"])
    record(actor=actor, changes=changes)
