"""The list of API keys, as the API keys tab of a community and the settings of the workspace share it."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from guestlist.members.queries import communities_where, keys_in, roles_of_keys
from guestlist.web.presenting import place
from guestlist.web.roles.lists import pager, start_in
from guestlist.workspaces.models import Community, Workspace

SIZE = 50


def keys_context(request: HttpRequest, workspace: Workspace, community: Community | None = None) -> dict[str, Any]:
    """Everything keys/_list.html wants: the keys of a community, or all that the reader may revoke in the workspace."""
    actor, start = request.user.actor, start_in(request)
    found = list(keys_in(actor, workspace, community)[start : start + SIZE + 1])
    roles = roles_of_keys(found[:SIZE])
    places = communities_where(actor, workspace, "keys:write")
    writable = (places.filter(id=community.id) if community else places).first()
    return {
        "keys": [
            {
                "id": str(row.id),
                "name": row.name,
                "hint": row.hint,
                "place": place(row.community),
                "roles": [role.name for role in roles[row.id]],
                "made": row.created_at,
                "revoke_url": reverse("key_revoke", args=[workspace.slug, row.id]),
            }
            for row in found[:SIZE]
        ],
        "page": pager(request, start, SIZE, more=len(found) > SIZE),
        "new_key_url": new_key_url(workspace, writable) if writable else None,
        "one_place": community is not None,
    }


def new_key_url(workspace: Workspace, community: Community) -> str:
    return f"{reverse('key_new', args=[workspace.slug])}?{urlencode({'community': community.slug})}"
