"""Numbers for a picture: what became of the invitations of each week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import TruncWeek

from guestlist.invitations.models import Invitation
from guestlist.invitations.queries.lists import grants_in_sight, visible_invitations
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.ids import first_id
from guestlist.mail.models import State
from guestlist.workspaces.models import Workspace

WEEKS = 12
MOST_COUNTED = 20_000


@dataclass(frozen=True)
class Week:
    """The invitations made in the week from Monday `start`, in UTC. `delivered`: the mail server took the mail; `failed`: it did
    not, or the mail came back, and the invitation still waits."""

    start: date
    invited: int
    delivered: int
    accepted: int
    failed: int


def invitations_by_week(actor: Actor, workspace: Workspace) -> list[Week]:
    """The last WEEKS weeks, the oldest first; of more than MOST_COUNTED invitations, the newest."""
    today = clock.now().date()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    found = visible_invitations(actor, workspace)
    # What became of an invitation is not for those to know whose part of it was revoked.
    kept = grants_in_sight(actor, workspace).filter(invitation=OuterRef("pk")).exclude(ending="revoked")
    pending = visible_invitations(actor, workspace, state="pending")
    counts = [
        _by_week(rows, first)
        for rows in (
            found,
            found.filter(Exists(kept), message__state__in=(State.SENT, State.DELIVERED)),
            visible_invitations(actor, workspace, state="accepted"),
            pending.filter(message__state__in=(State.FAILED, State.BOUNCED)),
        )
    ]
    return [Week(start, *(each.get(start, 0) for each in counts)) for start in _mondays(first)]


def _mondays(first: date) -> Iterator[date]:
    return (first + timedelta(weeks=number) for number in range(WEEKS))


def _by_week(rows: QuerySet[Invitation], first: date) -> dict[date, int]:
    at = datetime.combine(first, time.min, UTC)
    newest = rows.filter(id__gte=first_id(at), created_at__gte=at).order_by("-id").values("id")[:MOST_COUNTED]
    weeks = Invitation.objects.filter(id__in=newest).values_list(TruncWeek("created_at", tzinfo=UTC)).annotate(Count("id"))
    return {start.date(): number for start, number in weeks}
