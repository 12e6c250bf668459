"""/me: what others did that concerns the caller, and leaving a community."""

import uuid
from datetime import datetime

from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from guestlist.api.auth import Call
from guestlist.api.me import holder
from guestlist.api.shapes import Listed, Page, listed, sliced
from guestlist.members.commands import leave
from guestlist.members.queries import fetch_own_membership
from guestlist.users.models import Notification, User
from guestlist.users.queries import concerns, notifications_of

router = Router(tags=["me"])


class NotificationOut(BaseModel):
    """Names are those of then."""

    id: uuid.UUID
    action: str = Field(description="As in the audit log: `membership.created`, `user.passkey_added`, …")
    by: str = Field(description="The name of the user who did it; empty where it was no user")
    workspace: str
    community: str
    roles: list[str]
    at: datetime
    new: bool = Field(description="Since the page of notifications was opened last")


@router.get("/me/notifications", response=Listed[NotificationOut])
def my_notifications(request: Call, page: Query[Page]) -> Listed[NotificationOut]:
    """The newest 100, newest first. Reading them here marks none as read."""
    user = holder(request)
    rows = [(row, by) for row, by in notifications_of(user) if concerns(user, row)]
    found, then = sliced("notifications", rows, page)
    return listed("notifications", [_notification(user, row, by) for row, by in found], then)


@router.post("/me/memberships/{membership}/leave", response={204: None})
def leave_community(request: Call, membership: uuid.UUID) -> Status[None]:
    """The caller goes of their own will; whoever wants them back has to ask."""
    user = holder(request)
    leave(actor=request.auth, membership=fetch_own_membership(user, membership, user.reach).membership)
    return Status(204, None)


def _notification(user: User, row: Notification, by: str) -> NotificationOut:
    return NotificationOut(
        id=row.id,
        action=row.action,
        by=by,
        workspace=row.about.get("workspace", ""),
        community=row.about.get("community", ""),
        roles=row.about.get("roles", []),
        at=row.at,
        new=row.at > user.notifications_seen_at,
    )
