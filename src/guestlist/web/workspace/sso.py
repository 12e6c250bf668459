"""The section SSO of Settings > Workspace > Security."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max
from django.urls import reverse

from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.sso.models import Connection
from guestlist.sso.queries import connections_of
from guestlist.sso.rules import certificate_end
from guestlist.web.presenting import Shown, initials, tone
from guestlist.workspaces.models import Workspace

WARNED_BEFORE = timedelta(days=30)


def sso_context(actor: Actor, workspace: Workspace) -> dict[str, Any]:
    """Everything workspace/_sso.html wants. Raises NotAllowed."""
    rows = connections_of(actor, workspace).annotate(people=Count("identities"), last=Max("identities__last_used_at"))
    return {
        "connections": [_row(workspace, each) for each in rows],
        "new_connection_url": reverse("connection_new", args=[workspace.slug]),
    }


def _row(workspace: Workspace, row: Any) -> Shown:
    return {
        "id": str(row.id),
        "name": row.name,
        "initial": initials(row.name),
        "tone": tone(row.id),
        "protocol": row.get_protocol_display().upper() if row.protocol == Connection.Protocol.SAML else "OpenID Connect",
        "state": row.state,
        "creates_users": row.creates_users,
        "people": row.people,
        "last": row.last,
        "trust": trust_of(row),
        "url": reverse("connection", args=[workspace.slug, row.id]),
    }


def trust_of(row: Connection) -> Shown | None:
    """When the last certificate ends, and whether to say so loudly; None for OpenID Connect."""
    ends: datetime | None = certificate_end(row.certificates)
    return {"ends": ends, "over": ends <= clock.now(), "soon": ends - clock.now() < WARNED_BEFORE} if ends else None
