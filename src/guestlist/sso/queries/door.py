"""What the workspaces of a user ask at their doors (design rule 14)."""

import uuid
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from guestlist.access.roles import ADMIN
from guestlist.members.models import Membership
from guestlist.members.queries import live
from guestlist.sso.models import Connection
from guestlist.users.models import User
from guestlist.workspaces.models import Community, Workspace
from guestlist.workspaces.rules import Door

_POLICY = Q(sso_only=True) | Q(requires_second_factor=True) | Q(session_idle__isnull=False) | Q(session_lifetime__isnull=False)
_FIELDS = ("sso_only", "requires_second_factor", "session_idle", "session_lifetime", "break_glass", "own_connection", "vouched")


def doors_of(user: User, connection: uuid.UUID | None) -> list[Door]:
    """The doors of the user's workspaces that ask anything of a session opened by `connection`, in one statement. Who came by a
    connection meets a door everywhere."""
    own = Membership.objects.filter(live(), user=user)
    glass = own.filter(workspace=OuterRef("pk"), community__kind=Community.Kind.MAIN, break_glass=True, roles=ADMIN)
    came_by = Connection.objects.filter(Q(id=connection), workspace=OuterRef("pk"), enabled_at__isnull=False)
    rows = Workspace.objects.filter(id__in=own.values("workspace")).order_by("name", "id")
    rows = rows.annotate(
        break_glass=Exists(glass),
        own_connection=Exists(came_by),
        vouched=Exists(came_by.filter(asks_second_factor=True)),
    )
    found = (rows if connection else rows.filter(_POLICY)).values_list("id", "slug", *_FIELDS)
    return [Door(*row) for row in found]


def vouches_still(connection: uuid.UUID | None, since: datetime) -> bool:
    """Whether the connection is on, and was all the time since then. One that was switched off meanwhile, or answers from another
    address, vouches for nobody it brought before (R-068)."""
    return Connection.objects.filter(Q(id=connection), enabled_at__lte=since).exists()


def connections_on(workspace: Workspace) -> list[Connection]:
    """Those by which people may sign in now, by name."""
    return list(Connection.objects.filter(workspace=workspace, enabled_at__isnull=False).order_by("name", "id"))
