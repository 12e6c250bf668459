"""/me: who the caller is, and where; and what is theirs alone."""

import uuid
from datetime import datetime
from itertools import groupby
from typing import Annotated, Literal

from ninja import Query, Router, Status
from pydantic import AfterValidator, BaseModel

from guestlist.api.auth import Call, confirm_first
from guestlist.api.shapes import (
    Body,
    CommunityRef,
    Language,
    Listed,
    Page,
    RoleRef,
    Text,
    community_ref,
    listed,
    role_refs,
    sliced,
)
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.members.models import ApiKey, Role
from guestlist.members.queries import MemberRow, memberships_of
from guestlist.users.commands import change_profile, end_session
from guestlist.users.models import Session, User
from guestlist.users.queries import has_second_factor, sessions_of
from guestlist.users.rules import time_zones
from guestlist.workspaces.models import Workspace

router = Router(tags=["me"])


def _known(time_zone: str) -> str:
    if time_zone and time_zone not in time_zones():
        raise ValueError("There is no such time zone")
    return time_zone


TimeZone = Annotated[str, AfterValidator(_known)]


class WorkspaceRef(BaseModel):
    id: uuid.UUID
    slug: str
    name: str


class OwnMembership(BaseModel):
    id: uuid.UUID
    community: CommunityRef
    roles: list[RoleRef]
    status: Literal["active", "deactivated"]
    ends_at: datetime | None


class OwnWorkspace(WorkspaceRef):
    memberships: list[OwnMembership]


class UserMe(BaseModel):
    """`second_factor`: an authenticator app or a passkey is set up."""

    kind: Literal["user"] = "user"
    id: uuid.UUID
    name: str
    email: str
    language: str
    time_zone: str
    second_factor: bool
    workspaces: list[OwnWorkspace]


class KeyMe(BaseModel):
    kind: Literal["api_key"] = "api_key"
    id: uuid.UUID
    name: str
    workspace: WorkspaceRef
    community: CommunityRef
    roles: list[RoleRef]


@router.get("/me", response=UserMe | KeyMe)
def me(request: Call) -> UserMe | KeyMe:
    return _key(request.auth) if request.auth.kind == "api_key" else _user(request.user)


class Profile(Body):
    """What is left out stays as it is. `time_zone` is a name of the IANA database, or empty: as the browser says."""

    name: Text | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None


@router.patch("/me", response=UserMe)
def change_me(request: Call, body: Profile) -> UserMe:
    """A user's own profile. A key has none. In a session that a directory opened, its holder must have confirmed lately who they are:
    403 `confirm_first`."""
    user = changing(request)
    kept = {"name": user.name, "language": user.language, "time_zone": user.time_zone, "theme": user.theme}
    change_profile(user=user, **kept | body.model_dump(exclude_none=True))
    return _user(user)


class SessionOut(BaseModel):
    """`network` is the network it was seen from last: /24 or, of IPv6, /48. `current` is the one that asks."""

    id: uuid.UUID
    browser: str
    system: str
    network: str
    seen_at: datetime
    current: bool


@router.get("/me/sessions", response=Listed[SessionOut])
def my_sessions(request: Call, page: Query[Page]) -> Listed[SessionOut]:
    here = request.session.session_key
    rows, then = sliced("sessions", sessions_of(holder(request)), page)
    return listed("sessions", [_session(row, here) for row in rows], then)


@router.delete("/me/sessions/{session}", response={204: None})
def end_my_session(request: Call, session: uuid.UUID) -> Status[None]:
    """In a session that a directory opened, its holder must have confirmed lately who they are: 403 `confirm_first`."""
    end_session(user=changing(request), session=session)
    return Status(204, None)


def holder(request: Call) -> User:
    """A key has no account, so there is nothing here for it. Raises NotFound."""
    if request.auth.kind != "user":
        raise NotFound
    return request.user


def changing(request: Call) -> User:
    """A workspace's directory reaches nothing of the account (rule 14). Raises NotFound, ConfirmFirst."""
    user = holder(request)
    if "connection" in request.session:
        confirm_first(request)
    return user


def _session(row: Session, here: str | None) -> SessionOut:
    return SessionOut(
        id=row.id,
        browser=row.browser,
        system=row.system,
        network=row.network,
        seen_at=row.seen_at,
        current=row.session_key == here,
    )


def _user(user: User) -> UserMe:
    grouped = groupby(memberships_of(user, user.reach), lambda row: row.membership.workspace)
    workspaces = [
        OwnWorkspace(**_workspace(place).model_dump(), memberships=[_membership(row) for row in rows]) for place, rows in grouped
    ]
    return UserMe(
        id=user.id,
        name=user.name,
        email=user.email,
        language=user.language or "en",
        time_zone=user.time_zone,
        second_factor=has_second_factor(user),
        workspaces=workspaces,
    )


def _key(actor: Actor) -> KeyMe:
    row = ApiKey.objects.select_related("workspace", "community").get(id=actor.id)
    roles = Role.objects.filter(id__in=row.role_ids).order_by("created_at", "id")
    return KeyMe(
        id=row.id,
        name=row.name,
        workspace=_workspace(row.workspace),
        community=community_ref(row.community),
        roles=role_refs(roles),
    )


def _workspace(workspace: Workspace) -> WorkspaceRef:
    return WorkspaceRef(id=workspace.id, slug=workspace.slug, name=workspace.name)


def _membership(row: MemberRow) -> OwnMembership:
    membership = row.membership
    return OwnMembership(
        id=membership.id,
        community=community_ref(membership.community),
        roles=role_refs(row.roles),
        status=membership.status,
        ends_at=membership.ends_at,
    )
