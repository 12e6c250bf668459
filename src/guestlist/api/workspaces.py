"""/workspaces/{workspace}: its name, its address, its policy."""

from typing import Literal

from ninja import Router
from pydantic import BaseModel, Field

from guestlist.api.auth import Call
from guestlist.api.me import WorkspaceRef
from guestlist.api.shapes import Body, Language, Text
from guestlist.members.commands import update_workspace
from guestlist.members.queries import fetch_workspace
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.queries import treatment_of_existing_users

router = Router(tags=["workspaces"])
Treatment = Literal["add", "notify", "ask"]


class PolicyOut(BaseModel):
    """`existing_users`: what happens to invited people who have an account: the stricter of the operator's word and the workspace's."""

    invitation_lifetime: int
    existing_users: Treatment


class WorkspaceOut(WorkspaceRef):
    """`language` is of mail to people who have not chosen theirs; empty: the installation's."""

    language: str
    policy: PolicyOut


class PolicyIn(Body):
    invitation_lifetime: int | None = Field(None, description="Seconds, 60 to 365 days")
    existing_users: Treatment | Literal[""] | None = Field(None, description="Empty: as the operator says")


class WorkspacePatch(Body):
    """What is left out stays."""

    name: Text | None = None
    slug: Text | None = None
    language: Language | None = None
    policy: PolicyIn = PolicyIn(invitation_lifetime=None, existing_users=None)


@router.get("/workspaces/{workspace}", response=WorkspaceOut)
def get_workspace(request: Call, workspace: Text) -> WorkspaceOut:
    return _out(fetch_workspace(request.auth, workspace))


@router.patch("/workspaces/{workspace}", response=WorkspaceOut)
def change_workspace(request: Call, workspace: Text, body: WorkspacePatch) -> WorkspaceOut:
    """Needs `settings:write` in the main community. Another slug changes the workspace's addresses."""
    place = fetch_workspace(request.auth, workspace)
    given = body.model_dump(exclude={"policy"}) | body.policy.model_dump()
    return _out(update_workspace(actor=request.auth, workspace=place, **given))


def _out(row: Workspace) -> WorkspaceOut:
    policy = PolicyOut(invitation_lifetime=row.invitation_lifetime, existing_users=treatment_of_existing_users(row))
    return WorkspaceOut(id=row.id, slug=row.slug, name=row.name, language=row.language, policy=policy)
