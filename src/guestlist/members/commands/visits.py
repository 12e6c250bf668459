"""When a user was last in a workspace: for those who may shut them out there."""

from guestlist.kernel import clock
from guestlist.members.models import Membership
from guestlist.users.models import User


def note_visit(*, user: User, slug: str) -> None:
    """The user opened a page of the workspace with this short name. It is no change, so the history has nothing of it."""
    Membership.objects.filter(user=user, workspace__slug=slug).update(seen_at=clock.now())
