"""/workspaces/{workspace}/audit: what happened, as far as the caller may read it."""

import uuid
from datetime import datetime
from typing import Any

from ninja import Query, Router
from pydantic import BaseModel, Field

from guestlist.api.auth import Call
from guestlist.api.communities import community_asked_for
from guestlist.api.shapes import CommunityRef, Listed, Moment, Page, Search, Text, listed
from guestlist.audit.queries import page_of
from guestlist.invitations.queries import Sought, community_that_was, documents, tell, visible_events
from guestlist.kernel.actors import Actor
from guestlist.kernel.ids import as_id
from guestlist.members.queries import fetch_workspace
from guestlist.workspaces.errors import UnknownCommunity
from guestlist.workspaces.models import Workspace

router = Router(tags=["audit"])


class Named(BaseModel):
    kind: str
    id: uuid.UUID | None
    name: str


class ActorRef(Named):
    """`name` is as it was then; `email` is the address of a user today."""

    email: str


class EventCommunity(CommunityRef):
    """The name is as it was then, the short name the last one."""


class EventOut(BaseModel):
    """`target` is what it was done to; the name of a membership is its user's. `before` and `after` hold the facts that changed,
    without what lies outside the caller's sight."""

    id: uuid.UUID
    at: datetime
    action: str
    actor: ActorRef
    target: Named
    community: EventCommunity | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    address: str
    request_id: str


class AuditQuery(Page):
    actor: Search = Field("", description="An address, an id, the name of an API key, `operator` or `system`")
    action: Search = Field("", description="One, `membership.removed`, or all about one thing, `membership`")
    person: Search = Field("", description="The address of a user or of somebody invited")
    community: Search = Field("", description="Id or slug, of a deleted one too")
    since: Moment | None = None
    until: Moment | None = Field(None, description="Before this moment")


@router.get("/workspaces/{workspace}/audit", response=Listed[EventOut])
def list_events(request: Call, workspace: Text, query: Query[AuditQuery]) -> Listed[EventOut]:
    """Newest first; those of communities where the caller has `audit:read`."""
    place = fetch_workspace(request.auth, workspace)
    sought = Sought(
        actor=query.actor,
        action=query.action,
        person=query.person,
        community=_community(request.auth, place, query.community) if query.community else None,
        since=query.since,
        until=query.until,
    )
    found = visible_events(request.auth, place, sought)
    events, then = page_of(found, as_id(query.start("audit")), query.limit)
    items = [EventOut.model_validate(each) for each in documents(tell(request.auth, place, events))]
    return listed("audit", items, str(then) if then else None)


def _community(actor: Actor, workspace: Workspace, name: str) -> uuid.UUID:
    try:
        return community_asked_for(actor, workspace, name).id
    except UnknownCommunity:
        gone = community_that_was(actor, workspace, name)
        if gone is None:
            raise
        return gone
