"""What an actor may invite into: the communities, and in each the roles they may hand out."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guestlist.access.decision import decide, may_hand_out
from guestlist.invitations.rules import Authority
from guestlist.kernel.actors import Actor
from guestlist.members.models import Role
from guestlist.members.queries import Standing, facts_of, standing, usable_roles
from guestlist.workspaces.models import Community


@dataclass(frozen=True)
class Choice:
    """A community with the roles the actor may hand out there; `beyond` are those usable there that they may not."""

    community: Community
    roles: list[Role]
    beyond: list[Role]


def choices(actor: Actor, communities: Sequence[Community]) -> list[Choice]:
    """One per community, in order, in a constant number of statements."""
    usable = usable_roles(communities)
    authority = authority_in(standing(actor, [each.id for each in communities]), usable)
    return [
        Choice(
            each,
            [role for role in usable[each.id] if role.id in authority.gives[each.id]],
            [role for role in usable[each.id] if role.id not in authority.gives[each.id]],
        )
        for each in communities
    ]


def authority_in(held: Mapping[uuid.UUID, Standing], usable: Mapping[uuid.UUID, Sequence[Role]]) -> Authority:
    """What the holder of `held` may do in each community with the roles usable there."""
    return Authority(
        frozenset(each for each in usable if decide("members:invite", held[each])),
        frozenset(each for each in usable if decide("members:assign", held[each])),
        {
            each: frozenset(role.id for role in roles if may_hand_out(facts_of(role), held[each]))
            for each, roles in usable.items()
        },
    )
