"""The domains of a workspace, for those who may change its connections; and for the operator."""

import uuid

from django.db.models import QuerySet

from guestlist.kernel.actors import Actor
from guestlist.kernel.refusing import found_in
from guestlist.sso.models import Connection, Domain
from guestlist.sso.queries.connections import check_may_connect
from guestlist.workspaces.models import Workspace


def domains_of(actor: Actor, workspace: Workspace) -> QuerySet[Domain]:
    """By name. Raises NotAllowed without `connections:write` in main."""
    check_may_connect(actor, workspace)
    return Domain.objects.filter(workspace=workspace).select_related("workspace").order_by("name", "id")


def fetch_domain(actor: Actor, workspace: Workspace, domain: uuid.UUID) -> Domain:
    """Raises NotAllowed as `domains_of` does, NotFound."""
    return found_in(domains_of(actor, workspace).filter(id=domain))


def connections_for(domain: str) -> list[Connection]:
    """The connections, switched on, of the workspace that proved this domain, by name. For a mail to an address of it, never for a
    page: who asks is a stranger."""
    owners = Domain.objects.filter(name=domain, proved_at__isnull=False).values("workspace")
    rows = Connection.objects.filter(workspace__in=owners, enabled_at__isnull=False).select_related("workspace")
    return list(rows.order_by("name", "id"))
