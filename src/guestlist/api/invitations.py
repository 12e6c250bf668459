"""/workspaces/{workspace}/invitations: ask people in, look, change, resend, revoke."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from django.http import HttpResponse, JsonResponse
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from guestlist.api.auth import Call
from guestlist.api.communities import community_asked_for
from guestlist.api.grants import GrantIn, read_grants
from guestlist.api.idempotency import IN_DOCUMENT, once
from guestlist.api.shapes import (
    Body,
    CommunityRef,
    Language,
    Listed,
    Page,
    RoleRef,
    Search,
    Text,
    community_ref,
    id_in,
    listed,
    role_refs,
)
from guestlist.invitations.commands import Result, change_grants, invite, resend_invitations, revoke_invitations
from guestlist.invitations.models import Batch, Invitation
from guestlist.invitations.queries import InvitationRow, fetch_invitation, visible_invitations, with_grants
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import Actor
from guestlist.kernel.text import split_addresses
from guestlist.members.queries import fetch_workspace
from guestlist.workspaces.models import Workspace

router = Router(tags=["invitations"])


class PersonIn(Body):
    email: str
    name: str = ""
    language: Language = ""
    grants: tuple[GrantIn, ...] | None = Field(None, max_length=1000, description="Instead of the common ones")


EXAMPLE = {
    "emails": ["jules@birch.example", "Ida Berg <ida@birch.example>"],
    "people": [{"email": "kim@alder.example", "language": "fr", "grants": [{"community": "alder", "roles": ["Guest"]}]}],
    "grants": [{"community": "birch", "roles": ["Analyst"]}],
    "note": "Welcome aboard",
    "lifetime": 86400,
    "dry_run": True,
}


class InvitationsIn(Body):
    """Whom to invite, into what. Outcomes come in the order of `emails`, then `people`."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    emails: tuple[str, ...] = Field((), description="Addresses, or `Name <address>`")
    people: tuple[PersonIn, ...] = ()
    grants: tuple[GrantIn, ...] = Field((), max_length=1000)
    note: str = Field("", max_length=1000)
    language: Language = ""
    lifetime: StrictInt | None = Field(None, description="Of the link, in seconds: 60 to 31536000")
    dry_run: StrictBool = False


class GrantsIn(Body):
    grants: tuple[GrantIn, ...] = Field(max_length=1000)


class OutcomeOut(BaseModel):
    email: str
    outcome: Literal["invited", "updated", "added", "already_member", "invalid", "refused"]
    reason: str | None
    invitation: uuid.UUID | None
    memberships: list[uuid.UUID]


class InvitedOut(BaseModel):
    """`batch` is null after a dry run. Above 500 people `outcomes` is empty: they come with the batch."""

    batch: uuid.UUID | None
    counts: dict[str, int]
    outcomes: list[OutcomeOut]


class GrantOut(BaseModel):
    community: CommunityRef
    roles: list[RoleRef]
    given_by: str


class DeliveryOut(BaseModel):
    state: str
    reason: str | None
    at: datetime


class InvitationOut(BaseModel):
    id: uuid.UUID
    email: str
    name: str
    state: Literal["pending", "accepted", "declined", "revoked", "expired"]
    created_at: datetime
    expires_at: datetime
    language: str
    note: str
    grants: list[GrantOut]
    delivery: DeliveryOut | None
    batch: uuid.UUID | None


class InvitationQuery(Page):
    state: Literal["", "pending", "accepted", "declined", "revoked", "expired"] = ""
    email: Search = Field("", description="The address or a part of it")
    community: Text = Field("", description="Id or slug")


@router.post("/workspaces/{workspace}/invitations", response={200: InvitedOut, 202: InvitedOut}, openapi_extra=IN_DOCUMENT)
def create_invitations(request: Call, workspace: Text, body: InvitationsIn) -> HttpResponse:
    """Invites people, each with one outcome. Above 500 people: 202, and the batch tells how far it is."""
    place = fetch_workspace(request.auth, workspace)
    return once(request, lambda: _invite(request.auth, place, body))


@router.get("/workspaces/{workspace}/invitations", response=Listed[InvitationOut])
def list_invitations(request: Call, workspace: Text, query: Query[InvitationQuery]) -> Listed[InvitationOut]:
    """Newest first; those with a grant in a community where the caller may invite."""
    place = fetch_workspace(request.auth, workspace)
    community = community_asked_for(request.auth, place, query.community) if query.community else None
    found = visible_invitations(request.auth, place, state=query.state, email=query.email, community=community)
    start = query.start("invitations")
    rows = list((found.filter(id__lt=start) if start else found)[: query.limit + 1])
    page = rows[: query.limit]
    items = [invitation_out(row) for row in with_grants(request.auth, place, page)]
    return listed("invitations", items, str(page[-1].id) if len(rows) > query.limit else None)


@router.get("/workspaces/{workspace}/invitations/{invitation}", response=InvitationOut)
def get_invitation(request: Call, workspace: Text, invitation: str) -> InvitationOut:
    return _shown(request.auth, fetch_workspace(request.auth, workspace), invitation)


@router.patch("/workspaces/{workspace}/invitations/{invitation}", response=InvitationOut)
def change_invitation(request: Call, workspace: Text, invitation: str, body: GrantsIn) -> InvitationOut:
    """Replaces the grants the caller sees. The link already sent still works."""
    place = fetch_workspace(request.auth, workspace)
    row = _fetch(request.auth, place, invitation).invitation
    wanted = read_grants(request.auth, place, body.grants)
    change_grants(actor=request.auth, workspace=place, invitation=row.id, grants=[wanted[each] for each in body.grants])
    return _shown(request.auth, place, invitation)


@router.post("/workspaces/{workspace}/invitations/{invitation}/resend", response=InvitationOut)
def resend_invitation(request: Call, workspace: Text, invitation: str) -> InvitationOut:
    """A new mail with a new link; the old link ends."""
    return _decide(request.auth, workspace, invitation, resend_invitations)


@router.post("/workspaces/{workspace}/invitations/{invitation}/revoke", response=InvitationOut)
def revoke_invitation(request: Call, workspace: Text, invitation: str) -> InvitationOut:
    """Ends the grants the caller sees, and with the last one the invitation."""
    return _decide(request.auth, workspace, invitation, revoke_invitations)


def _invite(actor: Actor, workspace: Workspace, body: InvitationsIn) -> JsonResponse:
    wanted = read_grants(actor, workspace, {*body.grants, *(each for person in body.people for each in person.grants or ())})
    common = [wanted[each] for each in body.grants]
    people = [_person(each) for each in body.emails]
    for each in body.people:
        own = None if each.grants is None else tuple(wanted[grant] for grant in each.grants)
        people.append(_person(each.email, each.name, each.language, own))
    done = invite(
        actor=actor,
        workspace=workspace,
        people=people,
        grants=common,
        note=body.note,
        language=body.language,
        lifetime=body.lifetime,
        strict=True,
        dry_run=body.dry_run,
    )
    # Not through the response model: it would copy 500 outcomes that are plain already.
    answer = {
        "batch": str(done.batch.id) if done.batch else None,
        "counts": done.counts,
        "outcomes": [each.plain for each in done.outcomes],
    }
    return JsonResponse(answer, status=202 if done.batch and done.batch.state == Batch.State.QUEUED else 200)


def _person(text: str, name: str = "", language: str = "", grants: tuple[Wanted, ...] | None = None) -> Person:
    """One entry. Text that holds no address, or several, is one bad entry: each entry gets one outcome."""
    found = split_addresses(text, most=2)
    if len(found) != 1:
        return Person(text, name, language, grants)
    return Person(found[0].address, name or found[0].name, language, grants)


def _decide(actor: Actor, workspace: str, invitation: str, command: Callable[..., list[Result]]) -> InvitationOut:
    place = fetch_workspace(actor, workspace)
    row = _fetch(actor, place, invitation).invitation
    refusal = command(actor=actor, workspace=place, ids=[row.id])[0].refusal
    if refusal:
        raise refusal
    return _shown(actor, place, invitation)


def _fetch(actor: Actor, workspace: Workspace, invitation: str) -> InvitationRow:
    return fetch_invitation(actor, workspace, id_in(invitation))


def _shown(actor: Actor, workspace: Workspace, invitation: str) -> InvitationOut:
    return invitation_out(_fetch(actor, workspace, invitation))


def invitation_out(row: InvitationRow) -> InvitationOut:
    """Never a link, never a token: whoever reads answers of the API must not be able to join in somebody's place."""
    invitation = row.invitation
    return InvitationOut(
        id=invitation.id,
        email=invitation.email,
        name=invitation.name,
        state=invitation.current_state,
        created_at=invitation.created_at,
        expires_at=invitation.ends_at,
        language=invitation.language,
        note=invitation.note,
        grants=[
            GrantOut(community=community_ref(line.community), roles=role_refs(line.roles), given_by=line.giver)
            for line in row.grants
        ],
        delivery=_delivery(invitation),
        batch=invitation.batch_id,
    )


def _delivery(invitation: Invitation) -> DeliveryOut | None:
    message = invitation.message
    return DeliveryOut(state=message.state, reason=message.reason or None, at=message.at) if message else None
