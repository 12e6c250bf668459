"""Invitations and batches as an actor may see them: only grants in communities where they may invite."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from guestlist.audit.queries import renamings
from guestlist.invitations.models import Batch, Grant, Invitation
from guestlist.invitations.queries.opened import roles_in
from guestlist.invitations.rules import PART
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.kernel.refusing import found_in
from guestlist.kernel.text import address_key
from guestlist.members.models import Membership, Role
from guestlist.members.queries import communities_where, may_in_main
from guestlist.workspaces.models import Community, Workspace


@dataclass(frozen=True)
class GrantLine:
    community: Community
    roles: list[Role]
    giver: str
    giver_id: uuid.UUID | None


@dataclass(frozen=True)
class InvitationRow:
    """An invitation with the grants the actor may see: the live ones, or those it ended with."""

    invitation: Invitation
    grants: list[GrantLine] = field(default_factory=list)

    @property
    def delivery(self) -> str:
        return self.invitation.message.state if self.invitation.message else ""


def visible_invitations(
    actor: Actor, workspace: Workspace, *, state: str = "", email: str = "", community: Community | None = None
) -> QuerySet[Invitation]:
    """Newest first. `email` matches the whole address, or a part of it; `state` is the current one, computed now."""
    seen = grants_in_sight(actor, workspace, community).filter(invitation=OuterRef("pk"))
    rows = Invitation.objects.with_end().filter(Exists(seen), workspace=workspace)
    if state:
        shared = Exists(seen.filter(Q(ended_at=None) | Q(ending__in=[OuterRef("state"), "left_out"])))
        revoked = Q(~shared) if state == Invitation.State.REVOKED else Q()
        rows = rows.filter(Q(shared) & _in_state(state) | revoked)
    if email:
        rows = rows.filter(Q(email_key=address_key(email)) | Q(email_key__contains=email.lower()))
    return rows.select_related("message").order_by("-id")


def waiting_for(actor: Actor, workspace: Workspace, user: uuid.UUID) -> QuerySet[Invitation]:
    """The pending invitations, of those the actor may see, of the addresses by which the workspace knows this member."""
    known = Membership.objects.filter(workspace=workspace, user=user).values("email_key")
    return visible_invitations(actor, workspace, state=Invitation.State.PENDING).filter(email_key__in=known)


def grants_in_sight(actor: Actor, workspace: Workspace, community: Community | None = None) -> QuerySet[Grant]:
    """Those in communities (or the one asked for) where the actor may invite, to be narrowed to invitations of the workspace; for who
    may in the main community, those of communities that were deleted since, too."""
    places = communities_where(actor, workspace, "members:invite").order_by()
    if community is not None:
        places = places.filter(id=community.id)
    elif places.filter(kind=Community.Kind.MAIN).exists():
        return Grant.objects.all()
    return Grant.objects.filter(community__in=places.values("id"))


def _in_state(state: str) -> Q:
    pending, now = Q(state=Invitation.State.PENDING), clock.now()
    if state == Invitation.State.PENDING:
        return pending & Q(ends__gt=now)
    if state == Invitation.State.EXPIRED:
        return Q(state=state) | pending & Q(ends__lte=now)
    return Q(state=state)


def fetch_invitation(actor: Actor, workspace: Workspace, invitation: uuid.UUID) -> InvitationRow:
    """One the actor may see, with its grants. Raises NotFound."""
    found = found_in(visible_invitations(actor, workspace).filter(id=invitation))
    return with_grants(actor, workspace, [found])[0]


def with_grants(actor: Actor, workspace: Workspace, invitations: Sequence[Invitation]) -> list[InvitationRow]:
    """The same invitations with what the actor may see of their grants: a constant number of statements."""
    chosen = grants_in_sight(actor, workspace).filter(invitation__in=[each.id for each in invitations])
    grants = list(chosen.order_by("made_at"))
    _name_places(grants)
    grants.sort(key=lambda grant: (grant.community.kind, grant.community.name))
    roles = roles_in(grants)
    lines: dict[uuid.UUID, list[Grant]] = {}
    for grant in grants:
        lines.setdefault(grant.invitation_id, []).append(grant)
    return [_row(each, lines.get(each.id, []), roles) for each in invitations]


def _name_places(grants: Sequence[Grant]) -> None:
    """Gives each grant its community; in the place of one that is gone, what it was called last."""
    ids = {grant.community_id for grant in grants}
    found = Community.objects.in_bulk(ids)
    gone = {event.target_id: event.before["name"] for event in renamings(ids - found.keys())}
    for grant in grants:
        place = grant.community_id
        grant.community = found.get(place) or Community(id=place, name=gone.get(place, ""), kind=Community.Kind.MANAGED)


def _row(invitation: Invitation, grants: list[Grant], roles: dict[uuid.UUID, Role]) -> InvitationRow:
    if not any(grant.ended_at is None or grant.ending in (invitation.state, "left_out") for grant in grants):
        # Their part was revoked while others kept theirs: what became of that is not for this actor to see.
        invitation.state, invitation.message = Invitation.State.REVOKED, None
        invitation.lapses_at = max((grant.ended_at for grant in grants if grant.ended_at), default=invitation.lapses_at)
    mine = min((grant.made_at for grant in grants), default=invitation.created_at)
    if mine > invitation.created_at:
        # Others began it out of the actor's sight: what they wrote, and when, is not for this actor either (ADR 6).
        invitation.created_at, invitation.note, invitation.name, invitation.batch_id = mine, "", "", None
    return InvitationRow(invitation, [_line(grant, roles) for grant in _last_of(grants)])


def _last_of(grants: list[Grant]) -> list[Grant]:
    """The live grants; of an ended invitation the ones it ended with, not those replaced on the way."""
    live = [grant for grant in grants if grant.ended_at is None]
    return live or [grant for grant in grants if grant.ending != "replaced"] or grants


def _line(grant: Grant, roles: dict[uuid.UUID, Role]) -> GrantLine:
    return GrantLine(
        grant.community, [roles[each] for each in sorted(grant.roles) if each in roles], grant.giver_name, grant.giver_id
    )


def grants_holding(role: Role) -> QuerySet[Grant]:
    """Every live grant with the role, of invitations that may still be accepted or sent again: for commands, which ask about rights
    themselves."""
    pending = Grant.objects.filter(ended_at=None, invitation__state=Invitation.State.PENDING)
    return pending.filter(role_ids__icontains=str(role.id)).order_by("id")


def invitations_holding(actor: Actor, workspace: Workspace, role: Role) -> int:
    """How many invitations that wait hold the role in a community where the actor may invite."""
    places = communities_where(actor, workspace, "members:invite").order_by().values("id")
    grants = grants_holding(role).filter(invitation__workspace=workspace, community__in=places)
    return grants.order_by().values("invitation").distinct().count()


def fetch_batch(actor: Actor, workspace: Workspace, batch: uuid.UUID) -> Batch:
    """A batch the actor made themselves, or any for whoever may invite in the main community. Raises NotFound."""
    rows = Batch.objects.filter(workspace=workspace, id=batch)
    found = rows.filter(actor_kind=actor.kind, actor_id=actor.id).first()
    if found is None and may_in_main(actor, "members:invite", workspace):
        found = rows.first()
    if found is None:
        raise NotFound
    return found


def outcomes_of(batch: Batch, *, after: int = 0, limit: int = 50) -> tuple[list[dict[str, object]], int | None]:
    """Up to `limit` outcomes from place `after` on, and the place of the next; parts not done yet have none."""
    first, last = after // PART, (after + limit) // PART
    parts = batch.parts.filter(number__range=(first, last), outcomes__isnull=False).order_by("number")
    found = [outcome for outcomes in parts.values_list("outcomes", flat=True) for outcome in outcomes][after - first * PART :][
        :limit
    ]
    more = after + len(found)
    return found, more if more < batch.done and found else None
