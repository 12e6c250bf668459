"""An address becomes verified on an account: its other live invitations are treated as an existing account is today (rule 12)."""

from collections.abc import Collection

from guestlist.audit.commands import record
from guestlist.invitations.commands.endings import claim
from guestlist.invitations.commands.facts import to_be_asked
from guestlist.invitations.commands.taking import accepted, settle_grants, still_given, tell_givers
from guestlist.invitations.emails import added_mail
from guestlist.invitations.models import Grant, Invitation
from guestlist.invitations.queries.opened import live_grants, words_of
from guestlist.mail.commands import queue_messages
from guestlist.members.models import Membership
from guestlist.users.models import User
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.queries import treatment_of_existing_users


def admit_waiting(user: User, email_key: str, workspaces: Collection[Workspace]) -> None:
    """Adds the user at once wherever in `workspaces`, which the caller has locked, they are invited and not to be asked. A claimed
    invitation is never treated twice."""
    waiting = Invitation.objects.live().filter(email_key=email_key, workspace__in=workspaces)
    for invitation in waiting.select_related("workspace", "message").order_by("id"):
        if not to_be_asked(invitation.workspace, {email_key: user.id}):
            _admit(user, invitation)


def _admit(user: User, invitation: Invitation) -> None:
    good, left_out = still_given(live_grants(invitation), user)
    if not good:
        return
    claim(invitation, Invitation.State.ACCEPTED)
    Invitation.objects.filter(id=invitation.id).update(user_id=user.id)
    settle_grants(invitation, user, good, left_out, Membership.Source.ADDED)
    tell_givers(invitation, left_out)
    _tell_user(user, invitation, good)
    record(actor=user.actor, changes=accepted(invitation, good, left_out, at_once=True))


def _tell_user(user: User, invitation: Invitation, good: list[Grant]) -> None:
    if treatment_of_existing_users(invitation.workspace) == "notify":
        mail = added_mail(user=user, workspace=invitation.workspace, inviter=good[-1].giver, places=words_of(good))
        queue_messages([mail])
