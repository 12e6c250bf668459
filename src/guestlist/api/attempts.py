"""/workspaces/{workspace}/connections/{connection}/attempts: who was refused, and letting them in."""

import uuid
from datetime import datetime

from ninja import Query, Router
from pydantic import BaseModel, Field

from guestlist.api.auth import Call, confirm_first
from guestlist.api.grants import GrantIn, read_grants
from guestlist.api.members import UserOut
from guestlist.api.shapes import Body, Listed, Page, Text, id_in, listed, sliced
from guestlist.kernel.errors import NotFound
from guestlist.members.queries import fetch_workspace
from guestlist.sso.commands import let_in
from guestlist.sso.models import Attempt
from guestlist.sso.queries import attempts_of, fetch_attempt, fetch_connection

router = Router(tags=["connections"])


class AttemptOut(BaseModel):
    """Somebody the directory vouched for who was refused; one for each person, however often they try."""

    id: uuid.UUID
    email: str
    name: str
    groups: list[str]
    reason: str = Field(
        description="no_address, unverified_address, foreign_domain, account_disabled, removed, not_invited, no_role, role_not_given"
    )
    times: int
    first_at: datetime
    last_at: datetime


class LetIn(Body):
    grants: tuple[GrantIn, ...] = Field((), max_length=1000, description="Left out: what the connection gives")


@router.get("/workspaces/{workspace}/connections/{connection}/attempts", response=Listed[AttemptOut])
def list_attempts(request: Call, workspace: Text, connection: str, query: Query[Page]) -> Listed[AttemptOut]:
    """Those not let in since, the latest first."""
    place = fetch_workspace(request.auth, workspace)
    row = fetch_connection(request.auth, place, id_in(connection))
    page, then = sliced("attempts", attempts_of(request.auth, place).filter(connection=row), query)
    return listed("attempts", [AttemptOut.model_validate(each, from_attributes=True) for each in page], then)


@router.post("/workspaces/{workspace}/connections/{connection}/attempts/{attempt}/let-in", response=UserOut)
def let_attempt_in(request: Call, workspace: Text, connection: str, attempt: str, body: LetIn | None = None) -> UserOut:
    """Makes the memberships, and the account where there is none: the next sign-in succeeds."""
    place = fetch_workspace(request.auth, workspace)
    row: Attempt = fetch_attempt(request.auth, place, id_in(attempt))
    if row.connection_id != id_in(connection):
        raise NotFound
    confirm_first(request)
    wanted = list(read_grants(request.auth, place, body.grants).values()) if body else []
    user = let_in(actor=request.auth, attempt=row, wanted=wanted)
    return UserOut(id=user.id, email=user.email, name=user.name)
