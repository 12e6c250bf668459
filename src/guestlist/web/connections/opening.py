"""What every page of connections begins with."""

import uuid

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from guestlist.sso.models import Connection
from guestlist.sso.queries import fetch_connection
from guestlist.web.confirming import confirmed_lately
from guestlist.web.crumbs import Crumbs, settings_trail
from guestlist.web.shell import open_settings
from guestlist.workspaces.models import Workspace


def open_for_connections(request: HttpRequest, slug: str) -> Workspace:
    """For whoever may configure connections. Raises NotFound."""
    return open_settings(request, slug, "ws-security", "connections:write")


def open_connection_page(request: HttpRequest, slug: str, connection: uuid.UUID) -> Connection:
    """Raises NotFound."""
    return fetch_connection(request.user.actor, open_for_connections(request, slug), connection)


def late(request: HttpRequest) -> dict[str, str]:
    """What a form says instead of saving, with all that was typed still in it: it may have waited while its reader was busy in the
    directory. Empty for who was asked lately who they are."""
    return {} if confirmed_lately(request) else {"form": _("Confirm that it is you, in another tab. Then save again.")}


def crumbs(workspace: Workspace, *labels: str, connection: Connection | None = None) -> Crumbs:
    """Below Security, and below a connection."""
    path = [(_("Security"), reverse("workspace_security", args=[workspace.slug]))]
    if connection:
        path.append((connection.name, reverse("connection", args=[workspace.slug, connection.id])))
    return settings_trail(workspace.slug, *path, *((label, "") for label in labels))
