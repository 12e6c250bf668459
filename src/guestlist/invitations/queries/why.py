"""May this user do that there, and why? The decision itself answers; the history says who gave the roles and when."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from guestlist.access.decision import Held, decide
from guestlist.access.permissions import catalogue
from guestlist.audit.models import Event
from guestlist.audit.queries import events_about
from guestlist.invitations.models import Grant, Invitation
from guestlist.kernel.actors import Actor
from guestlist.members.errors import UnknownPermission
from guestlist.members.models import ApiKey, Membership
from guestlist.members.queries import communities_where, facts_of, held_in_sight, usable_roles
from guestlist.users.models import User
from guestlist.users.queries import verified_addresses
from guestlist.workspaces.errors import UnknownCommunity
from guestlist.workspaces.models import Community, Workspace

GAVE = ("membership.created", "membership.roles_added", "membership.roles_changed")


@dataclass(frozen=True)
class Cause:
    """A role that allows it, where it is held, and who gave it when (unknown: empty and None)."""

    role: str
    community: Community
    giver: str
    at: datetime | None


@dataclass(frozen=True)
class Answer:
    """`causes` make it a yes. For a no: `asleep` are memberships whose roles would allow it if they were active, `needed` the roles
    usable there that would. `whole` is False where the actor does not see all the way up: then a no is one as far as they see."""

    user: User
    permission: str
    community: Community
    causes: list[Cause]
    asleep: list[Membership]
    needed: list[str]
    whole: bool

    @property
    def allowed(self) -> bool:
        return bool(self.causes)


def explain(actor: Actor, workspace: Workspace, user: User, permission: str, community: Community) -> Answer:
    """Raises UnknownPermission, and UnknownCommunity where the actor may not read members."""
    if permission not in catalogue():
        raise UnknownPermission
    if not communities_where(actor, workspace, "members:read").filter(id=community.id).exists():
        raise UnknownCommunity
    held, whole = held_in_sight(actor, workspace, user, community)
    decision = decide(permission, held)
    able = [role for role in usable_roles([community])[community.id] if permission in facts_of(role).permissions]
    asleep = [] if decision else _asleep(actor, workspace, user, permission, community)
    return Answer(user, permission, community, _causes(user, decision.because), asleep, [role.name for role in able], whole)


def _asleep(actor: Actor, workspace: Workspace, user: User, permission: str, community: Community) -> list[Membership]:
    """Memberships on the way up, in sight, that carry nothing now: deactivated, ended, or of a disabled account."""
    places = communities_where(actor, workspace, "members:read").filter(progeny__descendant=community).values("id")
    rows = Membership.objects.filter(user=user, community__in=places.order_by()).select_related("community", "user")
    return [row for row in rows if any(permission in facts_of(role).permissions for role in row.roles.all())]


@dataclass(frozen=True)
class Arrival:
    """Since when a user is in a workspace, and who invited or added them (unknown: empty)."""

    at: datetime
    invited: bool
    by: str


def arrival_of(memberships: Sequence[Membership]) -> Arrival:
    """By the oldest of a user's memberships. Whoever accepted an invitation was asked in by its giver."""
    first = min(memberships, key=lambda each: each.created_at)
    event = events_about([first.id]).filter(action="membership.created").first()
    if event and event.actor_id != first.user_id:
        giver = _names([event]).get(event.actor_id, "") if event.actor_id else event.actor_kind.capitalize()
        return Arrival(first.created_at, first.source == Membership.Source.INVITED, giver)
    asked = _accepted_by(first.user_id, {first.email_key}).filter(community=first.community_id)
    grant = asked.order_by("-made_at").first()
    return Arrival(first.created_at, True, grant.giver_name if grant else "")


def _accepted_by(user: uuid.UUID, keys: Collection[str]) -> QuerySet[Grant]:
    accepted = Invitation.objects.filter(
        email_key__in={*keys, *verified_addresses(user)}, user_id=user, state=Invitation.State.ACCEPTED
    )
    return Grant.objects.filter(invitation__in=accepted, ending="accepted")


def _causes(user: User, because: Sequence[Held]) -> list[Cause]:
    places = Community.objects.in_bulk({each.community for each in because})
    rows = {row.community_id: row for row in Membership.objects.filter(user=user, community__in=places)}
    events = list(events_about([row.id for row in rows.values()]).filter(action__in=GAVE))
    given = {(held.community, held.role.id): _given(events, rows[held.community].id, held.role.id) for held in because}
    names = _names([event for event in given.values() if event])
    accepted = _accepted_by(user.id, {row.email_key for row in rows.values()})
    grants = list(accepted.filter(community__in=places).order_by("-made_at"))
    return [
        Cause(
            held.role.name,
            places[held.community],
            _giver(user, held, given[held.community, held.role.id], names, grants),
            event.at if (event := given[held.community, held.role.id]) else None,
        )
        for held in because
    ]


def _given(events: Sequence[Event], membership: uuid.UUID, role: uuid.UUID) -> Event | None:
    """The last time the membership got the role."""
    mine = (event for event in events if event.target_id == membership)
    return next((event for event in mine if str(role) in _roles(event.after) - _roles(event.before)), None)


def _roles(side: dict[str, list[str]] | None) -> set[str]:
    return set((side or {}).get("roles", ()))


def _giver(user: User, held: Held, event: Event | None, names: dict[uuid.UUID, str], grants: Sequence[Grant]) -> str:
    """Whoever accepted an invitation was given the role by its giver, not by themselves."""
    if event is None:
        return ""
    if event.actor_id == user.id:
        accepted = (each for each in grants if each.community_id == held.community and held.role.id in each.roles)
        return next((each.giver_name for each in accepted), names.get(user.id, ""))
    return names.get(event.actor_id, "") if event.actor_id else event.actor_kind.capitalize()


def _names(events: Collection[Event]) -> dict[uuid.UUID, str]:
    ids = {event.actor_id for event in events if event.actor_id}
    people = dict(User.objects.filter(id__in=ids).values_list("id", "name"))
    return people | dict(ApiKey.objects.filter(id__in=ids).values_list("id", "name"))
