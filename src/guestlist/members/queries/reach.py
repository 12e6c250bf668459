"""Who would gain and who would lose access if a community lay elsewhere: roles flow down, so a move hands out and takes away."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from guestlist.access.decision import decide, may_hand_out
from guestlist.kernel.actors import Actor
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.members.queries.standing import Standing, facts_of, live, standing
from guestlist.users.models import User
from guestlist.workspaces.models import Community
from guestlist.workspaces.queries import ancestors_of

SHOWN = 50


@dataclass(frozen=True)
class Holder:
    """A user or an API key with the roles concerned; a key has no address."""

    name: str
    email: str
    roles: list[str]


@dataclass(frozen=True)
class Shift:
    """Whom it concerns: up to 50 by name, of those whom the actor may read; `total` counts the others too. All of them hold it in
    communities in the actor's sight."""

    holders: list[Holder] = field(default_factory=list)
    total: int = 0


@dataclass(frozen=True)
class Move:
    """What moving would change. `allowed`: the actor has `communities:write` in the community, in its new parent, and in every
    community that it would no longer lie below; and they see every community that it would come to lie below, or who belongs
    there could be read from count and refusal (design rule 6). `within_ceiling`: they may hand out every role gained, in the
    community, and every role lost, where it is held."""

    gains: Shift
    losses: Shift
    left: frozenset[uuid.UUID]
    allowed: bool
    within_ceiling: bool


_Who = tuple[str, uuid.UUID]
_Lines = dict[_Who, set[tuple[uuid.UUID, uuid.UUID]]]  # to role and place


def foresee_move(actor: Actor, community: Community, parent: Community) -> Move:
    """What it would change if `community` lay below `parent`, in a constant number of statements. It asks nobody's permission."""
    paths: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for low, high in ancestors_of([community.id, parent.id]):
        paths[low].add(high)
    before, after = paths[community.id] - {community.id}, paths[parent.id]
    entered, left, kept = after - before, before - after, before & after | {community.id}
    new, old, same = _held_in(entered), _held_in(left), _held_in(kept, also_in=entered | left)
    reach = standing(actor, {parent.id, *entered, *left, *kept})
    readable = {place for place, held in reach.items() if decide("members:read", held)}
    gained, lost = _less(readable, new, same, old), _less(readable, old, same, new)
    roles = Role.objects.in_bulk({role for lines in (gained, lost) for held in lines.values() for role, _ in held})
    return Move(
        _shift(gained, roles, reach),
        _shift(lost, roles, reach),
        frozenset(left),
        all(reach[each] for each in entered)
        and all(decide("communities:write", reach[each]) for each in (community.id, parent.id, *left)),
        _may_give(gained, roles, reach, community.id) and _may_give(lost, roles, reach),
    )


def _held_in(places: Collection[uuid.UUID], also_in: Collection[uuid.UUID] = ()) -> _Lines:
    """What live memberships and keys hold in `places`; with `also_in`, only of users who are members there too."""
    lines: _Lines = defaultdict(set)
    rows = MembershipRole.objects.filter(live("membership__"), membership__community__in=places)
    if also_in:
        rows = rows.filter(membership__user__in=Membership.objects.filter(community__in=also_in).values("user"))
    for user, role, place in rows.values_list("membership__user", "role", "membership__community"):
        lines["user", user].add((role, place))
    for key in ApiKey.objects.filter(community__in=places, revoked_at=None):
        lines["api_key", key.id] |= {(uuid.UUID(role), key.community_id) for role in key.role_ids}
    return lines


def _less(readable: Collection[uuid.UUID], lines: _Lines, *others: _Lines) -> _Lines:
    """What stands in `lines` less the roles that the same holder has by `others` anyway, where that may be read: who is left out
    of the answer would tell of what they hold elsewhere."""
    found = {}
    for who, held in lines.items():
        had = {role for other in others for role, place in other.get(who, ()) if place in readable}
        if rest := {(role, place) for role, place in held if role not in had}:
            found[who] = rest
    return found


def _shift(lines: _Lines, roles: Mapping[uuid.UUID, Role], reach: Mapping[uuid.UUID, Standing]) -> Shift:
    rights = {"user": "members:read", "api_key": "keys:write"}
    seen = {kind: {place for place, held in reach.items() if decide(right, held)} for kind, right in rights.items()}
    visible = {
        who: sorted({roles[role].name for role, place in held if place in seen[who[0]] and role in roles})
        for who, held in sorted(lines.items(), reverse=True)
        if any(place in seen[who[0]] for _, place in held)
    }
    shown = dict(list(visible.items())[:SHOWN])
    users = User.objects.in_bulk([id for kind, id in shown if kind == "user"])
    keys = ApiKey.objects.in_bulk([id for kind, id in shown if kind == "api_key"])
    holders = [
        Holder(users[id].name, users[id].email, names) if kind == "user" else Holder(keys[id].name, "", names)
        for (kind, id), names in shown.items()
    ]
    return Shift(sorted(holders, key=lambda each: (each.name, each.email)), len(lines))


def _may_give(
    lines: _Lines,
    roles: Mapping[uuid.UUID, Role],
    reach: Mapping[uuid.UUID, Standing],
    there: uuid.UUID | None = None,
) -> bool:
    asked = {(role, there or place) for held in lines.values() for role, place in held if role in roles}
    return all(may_hand_out(facts_of(roles[role]), reach[place]) for role, place in asked)
