"""Tells the other Admins that somebody changed whom their workspace trusts, and those who may let people in that somebody was
refused; in the transaction of the change."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.dispatch import receiver

from guestlist.access.roles import ADMIN
from guestlist.audit.commands import Change
from guestlist.audit.events import recorded
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.mail.commands import queue_messages
from guestlist.members.models import Membership, Role
from guestlist.members.queries import live
from guestlist.sso.emails import trust_changed_mail
from guestlist.users.commands import notify
from guestlist.users.models import Notification, User
from guestlist.workspaces.models import Community, Workspace

TRUST = {
    "connection.created",
    "connection.enabled",
    "connection.disabled",
    "connection.deleted",
    "domain.proved",
    "domain.removed",
    "domain.unproved",
    "workspace.break_glass_changed",
}
EVERY = timedelta(days=1)
AT_THE_DOOR = {"sso_only", "requires_second_factor", "session_idle", "session_lifetime"}


@receiver(recorded)
def tell_admins(sender: object, *, actor: Actor, changes: Sequence[Change], **_: Any) -> None:
    """Everybody who holds Admin in main, but who did it. A mailbox hears of it whatever becomes of the history."""
    for change in changes:
        if change.workspace and _is_trust(change):
            workspace = Workspace.objects.get(id=change.workspace)
            queue_messages([trust_changed_mail(workspace, each, actor, change) for each in _admins(workspace, actor)])


def _is_trust(change: Change) -> bool:
    if change.action == "workspace.changed":
        return not AT_THE_DOOR.isdisjoint(change.after or {})
    if change.action == "connection.changed":
        return bool(change.before or (change.after or {})["trust_changed"])
    return change.action in TRUST


def _admins(workspace: Workspace, actor: Actor) -> list[User]:
    held = Membership.objects.filter(live(), workspace=workspace, community__kind=Community.Kind.MAIN, roles=ADMIN)
    rows = held.select_related("user").order_by("id")
    return [each.user for each in rows if each.user_id != actor.id]


@receiver(recorded)
def tell_of_refused(sender: object, *, actor: Actor, changes: Sequence[Change], **_: Any) -> None:
    """In their notifications, at most once a day for each connection: whoever runs the directory may send any number of people."""
    for change in changes:
        if change.action == "connection.refused" and change.workspace:
            workspace = Workspace.objects.get(id=change.workspace)
            about = {"workspace": workspace.name, "workspace_id": str(workspace.id), "connection": actor.name}
            of_it = {"action": change.action, "target_id": change.target}
            users = set(_who_let_in(workspace))
            told = Notification.objects.filter(**of_it, user__in=users, at__gt=clock.now() - EVERY).values_list("user", flat=True)
            new = sorted(users - set(told))
            notify(Notification(user_id=each, actor_kind=actor.kind, actor_id=actor.id, about=about, **of_it) for each in new)


def _who_let_in(workspace: Workspace) -> "QuerySet[Membership, uuid.UUID]":
    able = Role.objects.filter(Q(id=ADMIN) | Q(permissions__icontains='"connections:write"'))
    held = Membership.objects.filter(live(), workspace=workspace, community__kind=Community.Kind.MAIN, roles__in=able)
    return held.values_list("user_id", flat=True)
