"""The list of roles, as the Roles tab of a community and the settings of the workspace share it."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext

from guestlist.kernel.actors import Actor
from guestlist.kernel.text import clean_line
from guestlist.members.models import Role
from guestlist.members.queries import communities_where, counts_of, visible_communities
from guestlist.members.queries.figures import holders_at_least
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
    held = _held_by(actor, workspace, page)
    places = communities_where(actor, workspace, "roles:write")
    writable = (places.filter(id=community.id) if community else places).first()
    return {
        "q": q,
        "roles": [_row(workspace, row, names.get(row.community_id, ""), held[row.id]) for row in page],
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


def _held_by(actor: Actor, workspace: Workspace, roles: Sequence[Role]) -> dict[uuid.UUID, str]:
    """In words; of a built-in role that many may hold `1,204+ members`, or nothing where none of the counted holds it."""
    counts, more = counts_of(actor, workspace, [row for row in roles if not row.is_built_in]), False
    if any(row.is_built_in for row in roles):
        found, more = holders_at_least(actor, workspace)
        counts = found | counts
    return {row.id: _members(counts.get(row.id, 0), more=more and row.is_built_in) for row in roles}


def _members(number: int, *, more: bool) -> str:
    if more and not number:
        return ""
    shown = intcomma(number) + ("+" if more else "")
    return ngettext("%(n)s member", "%(n)s members", number) % {"n": shown}


def _row(workspace: Workspace, role: Role, owner: str, held: str) -> Shown:
    return {
        "name": role.name,
        "about": about_role(role),
        "custom": not role.is_built_in,
        "owner": owner,
        "held": held,
        "lost": not role.is_built_in and bool(lost_permissions(role)),
        "url": reverse("role", args=[workspace.slug, role.id]),
    }
