"""What the page of the sign-in policy offers."""

from guestlist.kernel.actors import Actor
from guestlist.members.commands import admins_with_a_way_in
from guestlist.members.models import Membership
from guestlist.members.queries import may_in_main
from guestlist.workspaces.models import Workspace

MOST = 100


def break_glass_choices(actor: Actor, workspace: Workspace) -> list[Membership] | None:
    """The Admins of main who have a way in of their own, those named first, at most 100; None without `members:read` in main."""
    if not may_in_main(actor, "members:read", workspace):
        return None
    return list(
        admins_with_a_way_in().filter(workspace=workspace).select_related("user").order_by("-break_glass", "email_key")[:MOST]
    )
