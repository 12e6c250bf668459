"""Tells the other Admins that somebody changed whom their workspace trusts, in the transaction of the change."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from guestlist.access.roles import ADMIN
from guestlist.audit.commands import Change
from guestlist.audit.events import recorded
from guestlist.kernel.actors import Actor
from guestlist.mail.commands import queue_messages
from guestlist.members.models import Membership
from guestlist.members.queries import live
from guestlist.sso.emails import trust_changed_mail
from guestlist.users.models import User
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
