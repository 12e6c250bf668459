"""/workspaces/{workspace}/users: people with what they hold in communities in the caller's sight."""

import uuid
from datetime import datetime
from typing import Literal

from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from guestlist.api.auth import Call
from guestlist.api.communities import community_asked_for
from guestlist.api.members import MembershipOut, UserOut, membership_out
from guestlist.api.shapes import CommunityRef, Listed, Page, Search, Text, community_ref, id_in, listed
from guestlist.invitations.commands import remove_everywhere
from guestlist.invitations.queries.why import explain
from guestlist.members.commands import deactivate, reactivate
from guestlist.members.queries import Filter, UserRow, fetch_user, fetch_workspace, users_of
from guestlist.workspaces.models import Workspace

router = Router(tags=["users"])


class UserInWorkspace(UserOut):
    """`status` is `active` while one of the memberships in sight is."""

    status: Literal["active", "deactivated"]
    memberships: list[MembershipOut]


class UsersQuery(Page):
    q: Search = Field("", description="A part of the address or the name")
    status: Literal["", "active", "deactivated"] = ""


class WhyQuery(BaseModel):
    permission: Text
    community: Text = Field(description="Id or slug")


class CauseOut(BaseModel):
    """A role that allows it: where it is held, and who gave it when, as far as that is known."""

    role: str
    community: CommunityRef
    given_by: str
    given_at: datetime | None


class WhyOut(BaseModel):
    """`because` for a yes. For a no: `asleep` are memberships that would allow it if they were active, `needed` the roles that
    would. `complete` is false where the caller does not see all the way up to main: then a no is one as far as they see."""

    allowed: bool
    because: list[CauseOut]
    asleep: list[uuid.UUID]
    needed: list[str]
    complete: bool


@router.get("/workspaces/{workspace}/users", response=Listed[UserInWorkspace])
def list_users(request: Call, workspace: Text, query: Query[UsersQuery]) -> Listed[UserInWorkspace]:
    """By address, each with the memberships the caller may see."""
    place = fetch_workspace(request.auth, workspace)
    after = query.start("users") or ""
    rows = users_of(request.auth, place, Filter(query.q, query.status), after=after, limit=query.limit + 1)
    page = rows[: query.limit]
    return listed("users", [user_out(row) for row in page], page[-1].key if len(rows) > query.limit else None)


@router.get("/workspaces/{workspace}/users/{user}", response=UserInWorkspace)
def get_user(request: Call, workspace: Text, user: str) -> UserInWorkspace:
    return user_out(_fetch(request, workspace, user)[1])


@router.get("/workspaces/{workspace}/users/{user}/why", response=WhyOut)
def explain_access(request: Call, workspace: Text, user: str, query: Query[WhyQuery]) -> WhyOut:
    """May the user do this there, and which roles decide it."""
    place, row = _fetch(request, workspace, user)
    community = community_asked_for(request.auth, place, query.community)
    answer = explain(request.auth, place, row.user, query.permission, community)
    because = [
        CauseOut(role=each.role, community=community_ref(each.community), given_by=each.giver, given_at=each.at)
        for each in answer.causes
    ]
    return WhyOut(
        allowed=answer.allowed,
        because=because,
        asleep=[row.id for row in answer.asleep],
        needed=answer.needed,
        complete=answer.whole,
    )


@router.post("/workspaces/{workspace}/users/{user}/deactivate", response=UserInWorkspace)
def deactivate_user(request: Call, workspace: Text, user: str) -> UserInWorkspace:
    """Stops all their memberships in the workspace. Needs the permission in the main community."""
    row = _fetch(request, workspace, user)[1]
    deactivate(actor=request.auth, membership=row.memberships[0].membership, everywhere=True)
    return _as_now(row)


@router.post("/workspaces/{workspace}/users/{user}/reactivate", response=UserInWorkspace)
def reactivate_user(request: Call, workspace: Text, user: str) -> UserInWorkspace:
    """Brings all their memberships in the workspace back. Needs the permission in the main community."""
    row = _fetch(request, workspace, user)[1]
    reactivate(actor=request.auth, membership=row.memberships[0].membership, everywhere=True)
    return _as_now(row)


@router.post("/workspaces/{workspace}/users/{user}/remove", response={204: None})
def remove_user(request: Call, workspace: Text, user: str) -> Status[None]:
    """Takes them out of all communities of the workspace and revokes their pending invitations there, as far as the caller may;
    the account stays. Needs the permission in the main community."""
    row = _fetch(request, workspace, user)[1]
    remove_everywhere(actor=request.auth, membership=row.memberships[0].membership)
    return Status(204, None)


def _fetch(request: Call, workspace: str, user: str) -> tuple[Workspace, UserRow]:
    place = fetch_workspace(request.auth, workspace)
    return place, fetch_user(request.auth, place, id_in(user))


def _as_now(row: UserRow) -> UserInWorkspace:
    """Not fetched through the door again: whoever took their own right to look is answered all the same."""
    for each in row.memberships:
        each.membership.refresh_from_db(fields=["status", "everywhere"])
    return user_out(row)


def user_out(row: UserRow) -> UserInWorkspace:
    return UserInWorkspace(
        id=row.user.id,
        email=row.user.email,
        name=row.user.name,
        status="active" if row.active else "deactivated",
        memberships=[membership_out(each) for each in row.memberships],
    )
