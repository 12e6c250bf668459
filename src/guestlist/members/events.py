"""What passes between packages in the transaction of a change (design section 3): members hear what was recorded and tell the users
concerned; packages above hear what is about to happen here. Listed in docs/explanation/architecture.md."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.dispatch import Signal, receiver

from guestlist.audit.commands import Change
from guestlist.audit.events import recorded
from guestlist.kernel.actors import Actor
from guestlist.members.models import Membership, Role
from guestlist.users.commands import notify
from guestlist.users.events import address_removed, password_chosen
from guestlist.users.models import Notification, User
from guestlist.workspaces.models import Community, Workspace

# A role is about to go. Sent with `actor`, `role` and `move_to` (a role, or None): whoever keeps roles by id moves them, or raises
# RoleHeld where there is nothing to move them to.
role_going = Signal()


@receiver(password_chosen)
def name_workspaces(sender: object, *, user: User, **_: Any) -> list[str]:
    """Those the user belongs to: what is written over the door is the first thing that is tried."""
    return list(Workspace.objects.filter(memberships__user=user).distinct().values_list("name", flat=True))


@receiver(address_removed)
def known_by_the_primary(sender: object, *, user: User, key: str, primary: str, **_: Any) -> None:
    """A workspace that knew its member by the address knows them by what it sees anyway."""
    Membership.objects.filter(user=user, email_key=key).update(email_key=primary)


@receiver(recorded)
def notify_members(sender: object, *, actor: Actor, changes: Sequence[Change], at: datetime, **_: Any) -> None:
    """In a constant number of statements. Nobody is told what they did themselves, nor who set the workspace up."""
    users = _users_of([each for each in changes if each.action.startswith("membership.")])
    told = [each for each in changes if each.target in users and users[each.target] != actor.id]
    if not told:
        return
    communities = Community.objects.select_related("workspace").in_bulk(
        {_place(each) for each in told} | set(map(_moved_to, told))
    )
    roles = {str(row.id): row.name for row in Role.objects.filter(id__in={role for each in told for role in _roles(each)})}
    notify(
        Notification(
            user_id=users[each.target],
            action=each.action,
            actor_kind=actor.kind,
            actor_id=actor.id,
            target_id=each.target,
            about={
                "community": communities[_place(each)].name,
                "workspace": communities[_place(each)].workspace.name,
                "workspace_id": str(communities[_place(each)].workspace_id),
                "roles": [roles[role] for role in _roles(each) if role in roles],
            }
            | _more(each, communities),
            at=at,
        )
        for each in told
    )


def _users_of(changes: Sequence[Change]) -> dict[uuid.UUID | None, uuid.UUID]:
    """Whose memberships these are. The event of one that begins or ends says so; the others are still there to be asked."""
    said = {
        each.target: (each.after or {}).get("user") or (each.before or {}).get("user") for each in changes if not _set_up(each)
    }
    asked = [target for target, user in said.items() if target and user is None]
    found = dict(Membership.objects.filter(id__in=asked).values_list("id", "user_id")) if asked else {}
    return {target: uuid.UUID(user) for target, user in said.items() if user} | found


def _place(change: Change) -> uuid.UUID | None:
    """Where the user was told to be until then."""
    moved = change.action == "membership.moved" and change.before
    return uuid.UUID(change.before["community"]) if moved and change.before else change.community


def _moved_to(change: Change) -> uuid.UUID | None:
    return uuid.UUID(change.after["community"]) if change.action == "membership.moved" and change.after else None


def _more(change: Change, communities: Mapping[uuid.UUID, Community]) -> dict[str, Any]:
    """Where the membership went, or when it ends now."""
    to = _moved_to(change)
    if to and to in communities:
        return {"to": communities[to].name}
    return {"ends_at": (change.after or {}).get("ends_at")} if change.action == "membership.end_changed" else {}


def _set_up(change: Change) -> bool:
    return (change.after or {}).get("source") == Membership.Source.SETUP


def _roles(change: Change) -> list[str]:
    return list((change.after or {}).get("roles", []))
