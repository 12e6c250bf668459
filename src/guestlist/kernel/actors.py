"""Who does something: a user, an API key, a connection, the operator (CLI) or the system."""

import uuid
from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["user", "api_key", "connection", "operator", "system"]


@dataclass(frozen=True)
class Actor:
    kind: ActorKind
    id: uuid.UUID | None
    name: str

    @property
    def is_operator(self) -> bool:
        return self.kind == "operator"


OPERATOR = Actor("operator", None, "Operator")
SYSTEM = Actor("system", None, "Guestlist")
