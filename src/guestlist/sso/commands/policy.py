"""What a workspace asks at its door (design rule 14)."""

import uuid
from collections.abc import Collection
from typing import Any

from guestlist.audit.commands import Change, record
from guestlist.kernel.actors import Actor
from guestlist.members.commands import admins_with_a_way_in, keeping_an_admin, lock_settings
from guestlist.members.models import Membership
from guestlist.sso.errors import NoBreakGlass, NoConnection
from guestlist.sso.queries import connections_on
from guestlist.workspaces.commands import change_workspace
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.rules import check_session_limits


def change_sign_in_policy(
    *, actor: Actor, workspace: Workspace, break_glass: Collection[uuid.UUID] | None = None, **fields: Any
) -> Workspace:
    """Writes what is given of `sso_only`, `requires_second_factor`, `session_idle` (seconds, 5 minutes to 14 days; None: no limit) and
    `session_lifetime` (15 minutes to 14 days). `break_glass`: the ids of all users who may enter past SSO only. It holds at
    everybody's next request. Raises NotAllowed without `settings:write` in main, BadSessionLimit, NoConnection, NoBreakGlass,
    LastAdmin where nobody could enter without the directory, NotFound."""
    check_session_limits(fields.get("session_idle"), fields.get("session_lifetime"))
    with keeping_an_admin([workspace.id]):
        row = lock_settings(actor, workspace)
        if fields.get("sso_only") and not row.sso_only and not any(each.tested_at for each in connections_on(row)):
            raise NoConnection
        if break_glass is not None:
            _name_break_glass(actor, row, set(break_glass))
        return change_workspace(actor=actor, workspace=row, **fields)


def _name_break_glass(actor: Actor, workspace: Workspace, users: set[uuid.UUID]) -> None:
    able = admins_with_a_way_in().filter(workspace=workspace)
    if not users <= set(able.values_list("user_id", flat=True)):
        raise NoBreakGlass
    flagged = Membership.objects.filter(workspace=workspace, break_glass=True)
    before = set(flagged.values_list("user_id", flat=True))
    if users == before:
        return
    flagged.exclude(user__in=users).update(break_glass=False)
    Membership.objects.filter(id__in=able.filter(user__in=users).values("id")).update(break_glass=True)
    change = Change("workspace.break_glass_changed", workspace.id, workspace.id, before=_told(before), after=_told(users))
    record(actor=actor, changes=[change])


def _told(users: set[uuid.UUID]) -> dict[str, list[str]]:
    return {"break_glass": sorted(map(str, users))}
