"""Help and health."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guestlist.access.decision import Held, may_hand_out
from guestlist.access.permissions import catalogue
from guestlist.access.roles import BUILT_IN, RoleFacts, built_in
from guestlist.members.models import Role
from guestlist.web.connections.kinds import KINDS
from guestlist.web.presenting import about_role, permission_groups
from guestlist.web.shell import at, current_workspace


@require_safe
@login_required
def roles(request: HttpRequest) -> HttpResponse:
    at(request, "help")
    facts = [built_in(each) for each in BUILT_IN]
    rows = [
        {
            "name": each.name,
            "about": about_role(Role(name=each.name)),
            "permissions": sorted(each.permissions),
            "hands_out": [BUILT_IN[given] for given in BUILT_IN if _hands_out(each, given)],
        }
        for each in facts
    ]
    workspace = current_workspace(request)
    page = {
        "roles": rows,
        "groups": permission_groups(catalogue()),
        "roles_url": reverse("workspace_roles", args=[workspace.slug]) if workspace else None,
    }
    return render(request, "help/roles.html", page)


def _hands_out(role: RoleFacts, given: UUID) -> bool:
    """Who may not ask anybody in hands out nothing, whatever they hold."""
    return "members:invite" in role.permissions and may_hand_out(built_in(given), [Held(role, role.id)])


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers; 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@login_required
def sso(request: HttpRequest) -> HttpResponse:
    """The whole procedure, for each directory the form knows."""
    at(request, "help")
    return render(request, "help/sso.html", {"kinds": KINDS.values()})
