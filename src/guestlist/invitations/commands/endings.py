"""How an invitation ends: by one conditional update, so that of two who decide at once one wins and the other is told. And what is
written down of it."""

from collections.abc import Collection, Sequence

from guestlist.audit.commands import Change
from guestlist.invitations.errors import AlreadyDecided
from guestlist.invitations.models import LINK_PURPOSE, Grant, Invitation, as_ids
from guestlist.invitations.rules import Wanted
from guestlist.kernel import clock
from guestlist.mail.commands import cancel_messages
from guestlist.mail.models import Message, State


def claim(invitation: Invitation, state: str) -> None:
    """Ends a pending invitation as `state` and cancels its mail if that still waits. Raises AlreadyDecided for whoever is second."""
    pending = Invitation.objects.filter(id=invitation.id, state=Invitation.State.PENDING, version=invitation.version)
    if not pending.update(state=state, decided_at=clock.now()):
        raise AlreadyDecided
    cancel_mail([invitation])


def end_grants(grants: Collection[Grant], ending: str) -> None:
    Grant.objects.filter(id__in=[grant.id for grant in grants], ended_at=None).update(ended_at=clock.now(), ending=ending)


def end_without_grants(rows: Collection[Invitation]) -> None:
    """Ends those of the pending `rows` that have no live grant left, as revoked; a mail still waiting is not sent."""
    left = set(Grant.objects.filter(invitation__in=rows, ended_at=None).values_list("invitation_id", flat=True))
    over = [row for row in rows if row.id not in left]
    Invitation.objects.filter(id__in=[row.id for row in over]).update(state=Invitation.State.REVOKED, decided_at=clock.now())
    cancel_mail(over)


def told(action: str, row: Invitation, grants: Sequence[Grant], wanted: Sequence[Wanted] = ()) -> list[Change]:
    """What was done to these grants of an invitation: one event in each community concerned, so that its history is whole."""
    changes = []
    for place in dict.fromkeys([*(grant.community_id for grant in grants), *(each.community for each in wanted)]):
        before = [{"community": str(place), "roles": grant.role_ids} for grant in grants if grant.community_id == place]
        after = [{"community": str(place), "roles": as_ids(each.roles)} for each in wanted if each.community == place]
        sides = ({"grants": before}, {"grants": after} if wanted else None)
        changes.append(Change(action, row.id, row.workspace_id, place, before=sides[0], after=sides[1]))
    return changes


def cancel_mail(invitations: Collection[Invitation]) -> None:
    """Every mail of theirs that still waits: who invited later, out of the first one's sight, queued another with the same link."""
    waiting = Message.objects.filter(state=State.QUEUED, link_purpose=LINK_PURPOSE)
    cancel_messages(waiting.filter(link_subject__in=[each.id for each in invitations]).values_list("id", flat=True))
