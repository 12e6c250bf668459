"""Who belongs where: the members of a community, and one membership at a time."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.db import transaction
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from guestlist.access.decision import compare
from guestlist.api.auth import Call
from guestlist.api.shapes import Body, Listed, Moment, Page, RoleRef, Search, Text, id_in, listed, role_refs
from guestlist.kernel.actors import Actor
from guestlist.members.commands import deactivate, reactivate, remove, set_end, set_roles
from guestlist.members.models import Membership
from guestlist.members.queries import (
    Filter,
    MemberRow,
    Standing,
    fetch_community,
    fetch_membership,
    fetch_workspace,
    held_in_sight,
    members_of,
    pick_roles,
    roles_of,
    usable_roles,
)
from guestlist.workspaces.models import Community, Workspace

router = Router(tags=["members"])


class UserOut(BaseModel):
    id: uuid.UUID
    email: str
    name: str


class MembershipOut(BaseModel):
    """`community` is the membership's own; `inherited_from` repeats it where the membership reaches the list from above."""

    id: uuid.UUID
    user: UserOut
    community: uuid.UUID
    roles: list[RoleRef]
    status: Literal["active", "deactivated"]
    source: Literal["invited", "added", "sso", "scim", "setup"]
    ends_at: datetime | None
    inherited_from: uuid.UUID | None


class ChangedMembership(MembershipOut):
    """`gains` and `losses`: the permissions that its holder would have in the community at once, and would no longer have, as far
    as the caller sees; null unless it was a dry run."""

    gains: list[str] | None = None
    losses: list[str] | None = None


class MembersQuery(Page):
    inherited: bool = Field(False, description="Also those whose membership above reaches this community")
    q: Search = Field("", description="A part of the address or the name")
    status: Literal["", "active", "deactivated"] = ""
    role: Text = Field("", description="Id or name")


class MembershipIn(Body):
    """What is left out stays."""

    dry_run: bool = Field(False, description="Only say what the holder would gain and lose")
    roles: tuple[Text, ...] | None = Field(None, max_length=100, description="Ids or names")
    status: Literal["active", "deactivated"] | None = None
    ends_at: Moment | None = Field(None, description="null takes the end away")


@router.get("/workspaces/{workspace}/communities/{community}/members", response=Listed[MembershipOut])
def list_members(request: Call, workspace: Text, community: Text, query: Query[MembersQuery]) -> Listed[MembershipOut]:
    """By address."""
    place = fetch_workspace(request.auth, workspace)
    where = fetch_community(request.auth, place, community)
    after, skip = query.start("members") or ("", 0)
    narrow = Filter(query.q, query.status, _role(where, query.role))
    size = skip + query.limit
    rows = members_of(request.auth, place, where, narrow, inherited=query.inherited, after=after, limit=size + 1)
    then = _mark(rows[:size], after) if len(rows) > size else None
    return listed("members", [membership_out(row) for row in rows[skip:size]], then)


@router.get("/workspaces/{workspace}/memberships/{membership}", response=MembershipOut)
def get_membership(request: Call, workspace: Text, membership: str) -> MembershipOut:
    return membership_out(_fetch(request, workspace, membership))


@router.patch("/workspaces/{workspace}/memberships/{membership}", response=ChangedMembership)
def change_membership(request: Call, workspace: Text, membership: str, body: MembershipIn) -> ChangedMembership:
    """Replaces the roles, the status, the end, or several of them at once. The caller must be able to hand out every role concerned."""
    place = fetch_workspace(request.auth, workspace)
    old = fetch_membership(request.auth, place, id_in(membership)).membership
    before = _held(request.auth, place, old) if body.dry_run else []
    with transaction.atomic():
        row = _changed(request.auth, old, body)
        # Not fetched again: whoever took their own right to look is answered all the same.
        out = ChangedMembership(**membership_out(MemberRow(row, roles_of([row])[row.id])).model_dump())
        if body.dry_run:
            found = compare(before, _held(request.auth, place, row))
            out.gains, out.losses = sorted(found.gained), sorted(found.lost)
        transaction.set_rollback(body.dry_run)
    return out


def _changed(actor: Actor, row: Membership, body: MembershipIn) -> Membership:
    if body.roles is not None:
        row = set_roles(actor=actor, membership=row, roles=body.roles)
    if "ends_at" in body.model_fields_set:
        row = set_end(actor=actor, membership=row, ends_at=body.ends_at)
    if body.status not in (None, row.status):
        act = reactivate if body.status == Membership.Status.ACTIVE else deactivate
        row = act(actor=actor, membership=row)
    return row


def _held(actor: Actor, workspace: Workspace, row: Membership) -> Standing:
    return held_in_sight(actor, workspace, row.user, row.community)[0]


@router.delete("/workspaces/{workspace}/memberships/{membership}", response={204: None})
def remove_membership(request: Call, workspace: Text, membership: str) -> Status[None]:
    """Takes the user out of the community; the account stays."""
    remove(actor=request.auth, membership=_fetch(request, workspace, membership).membership)
    return Status(204, None)


def _role(community: Community, name: str) -> uuid.UUID | None:
    return pick_roles([name], usable_roles([community])[community.id])[0].id if name else None


def _mark(shown: Sequence[MemberRow], after: str) -> tuple[str, int]:
    """Where the next page begins: after an address, less the rows shown since. One person may have several rows, and a page may
    end between them."""
    last = shown[-1].membership.email_key
    earlier = [row.membership.email_key for row in shown if row.membership.email_key != last]
    return (earlier[-1] if earlier else after), len(shown) - len(earlier)


def _fetch(request: Call, workspace: str, membership: str) -> MemberRow:
    return fetch_membership(request.auth, fetch_workspace(request.auth, workspace), id_in(membership))


def membership_out(row: MemberRow) -> MembershipOut:
    membership = row.membership
    user = membership.user
    return MembershipOut(
        id=membership.id,
        user=UserOut(id=user.id, email=user.email, name=user.name),
        community=membership.community_id,
        roles=role_refs(row.roles),
        status=membership.status,
        source=membership.source,
        ends_at=membership.ends_at,
        inherited_from=row.inherited_from.id if row.inherited_from else None,
    )
