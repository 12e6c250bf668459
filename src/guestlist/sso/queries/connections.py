"""The doors to connections: for admins inside their sight, and for whoever stands at the sign-in page with an address of one."""

import uuid
from collections.abc import Collection

from django.db.models import QuerySet

from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.kernel.refusing import found_in
from guestlist.members.errors import NotAllowed
from guestlist.members.queries import may_in_main, sees_whole
from guestlist.sso.models import Attempt, Connection, Domain, Identity
from guestlist.users.models import User
from guestlist.workspaces.models import Workspace


def connections_of(actor: Actor, workspace: Workspace) -> QuerySet[Connection]:
    """By name. Raises NotAllowed without `connections:write` in main."""
    check_may_connect(actor, workspace)
    rows = Connection.objects.filter(workspace=workspace).select_related("workspace", "default_role")
    return rows.order_by("name", "id")


def check_may_connect(actor: Actor, workspace: Workspace) -> None:
    """Raises NotAllowed without `connections:write` in main."""
    if not may_in_main(actor, "connections:write", workspace):
        raise NotAllowed


def fetch_connection(actor: Actor, workspace: Workspace, connection: uuid.UUID) -> Connection:
    """Raises NotAllowed as `connections_of` does, NotFound."""
    return found_in(connections_of(actor, workspace).filter(id=connection))


def connection_on(connection: uuid.UUID) -> Connection | None:
    """This one, if people may sign in by it now. Its name is shown to browsers that did."""
    return Connection.objects.select_related("workspace").filter(id=connection, enabled_at__isnull=False).first()


def open_connection(connection: uuid.UUID) -> Connection:
    """One that signs people in, for anybody who has its address. Raises NotFound, the same for one that is switched off."""
    found = connection_on(connection)
    if found is None:
        raise NotFound
    return found


def answered_connection(connection: uuid.UUID, protocol: str) -> Connection:
    """One that somebody comes back from, on or off: whether they may come in is asked later. Raises NotFound."""
    return found_in(Connection.objects.select_related("workspace").filter(id=connection, protocol=protocol))


def locate_connection(actor: Actor, connection: uuid.UUID) -> Connection:
    """By id alone, where the actor has `connections:write` and the door is open to them. Raises NotFound."""
    found = found_in(Connection.objects.select_related("workspace").filter(id=connection))
    if not (sees_whole(actor, found.workspace_id) and may_in_main(actor, "connections:write", found.workspace)):
        raise NotFound
    return found


def attempts_of(actor: Actor, workspace: Workspace) -> QuerySet[Attempt]:
    """Who was refused and not let in since, the latest first. Raises NotAllowed as `connections_of` does."""
    rows = Attempt.objects.filter(connection__in=connections_of(actor, workspace).order_by().values("id"), let_in_at=None)
    return rows.select_related("connection__workspace", "connection__default_role").order_by("-last_at", "-id")


def fetch_attempt(actor: Actor, workspace: Workspace, attempt: uuid.UUID) -> Attempt:
    """Raises NotAllowed as `connections_of` does, NotFound."""
    return found_in(attempts_of(actor, workspace).filter(id=attempt))


def directories_of(workspace: Workspace, users: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """The connections of the workspace that know each of these users and are on, by name. One statement."""
    rows = Identity.objects.filter(connection__workspace=workspace, connection__enabled_at__isnull=False, user__in=users)
    found: dict[uuid.UUID, list[str]] = {}
    for user, name in rows.order_by("connection__name").values_list("user", "connection__name").distinct():
        found.setdefault(user, []).append(name)
    return found


def connection_names(connections: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Of sessions that a user looks at as their own. One statement."""
    return dict(Connection.objects.filter(id__in=connections).values_list("id", "name"))


def proved_domains(workspace: Workspace) -> list[str]:
    """The domains in which the workspace's directories are believed, by name, as in the DNS."""
    rows = Domain.objects.filter(workspace=workspace, proved_at__isnull=False)
    return list(rows.order_by("name").values_list("name", flat=True))


def identities_of(user: User, within: Collection[uuid.UUID] | None = None) -> QuerySet[Identity]:
    """The directories linked to the user's account, the oldest first; `within`: of these workspaces alone."""
    rows = Identity.objects.filter(user=user).select_related("connection__workspace").order_by("created_at", "id")
    return rows if within is None else rows.filter(connection__workspace__in=within)


def known_as(user: User) -> list[dict[str, str]]:
    """What directories call the user: for the copy of their data."""
    return [
        {
            "workspace": row.connection.workspace.name,
            "connection": row.connection.name,
            "subject": row.subject,
            "email": row.email,
            "last_used_at": row.last_used_at.isoformat(),
        }
        for row in identities_of(user)
    ]
