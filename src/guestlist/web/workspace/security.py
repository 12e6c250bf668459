"""Settings > Workspace > Security."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guestlist.kernel.errors import NotFound
from guestlist.members.queries import fetch_workspace, may
from guestlist.web.shell import at
from guestlist.web.workspace.sso import sso_context
from guestlist.workspaces.queries import main_community


@require_safe
@login_required
def security_page(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = fetch_workspace(request.user.actor, slug)
    at(request, "ws-security", workspace)
    main = main_community(workspace)
    if not any(may(request.user.actor, each, main.id) for each in ("connections:write", "settings:write")):
        raise NotFound
    settings_url = reverse("settings", args=[slug])
    crumbs = [{"label": _("Settings"), "url": settings_url}, {"label": _("Workspace"), "url": settings_url}]
    page = {"crumbs": [*crumbs, {"label": _("Security"), "url": ""}], **sso_context(request.user.actor, workspace)}
    return render(request, "workspace/security.html", page)
