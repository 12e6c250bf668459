"""The history as an actor may read it: events of communities in their sight, with what they speak of by name."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from guestlist.audit.models import Event
from guestlist.audit.queries import events_about, memberships_ever, newest_first
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries.lists import InvitationRow
from guestlist.invitations.queries.names import Names, name_all
from guestlist.kernel.actors import Actor
from guestlist.kernel.ids import as_id
from guestlist.kernel.text import address_key
from guestlist.members.errors import NotAllowed
from guestlist.members.models import ApiKey, Membership
from guestlist.members.queries import communities_where
from guestlist.users.models import User
from guestlist.users.queries import user_shown_as
from guestlist.workspaces.models import Community, Workspace

MOST_LISTED = 100
MOST_OF_ONE = 100  # events of one invitation that its page tells
NEWEST = 20


@dataclass(frozen=True)
class Sought:
    """What a history is narrowed to. `actor`: an address, an id, the name of an API key, `operator` or `system`; `person`: the
    address of a user or of somebody invited; `action`: one (`membership.removed`) or all about one thing (`membership`);
    from `since` on, and before `until`."""

    actor: str = ""
    action: str = ""
    person: str = ""
    community: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Told:
    """An event with the names of all it speaks of. `before` and `after` are without what lies outside the reader's sight."""

    event: Event
    before: dict[str, Any]
    after: dict[str, Any]
    names: Names

    @property
    def subject(self) -> uuid.UUID | None:
        """What it was done to; of a membership, its user."""
        target = self.event.target_id
        return self.names.holders.get(target) if target and self.event.target_kind == "membership" else target

    @property
    def email(self) -> str:
        """The actor's address today; empty for whoever has none. A name is its holder's to choose, an address is proved."""
        return self.names.emails.get(self.event.actor_id, "") if self.event.actor_id else ""

    def name(self, some: object) -> str:
        """What it was called when this happened."""
        return self.names.of(some, self.event.at)


def visible_events(actor: Actor, workspace: Workspace, sought: Sought) -> QuerySet[Event]:
    """Those of communities where the actor may read the history, newest first; in the main community, all of the workspace.
    Raises NotAllowed for who may read it nowhere."""
    places = communities_where(actor, workspace, "audit:read").order_by()
    events = Event.objects.filter(workspace_id=workspace.id)
    if not places.filter(kind=Community.Kind.MAIN).exists():
        own = list(places.values_list("id", flat=True)[: MOST_LISTED + 1])
        if not own:
            raise NotAllowed
        # A few by name, so that the index of each is read; many as a question, or there would be no end of names.
        few = len(own) <= MOST_LISTED
        events = events.filter(community_id__in=own) if few else events.filter(community_id__in=places.values("id"))
    return newest_first(_narrowed(events, workspace, places, sought))


def _narrowed(events: QuerySet[Event], workspace: Workspace, places: QuerySet[Community], sought: Sought) -> QuerySet[Event]:
    wanted = Q()
    if sought.action:
        wanted &= Q(**{"action" if "." in sought.action else "target_kind": sought.action})
    if sought.actor:
        wanted &= _done_by(workspace, places, sought.actor)
    if sought.person:
        wanted &= Q(target_id__in=_about(workspace, places, sought.person))
    if sought.community:
        wanted &= Q(community_id=sought.community)
    if sought.since:
        wanted &= Q(at__gte=sought.since)
    if sought.until:
        wanted &= Q(at__lt=sought.until)
    return events.filter(wanted)


def community_that_was(actor: Actor, workspace: Workspace, name: str) -> uuid.UUID | None:
    """The id of a deleted community by its id, or by the name or short name it had last; the one deleted last of several. For who
    reads the history of the whole workspace: what a place that is gone lay below cannot be told any more."""
    if not communities_where(actor, workspace, "audit:read").filter(kind=Community.Kind.MAIN).exists():
        return None
    called = Q(before__name__iexact=name) | Q(before__slug=name) | Q(target_id=as_id(name) or workspace.id)
    gone = Event.objects.filter(called, workspace_id=workspace.id, action="community.deleted")
    return newest_first(gone).values_list("target_id", flat=True).first()


def _done_by(workspace: Workspace, places: QuerySet[Community], name: str) -> Q:
    if name in ("operator", "system"):
        return Q(actor_kind=name)
    named = as_id(name)
    keys = ApiKey.objects.filter(workspace=workspace, name=name).values_list("id", flat=True)
    return Q(actor_id__in=[*([named] if named else []), *keys, *_users_called(workspace, places, name)])


def _about(workspace: Workspace, places: QuerySet[Community], address: str) -> list[uuid.UUID]:
    users = _users_called(workspace, places, address)
    # Of either kind there is an index; without saying so, all the invitations of the workspace would be read.
    every = Q(state=Invitation.State.PENDING) | ~Q(state=Invitation.State.PENDING)
    asked = Invitation.objects.filter(every, workspace=workspace, email_key=address_key(address)).values_list("id", flat=True)
    return [*users, *memberships_ever(users), *asked]


def _users_called(workspace: Workspace, places: QuerySet[Community], address: str) -> set[uuid.UUID]:
    """Whoever the reader knows under this address: an address that somebody uses elsewhere would tell whose it is."""
    key = address_key(address)
    rows = Membership.objects.filter(workspace=workspace, email_key=key, community__in=places.values("id"))
    shown = user_shown_as(key)
    return set(rows.values_list("user_id", flat=True)) | ({shown} if shown else set())


def tell(actor: Actor, workspace: Workspace, events: Sequence[Event], *, permission: str = "audit:read") -> list[Told]:
    """The events with their names, in a constant number of statements. Communities where the actor lacks `permission` are left
    out of what was before and after."""
    names = name_all(events, communities_where(actor, workspace, permission).order_by())
    return [Told(event, names.masked(event.before or {}), names.masked(event.after or {}), names) for event in events]


def history_of(actor: Actor, workspace: Workspace, row: InvitationRow) -> list[Told]:
    """What became of an invitation, newest first: what touched grants that the actor sees. How it ended is not theirs to know
    once their own part was revoked."""
    events = events_about([row.invitation.id])[:MOST_OF_ONE]
    told = tell(actor, workspace, list(events), permission="members:invite")
    revoked = row.invitation.state == Invitation.State.REVOKED
    return [each for each in told if _touches_a_grant(each) or (each.event.community_id is None and not revoked)]


def history_of_user(actor: Actor, workspace: Workspace, user: User) -> list[Told]:
    """The newest of what was done to a user's memberships, those removed included, and to the invitations of their address,
    where the actor may read the history. Nothing for who may read it nowhere."""
    places = communities_where(actor, workspace, "audit:read").order_by()
    asked = Invitation.objects.filter(workspace=workspace, user_id=user.id).values_list("id", flat=True)
    events = events_about([*memberships_ever([user.id]), *asked]).filter(community_id__in=places.values("id"))
    return tell(actor, workspace, list(events[:NEWEST]))


def _touches_a_grant(told: Told) -> bool:
    return any(side.get(key) for side in (told.before, told.after) for key in ("grants", "left_out"))


def documents(told: Sequence[Told]) -> Iterator[dict[str, Any]]:
    """Events as the API and the export write them."""
    for each in told:
        event, names = each.event, each.names
        yield {
            "id": event.id,
            "at": event.at,
            "action": event.action,
            "actor": {"kind": event.actor_kind, "id": event.actor_id, "name": names.actor(event), "email": each.email},
            "target": {"kind": event.target_kind, "id": event.target_id, "name": each.name(each.subject)},
            "community": names.community(event.community_id, event.at),
            "before": each.before or None,
            "after": each.after or None,
            "address": event.address,
            "request_id": event.request_id,
        }
