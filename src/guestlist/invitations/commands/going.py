"""Somebody is taken out of a workspace: what still asks them in goes too."""

from django.db import transaction

from guestlist.invitations.commands.manage import revoke_invitations
from guestlist.invitations.queries.lists import waiting_for
from guestlist.kernel.actors import Actor
from guestlist.members.commands import remove
from guestlist.members.models import Membership
from guestlist.workspaces.commands import lock_workspaces


def remove_everywhere(*, actor: Actor, membership: Membership) -> None:
    """Takes the user out of all communities of the workspace, and revokes their pending invitations there as far as the actor may:
    or their next click would bring them back. Raises NotFound, NotAllowed, AboveCeiling, LastAdmin."""
    with transaction.atomic():
        lock_workspaces([membership.workspace_id])
        waiting = waiting_for(actor, membership.workspace, membership.user_id).values_list("id", flat=True)
        # First, while the actor still has the rights that removing themselves would take.
        revoke_invitations(actor=actor, workspace=membership.workspace, ids=list(waiting))
        remove(actor=actor, membership=membership, everywhere=True)
