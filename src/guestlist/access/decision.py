"""May this actor do that here? One pure function decides and explains (design rule 1); another says what may be handed out (rule 3)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from guestlist.access.permissions import catalogue
from guestlist.access.roles import BUILT_IN, RoleFacts, built_in


@dataclass(frozen=True)
class Held:
    """One role that an active membership carries into the community asked about."""

    role: RoleFacts
    community: uuid.UUID


@dataclass(frozen=True)
class Decision:
    allowed: bool
    because: tuple[Held, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed


def decide(permission: str, held: Iterable[Held]) -> Decision:
    """Allowed if any role held on the path has the permission; `because` names each of them and where it is held."""
    because = tuple(each for each in held if permission in each.role.permissions)
    return Decision(bool(because), because)


def may_hand_out(role: RoleFacts, held: Iterable[Held]) -> bool:
    """An actor hands out what one of their roles names under *may hand out*, or what they hold in full; what that hands out in
    turn, they may hand out too: else a role without permissions that names Admin would be a ladder (ADR 15)."""
    held = list(held)
    owned = frozenset[str]().union(*(each.role.permissions for each in held))
    named = frozenset[uuid.UUID]().union(*(each.role.may_hand_out for each in held))
    return bool(held) and (role.id in named or _within(role, owned, named))


def _within(role: RoleFacts, owned: frozenset[str], named: frozenset[uuid.UUID]) -> bool:
    """Of a custom role that is named further on only the id is known: it is within what is owned where everything is."""
    further = role.may_hand_out - named
    return role.permissions <= owned and (
        owned >= catalogue().keys() or all(each in BUILT_IN and _within(built_in(each), owned, named) for each in further)
    )


@dataclass(frozen=True)
class Difference:
    """What a change of roles would give and take."""

    gained: frozenset[str]
    lost: frozenset[str]


def compare(before: Iterable[Held], after: Iterable[Held]) -> Difference:
    had, has = (frozenset[str]().union(*(each.role.permissions for each in held)) for held in (before, after))
    return Difference(has - had, had - has)
