"""The avatar's page of the communities one manages."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guestlist.kernel.errors import NotFound
from guestlist.members.queries import locate_community, may, visible_communities
from guestlist.web.crumbs import trail
from guestlist.web.invite.views import Door, invite_dialog
from guestlist.web.keys.lists import keys_context
from guestlist.web.people.lists import people_context
from guestlist.web.presenting import Shown, place
from guestlist.web.roles.lists import roles_context
from guestlist.web.shell import at, current_workspace
from guestlist.web.user_center.tree import below_words, place_menu, tree_context
from guestlist.workspaces.models import Community

TABS = ("users", "roles", "keys")


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Where nothing is open, the first door says what it asks."""
    workspace = current_workspace(request)
    slug = workspace.slug if workspace else next(iter(request.doors), "")
    return redirect("workspace", slug) if slug else redirect("me")


@require_safe
@login_required
def communities(request: HttpRequest) -> HttpResponse:
    """Managed Communities: opens on the first, main before the others."""
    workspace = current_workspace(request)
    first = visible_communities(request.user.actor, workspace).first() if workspace else None
    if first is None:
        raise NotFound
    return redirect("community", first.id, "users")


@require_safe
@login_required
def community_page(request: HttpRequest, community: uuid.UUID, tab: str) -> HttpResponse:
    if tab not in TABS:
        raise NotFound
    workspace, here = locate_community(request.user.actor, community)
    at(request, "communities", workspace, here)
    tree = tree_context(request, workspace, here, tab=tab)
    facts = tree["facts"][here.id]
    page: dict[str, Any] = {
        "crumbs": trail((_("Managed Communities"), reverse("communities")), (here.name, "")),
        "lead": _("The communities of %(workspace)s you may see.") % {"workspace": workspace.name},
        "add_community_url": reverse("community_new", args=[here.id]) if facts.writable else None,
        "tree_url": reverse("community_tree"),
        "community": {
            **place(here),
            "kind_line": _("Main community") if here.is_main else _("Managed community"),
            "about": here.description,
            "reach": below_words(facts.children),
            "menu": place_menu(here, facts),
        },
        "tabs": _tabs(here, tab),
        "tab": tab,
        **tree,
    }
    if tab == "users":
        page |= people_context(request, workspace, here)
        page["add_url"] = (
            reverse("community_users_new", args=[here.id]) if may(request.user.actor, "members:invite", here.id) else None
        )
    elif tab == "roles":
        page |= roles_context(request, workspace, here)
    else:
        page |= keys_context(request, workspace, here)
    return render(request, "user_center/communities.html", page)


@login_required
def community_users_new(request: HttpRequest, community: uuid.UUID) -> HttpResponse:
    workspace, here = locate_community(request.user.actor, community)
    at(request, "communities", workspace, here)
    back = reverse("community", args=[here.id, "users"])
    crumbs = trail((_("Managed Communities"), reverse("communities")), (here.name, back), (_("Add users"), ""))
    door = Door(_("Add users"), _("Validate"), back, crumbs, preset=here)
    return invite_dialog(request, workspace, door)


def _tabs(here: Community, tab: str) -> list[Shown]:
    words = {"users": _("Users"), "roles": _("Roles"), "keys": _("API keys")}
    return [{"label": words[each], "url": reverse("community", args=[here.id, each]), "current": each == tab} for each in TABS]
