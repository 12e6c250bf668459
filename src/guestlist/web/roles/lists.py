"""The list of roles, as the Roles tab of a community and the settings of the workspace share it."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from guestlist.kernel.text import clean_line
from guestlist.members.models import Role
from guestlist.members.queries import communities_where, counts_of, visible_communities
from guestlist.members.queries.roles import lost_permissions, roles_in_sight
from guestlist.web.presenting import Shown, about_role
from guestlist.workspaces.models import Community, Workspace

SIZE = 50


def roles_context(request: HttpRequest, workspace: Workspace, community: Community | None = None) -> dict[str, Any]:
    """Everything roles/_list.html wants: the roles usable in a community, or all that the reader may see in the workspace."""
    actor, q, start = request.user.actor, clean_line(request.GET.get("q", "")), start_in(request)
    found = list(roles_in_sight(actor, workspace, q, community)[start : start + SIZE + 1])
    page = found[:SIZE]
    owners = visible_communities(actor, workspace).filter(id__in={row.community_id for row in page if row.community_id})
    names = dict(owners.values_list("id", "name"))
    counts = counts_of(actor, workspace, [row for row in page if not row.is_built_in])
    places = communities_where(actor, workspace, "roles:write")
    writable = (places.filter(id=community.id) if community else places).first()
    return {
        "q": q,
        "roles": [_row(workspace, row, names.get(row.community_id, ""), counts.get(row.id, 0)) for row in page],
        "page": pager(request, start, SIZE, more=len(found) > SIZE),
        "new_url": new_role_url(workspace, writable) if writable else None,
    }


def start_in(request: HttpRequest) -> int:
    start = request.GET.get("start", "")
    return int(start) if start.isdecimal() and len(start) < 8 else 0


def pager(request: HttpRequest, start: int, size: int, *, more: bool) -> Shown:
    kept = {key: value for key, value in request.GET.items() if key != "start"}
    return {
        "next_url": f"?{urlencode({**kept, 'start': start + size})}" if more else "",
        "first_url": f"?{urlencode(kept)}" if start else "",
    }


def new_role_url(workspace: Workspace, community: Community, **more: str) -> str:
    return f"{reverse('role_new', args=[workspace.slug])}?{urlencode({'community': community.slug, **more})}"


def _row(workspace: Workspace, role: Role, owner: str, held: int) -> Shown:
    return {
        "name": role.name,
        "about": about_role(role),
        "custom": not role.is_built_in,
        "owner": owner,
        "held": "" if role.is_built_in else held,
        "lost": not role.is_built_in and bool(lost_permissions(role)),
        "url": reverse("role", args=[workspace.slug, role.id]),
    }
