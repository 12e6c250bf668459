"""Who does something: a user, an API key, a connection, the operator (CLI) or the system."""

import uuid
from dataclasses import dataclass, field, replace
from typing import Literal

ActorKind = Literal["user", "api_key", "connection", "operator", "system"]


@dataclass(frozen=True)
class Actor:
    """`shut`: the workspaces whose door is shut to the session of a user (design rule 14). It is about sight alone, never about who
    this is or what they may do."""

    kind: ActorKind
    id: uuid.UUID | None
    name: str
    shut: frozenset[uuid.UUID] = field(default=frozenset(), compare=False)

    @property
    def outside(self) -> "Actor":
        """The same as if every door stood open: for what the account itself may see from outside."""
        return replace(self, shut=frozenset())

    @property
    def is_operator(self) -> bool:
        return self.kind == "operator"


OPERATOR = Actor("operator", None, "Operator")
SYSTEM = Actor("system", None, "Guestlist")
