"""Settings > Workspace."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guestlist.members.queries import communities_where, fetch_workspace, may
from guestlist.web.crumbs import settings_trail
from guestlist.web.invite.views import Door, invite_dialog
from guestlist.web.people.lists import people_context
from guestlist.web.shell import current_team, open_workspace, teams_of
from guestlist.web.workspace.general import opens_with_setup


@require_safe
@login_required
def workspace_home(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a workspace opens: its team's users, the settings for whoever is a member nowhere themselves, or the
    reader's own page where their roles show no members."""
    workspace = fetch_workspace(request.user.actor, slug)
    team = current_team(request, teams_of(request.user.actor, workspace))
    if team is None:
        return redirect("workspace_users", slug)
    return redirect("team_users", slug, team.slug) if may(request.user.actor, "members:read", team.id) else redirect("me")


@require_safe
@login_required
def settings_home(request: HttpRequest, slug: str) -> HttpResponse:
    """Opens with the checklist while there is something on it to do."""
    workspace = fetch_workspace(request.user.actor, slug)
    return redirect("workspace_setup" if opens_with_setup(request, workspace) else "workspace_users", slug)


@require_safe
@login_required
def users_page(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = open_workspace(request, slug, "ws-users")
    may_invite = communities_where(request.user.actor, workspace, "members:invite").exists()
    page = {
        "crumbs": settings_trail(slug, (_("Users"), "")),
        "lead": _("Everyone in %(workspace)s whom you may see.") % {"workspace": workspace.name},
        "new_url": reverse("workspace_users_new", args=[slug]) if may_invite else None,
        **people_context(request, workspace),
    }
    return render(request, "workspace/users.html", page)


@login_required
def users_new(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = open_workspace(request, slug, "ws-users")
    back = reverse("workspace_users", args=[slug])
    crumbs = settings_trail(slug, (_("Users"), back), (_("New users"), ""))
    return invite_dialog(request, workspace, Door(_("New users"), _("Add new users"), back, crumbs))
