"""API keys: the list in the settings, making one and showing it once, revoking it."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guestlist.invitations.queries import choices
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.members.commands import create_api_key, revoke_api_key
from guestlist.members.queries import communities_where, fetch_community, fetch_key, may, pick_roles
from guestlist.web.back import came_from
from guestlist.web.crumbs import Crumbs, settings_trail
from guestlist.web.keys.lists import keys_context
from guestlist.web.presenting import place, role_ticks
from guestlist.web.shell import open_workspace
from guestlist.workspaces.models import Community, Workspace

BESIDE = {"place_name_missing": "name", "no_roles": "roles", "unknown_role": "roles", "above_ceiling": "roles"}


@require_safe
@login_required
def keys_page(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = open_workspace(request, slug, "ws-keys")
    if not communities_where(request.user.actor, workspace, "keys:write").exists():
        raise NotFound
    return render(request, "keys/list.html", {"crumbs": _crumbs(workspace), **keys_context(request, workspace)})


@never_cache
@login_required
def key_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A key of `?community=`. The answer to the form is the only page that ever shows it."""
    workspace = open_workspace(request, slug, "ws-keys")
    community = fetch_community(request.user.actor, workspace, request.GET.get("community", ""))
    if not may(request.user.actor, "keys:write", community.id):
        raise NotFound
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _made(request, workspace, community)
        except Refusal as refusal:
            errors[BESIDE.get(refusal.code, "form")] = str(refusal)
    page = {
        "crumbs": _crumbs(workspace, _("New API key")),
        "community": place(community),
        "name": request.POST.get("name", ""),
        "roles": role_ticks(choices(request.user.actor, [community])[0].roles, request.POST.getlist("roles")),
        "errors": errors,
        "cancel_url": reverse("community", args=[community.id, "keys"]),
    }
    return render(request, "keys/new.html", page, status=422 if errors else 200)


def _made(request: HttpRequest, workspace: Workspace, community: Community) -> HttpResponse:
    offered = choices(request.user.actor, [community])[0].roles
    roles = pick_roles(request.POST.getlist("roles"), offered)
    row, secret = create_api_key(actor=request.user.actor, community=community, name=request.POST.get("name", ""), roles=roles)
    page = {
        "crumbs": _crumbs(workspace, row.name),
        "title": _("%(key)s is made") % {"key": row.name},
        "secret": secret,
        "community": place(community, roles=roles),
        "back": reverse("community", args=[community.id, "keys"]),
    }
    return render(request, "keys/made.html", page)


@login_required
def key_revoke(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    workspace = open_workspace(request, slug, "ws-keys")
    row = fetch_key(request.user.actor, workspace, key)
    back = came_from(request, reverse("workspace_keys", args=[slug]))
    if request.method == "POST":
        try:
            revoke_api_key(actor=request.user.actor, key=row)
            messages.success(request, _("%(key)s is revoked.") % {"key": row.name})
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect(back)
    page = {
        "title": _("Revoke %(key)s of %(place)s?") % {"key": row.name, "place": row.community.name},
        "effects": [
            {"text": _("Programs that use it are refused from their next request on.")},
            {"text": _("It cannot be brought back. Make a new one instead.")},
            {"text": _("What was done with it stays, in the history too."), "kept": True},
        ],
        "submit": _("Revoke %(key)s") % {"key": row.name},
        "hidden": [{"name": "next", "value": back}],
        "cancel_url": back,
    }
    return render(request, "confirm.html", page)


def _crumbs(workspace: Workspace, *more: str) -> Crumbs:
    keys = reverse("workspace_keys", args=[workspace.slug])
    return settings_trail(workspace.slug, (_("API keys"), keys), *((each, "") for each in more))
