"""The avatar's pages: my account, my communities, and the communities I manage."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guestlist.kernel.errors import NotFound, Refusal
from guestlist.members.commands import leave
from guestlist.members.queries import (
    MemberRow,
    fetch_own_membership,
    keys_in,
    locate_community,
    may,
    memberships_of,
    usable_roles,
    visible_communities,
)
from guestlist.users.commands import change_profile
from guestlist.users.errors import NameMissing
from guestlist.web.invite.views import Door, invite_dialog
from guestlist.web.people.lists import people_context
from guestlist.web.presenting import Shown, place
from guestlist.web.roles.lists import roles_context
from guestlist.web.shell import at, current_team, current_workspace, teams_of
from guestlist.web.user_center.tree import below_words, place_menu, tree_context
from guestlist.workspaces.models import Community

TABS = ("users", "roles", "keys")


@login_required
def home(request: HttpRequest) -> HttpResponse:
    workspace = current_workspace(request)
    return redirect("workspace", workspace.slug) if workspace else redirect("me")


@login_required
def me(request: HttpRequest) -> HttpResponse:
    at(request, "me")
    user = request.user
    values = {"name": user.name, "language": user.language or "en", "theme": user.theme}
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = {each: request.POST.get(each, "") for each in values}
        try:
            change_profile(user=user, **values)
            messages.success(request, _("Saved."))
            return redirect("me")
        except NameMissing as refusal:
            errors = {"name": str(refusal)}
    page = {
        "crumbs": [{"label": _("User Center"), "url": reverse("me")}, {"label": _("Account settings"), "url": ""}],
        "values": values,
        "errors": errors,
        "email": user.email,
        "password_url": reverse("password_reset"),
        "languages": [{"code": code, "name": name} for code, name in settings.LANGUAGES],
        "places": _my_places(request, memberships_of(user)),
    }
    return render(request, "user_center/me.html", page, status=422 if errors else 200)


def _my_places(request: HttpRequest, rows: list[MemberRow]) -> list[Shown]:
    workspace = current_workspace(request)
    team = current_team(request, teams_of(request.user.actor, workspace)) if workspace else None
    return [
        {
            **place(row.membership.community, roles=row.roles),
            "workspace": row.membership.workspace.name,
            "since": row.membership.created_at,
            "url": reverse("team_users", args=[row.membership.workspace.slug, row.membership.community.slug]),
            "current": row.membership.community == team,
            "leave_url": reverse("leave", args=[row.membership.id]),
            "locked": _("Deactivated") if row.membership.status != "active" else "",
        }
        for row in rows
    ]


@login_required
def leave_page(request: HttpRequest, membership: uuid.UUID) -> HttpResponse:
    at(request, "me")
    row = fetch_own_membership(request.user, membership)
    where = row.membership.community.name
    if request.method == "POST":
        try:
            leave(actor=request.user.actor, membership=row.membership)
            messages.success(request, _("You left %(community)s.") % {"community": where})
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("me")
    roles = ", ".join(role.name for role in row.roles)
    page = {
        "title": _("Leave %(community)s?") % {"community": where},
        "effects": [
            {"text": _("You lose %(roles)s there, and below, at once.") % {"roles": roles}},
            {"text": _("To come back you need an invitation, which you may accept or decline.")},
            {"text": _("Your account and your other communities stay."), "kept": True},
        ],
        "submit": _("Leave"),
        "cancel_url": reverse("me"),
        "action": request.path,
    }
    return render(request, "confirm.html", page)


@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """Where somebody was added without being asked: shown here, and can be left."""
    at(request, "notifications")
    rows = [row for row in memberships_of(request.user) if row.membership.source == "added"]
    page = {
        "crumbs": [{"label": _("User Center"), "url": reverse("me")}, {"label": _("Notifications"), "url": ""}],
        "places": _my_places(request, rows),
    }
    return render(request, "user_center/notifications.html", page)


@login_required
def communities(request: HttpRequest) -> HttpResponse:
    """Managed Communities: opens on the first, main before the others."""
    workspace = current_workspace(request)
    first = visible_communities(request.user.actor, workspace).first() if workspace else None
    if first is None:
        raise NotFound
    return redirect("community", first.id, "users")


@login_required
def community_page(request: HttpRequest, community: uuid.UUID, tab: str) -> HttpResponse:
    if tab not in TABS:
        raise NotFound
    workspace, here = locate_community(request.user.actor, community)
    at(request, "communities", workspace, here)
    tree = tree_context(request, workspace, here, tab=tab)
    facts = tree["facts"][here.id]
    page: dict[str, Any] = {
        "crumbs": [{"label": _("Managed Communities"), "url": reverse("communities")}, {"label": here.name, "url": ""}],
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
        page["keys"] = _keys(here) if may(request.user.actor, "keys:write", here.id) else []
    return render(request, "user_center/communities.html", page)


@login_required
def community_users_new(request: HttpRequest, community: uuid.UUID) -> HttpResponse:
    workspace, here = locate_community(request.user.actor, community)
    at(request, "communities", workspace, here)
    back = reverse("community", args=[here.id, "users"])
    crumbs = [{"label": _("Managed Communities"), "url": reverse("communities")}, {"label": here.name, "url": back}]
    door = Door(_("Add users"), _("Validate"), request.path, back, [*crumbs, {"label": _("Add users"), "url": ""}], preset=here)
    return invite_dialog(request, workspace, door)


def _tabs(here: Community, tab: str) -> list[Shown]:
    words = {"users": _("Users"), "roles": _("Roles"), "keys": _("API keys")}
    return [{"label": words[each], "url": reverse("community", args=[here.id, each]), "current": each == tab} for each in TABS]


def _keys(here: Community) -> list[Shown]:
    names = {str(role.id): role.name for role in usable_roles([here])[here.id]}
    return [
        {"name": row.name, "roles": [names.get(each, "") for each in row.role_ids], "made": row.created_at}
        for row in keys_in(here)
    ]
