"""From a role that goes to the one in its place: the grants of invitations that wait (members.events.role_going)."""

from typing import Any

from django.dispatch import receiver

from guestlist.audit.commands import Change, record
from guestlist.invitations.models import Grant
from guestlist.invitations.queries.lists import grants_holding
from guestlist.kernel.actors import Actor
from guestlist.members.commands import check_may_move, swapped
from guestlist.members.errors import RoleHeld
from guestlist.members.events import role_going
from guestlist.members.models import Role


@receiver(role_going)
def move_grants(sender: object, *, actor: Actor, role: Role, move_to: Role | None, **_: Any) -> None:
    """Gives the grants another role, which makes the actor their giver. The links already sent still work; their pages show it.
    Raises RoleHeld, NotAllowed without `members:invite` where a grant leads, AboveCeiling."""
    grants = list(grants_holding(role).select_related("invitation"))
    if not grants:
        return
    if move_to is None:
        raise RoleHeld
    check_may_move(actor, "members:invite", ((each.community_id, each.roles) for each in grants))

    changes = []
    for each in grants:
        before, each.role_ids = each.role_ids, swapped(each.role_ids, role, move_to)
        each.giver_kind, each.giver_id, each.giver_name = actor.kind, actor.id, actor.name
        changes.append(_change(each, before))
    Grant.objects.bulk_update(grants, ["role_ids", "giver_kind", "giver_id", "giver_name"], batch_size=1000)
    record(actor=actor, changes=changes)


def _change(grant: Grant, before: list[str]) -> Change:
    place = (grant.invitation.workspace_id, grant.community_id)
    told = [{"grants": [{"community": str(grant.community_id), "roles": roles}]} for roles in (before, grant.role_ids)]
    return Change("invitation.grants_changed", grant.invitation_id, *place, before=told[0], after=told[1])
