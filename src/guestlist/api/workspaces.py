"""/workspaces/{workspace}: its name, its address, its policy."""

import uuid
from typing import Literal

from django.db import transaction
from ninja import Router
from pydantic import BaseModel, Field

from guestlist.api.auth import Call, confirm_first
from guestlist.api.me import WorkspaceRef
from guestlist.api.shapes import Body, Language, Text
from guestlist.members.commands import update_workspace
from guestlist.members.queries import fetch_workspace
from guestlist.sso.commands import change_sign_in_policy
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.queries import treatment_of_existing_users

router = Router(tags=["workspaces"])
Treatment = Literal["add", "notify", "ask"]
AT_THE_DOOR = {"sso_only", "requires_second_factor", "session_idle", "session_lifetime", "break_glass"}


class PolicyOut(BaseModel):
    """`existing_users`: what happens to invited people who have an account: the stricter of the operator's word and the workspace's.
    The last four are asked of sessions at the workspace's door, never of API keys; the limits are in seconds, null where there is none."""

    invitation_lifetime: int
    existing_users: Treatment
    sso_only: bool
    requires_second_factor: bool
    session_idle: int | None
    session_lifetime: int | None


class WorkspaceOut(WorkspaceRef):
    """`language` is of mail to people who have not chosen theirs; empty: the installation's."""

    language: str
    policy: PolicyOut


class PolicyIn(Body):
    invitation_lifetime: int | None = Field(None, description="Seconds, 60 to 365 days")
    existing_users: Treatment | Literal[""] | None = Field(None, description="Empty: as the operator says")
    sso_only: bool = Field(False, description="Needs a tested connection that is on, and a break-glass Admin")
    requires_second_factor: bool = False
    session_idle: int | None = Field(None, description="Seconds, 5 minutes to 14 days; null: no limit")
    session_lifetime: int | None = Field(None, description="Seconds, 15 minutes to 14 days; null: no limit")
    break_glass: list[uuid.UUID] = Field([], description="All users who may enter past `sso_only`: Admins of main")


class WorkspacePatch(Body):
    """What is left out stays."""

    name: Text | None = None
    slug: Text | None = None
    language: Language | None = None
    policy: PolicyIn = Field(default_factory=PolicyIn)


@router.get("/workspaces/{workspace}", response=WorkspaceOut)
def get_workspace(request: Call, workspace: Text) -> WorkspaceOut:
    return _out(fetch_workspace(request.auth, workspace))


@router.patch("/workspaces/{workspace}", response=WorkspaceOut)
def change_workspace(request: Call, workspace: Text, body: WorkspacePatch) -> WorkspaceOut:
    """Needs `settings:write` in the main community. Another slug changes the workspace's addresses. A session that changes what the
    door asks must have confirmed lately who it is: 403 `confirm_first`."""
    place = fetch_workspace(request.auth, workspace)
    given = body.model_dump(exclude={"policy"}) | body.policy.model_dump(exclude=AT_THE_DOOR)
    asked = body.policy.model_dump(include=AT_THE_DOOR, exclude_unset=True)
    with transaction.atomic():
        row = update_workspace(actor=request.auth, workspace=place, **given)
        if asked:
            confirm_first(request)
            row = change_sign_in_policy(actor=request.auth, workspace=row, **asked)
        return _out(row)


def _out(row: Workspace) -> WorkspaceOut:
    policy = PolicyOut(
        invitation_lifetime=row.invitation_lifetime,
        existing_users=treatment_of_existing_users(row),
        sso_only=row.sso_only,
        requires_second_factor=row.requires_second_factor,
        session_idle=row.session_idle,
        session_lifetime=row.session_lifetime,
    )
    return WorkspaceOut(id=row.id, slug=row.slug, name=row.name, language=row.language, policy=policy)
