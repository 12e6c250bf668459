"""An address becomes verified on an account: its other live invitations are treated as an existing account is today (rule 12)."""

import uuid
from collections.abc import Collection

from django.db import transaction

from guestlist.audit.commands import record
from guestlist.invitations.commands.endings import claim
from guestlist.invitations.commands.facts import to_be_asked
from guestlist.invitations.commands.taking import accepted, settle_grants, still_given, tell_givers
from guestlist.invitations.emails import added_mail
from guestlist.invitations.models import Grant, Invitation
from guestlist.invitations.queries.opened import live_grants, words_of
from guestlist.mail.commands import queue_messages
from guestlist.members.models import Membership
from guestlist.users.commands import confirm_address, notify, read_address_link
from guestlist.users.models import Notification, User
from guestlist.workspaces.commands import lock_workspaces
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.queries import treatment_of_existing_users


def verify_address(*, user: User, token: str) -> str:
    """The holder of an account confirms another address, in its canonical form, by the link that was mailed there; what waits for it
    is treated as rule 12 says. Raises NotFound for a link of somebody else's account, LinkEnded."""
    key = read_address_link(token=token).email
    with transaction.atomic():
        locked = lock_workspaces(workspaces_asking(key))
        confirm_address(user=user, token=token)
        admit_waiting(user, key, locked)
    return str(key)


def admit_waiting(user: User, email_key: str, workspaces: Collection[Workspace]) -> None:
    """Adds the user at once wherever in `workspaces`, which the caller has locked, they are invited and not to be asked. A claimed
    invitation is never treated twice."""
    waiting = Invitation.objects.live().filter(email_key=email_key, workspace__in=workspaces)
    for invitation in waiting.select_related("workspace", "message").order_by("id"):
        if not to_be_asked(invitation.workspace, {email_key: user.id}):
            _admit(user, invitation)


def workspaces_asking(email_key: str) -> list[uuid.UUID]:
    """All that have a pending invitation for the address: each may gain a member where it becomes verified."""
    return list(Invitation.objects.live().filter(email_key=email_key).values_list("workspace_id", flat=True))


def awaited(workspace: Workspace, email_key: str, user: User | None) -> Invitation | None:
    """The live invitation of the address there, if any of it can still be given to `user` (None: somebody new)."""
    rows = Invitation.objects.live().filter(email_key=email_key, workspace=workspace).select_related("workspace", "message")
    return next((row for row in rows if still_given(live_grants(row), user)[0]), None) if email_key else None


def fulfil(user: User, invitation: Invitation) -> None:
    """Accepts it for somebody whom the workspace's own directory brought, which proves the address as the link would: coming was
    their act, so nobody is asked again. The caller holds the workspace's lock. Raises AlreadyDecided."""
    _take_up(user, invitation, Membership.Source.INVITED)


def _admit(user: User, invitation: Invitation) -> None:
    good = _take_up(user, invitation, Membership.Source.ADDED)
    if good:
        _tell_user(user, invitation, good)


def _take_up(user: User, invitation: Invitation, source: str) -> list[Grant]:
    """The grants that became memberships; none, and nothing done, where none can be given any more."""
    good, left_out = still_given(live_grants(invitation), user)
    if not good:
        return []
    claim(invitation, Invitation.State.ACCEPTED)
    Invitation.objects.filter(id=invitation.id).update(user_id=user.id)
    settle_grants(invitation, user, good, left_out, source)
    tell_givers(invitation, left_out)
    record(actor=user.actor, changes=accepted(invitation, good, left_out, at_once=source == Membership.Source.ADDED))
    return good


def _tell_user(user: User, invitation: Invitation, good: list[Grant]) -> None:
    """In their notifications, which the event does not do: by the history they joined themselves."""
    joined = Membership.objects.filter(user=user, community__in=[grant.community_id for grant in good])
    notify(
        _notification(row, invitation.workspace, [each for each in good if each.community_id == row.community_id])
        for row in joined
    )
    if treatment_of_existing_users(invitation.workspace) == "notify":
        mail = added_mail(user=user, workspace=invitation.workspace, inviter=good[-1].giver, places=words_of(good))
        queue_messages([mail])


def _notification(membership: Membership, workspace: Workspace, grants: list[Grant]) -> Notification:
    giver = grants[-1].giver
    return Notification(
        user_id=membership.user_id,
        action="membership.created",
        actor_kind=giver.kind,
        actor_id=giver.id,
        target_id=membership.id,
        about={"workspace": workspace.name, "workspace_id": str(workspace.id), **words_of(grants)[0]},
    )
