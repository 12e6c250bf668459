"""What every page shows around its content: workspace, team, settings, the avatar's menu. Built once, when a template asks."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guestlist.access.decision import decide
from guestlist.invitations.queries import visible_invitations
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.members.queries import (
    Standing,
    capped_count,
    fetch_workspace,
    may_in_main,
    own_places,
    standing,
    visible_communities,
    visible_workspaces,
)
from guestlist.users.queries import unseen_notifications
from guestlist.web.presenting import person, place
from guestlist.workspaces.models import Community, Workspace

Shell = dict[str, Any]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Views say where they are through request.guestlist (see `at`)."""
    return {
        "shell": SimpleLazyObject(lambda: _build(request)),
        "help_url": reverse("help_roles"),
        "site": urlsplit(settings.GUESTLIST_BASE_URL).netloc,
    }


def at(request: HttpRequest, current: str, workspace: Workspace | None = None, community: Community | None = None) -> None:
    """Tells the shell which page this is. The workspace is remembered, so that the next page without one opens in it."""
    request.guestlist = {"current": current, "workspace": workspace, "community": community}
    if workspace is not None and request.session.get("workspace") != workspace.slug:
        request.session["workspace"] = workspace.slug


def open_workspace(request: HttpRequest, slug: str, current: str) -> Workspace:
    """The workspace that this page, `current`, is about. Raises NotFound."""
    workspace = fetch_workspace(request.user.actor, slug)
    at(request, current, workspace)
    return workspace


def open_settings(request: HttpRequest, slug: str, current: str, permission: str) -> Workspace:
    """The same for whoever has the permission in main; to the others the page does not exist. Raises NotFound."""
    workspace = open_workspace(request, slug, current)
    if not may_in_main(request.user.actor, permission, workspace):
        raise NotFound
    return workspace


def at_the_door(request: HttpRequest) -> None:
    """Tells the shell that this page lies outside every workspace, whoever is signed in: it shows none."""
    request.guestlist = {"door": True}


def remember_team(request: HttpRequest, community: Community) -> None:
    """My Team is the community of this page, also for an admin who is a member only further up."""
    request.guestlist["team"] = community
    teams = {**request.session.get("teams", {}), str(community.workspace_id): str(community.id)}
    if request.session.get("teams") != teams:
        request.session["teams"] = teams


def current_workspace(request: HttpRequest) -> Workspace | None:
    """The one of this page, else the one last seen, else the first."""
    here = getattr(request, "guestlist", {}).get("workspace")
    if here is not None:
        return here
    mine = visible_workspaces(request.user.actor)
    return mine.filter(slug=request.session.get("workspace", "")).first() or mine.first()


def teams_of(actor: Actor, workspace: Workspace) -> list[Community]:
    """The communities where the actor is a member themselves: what the switcher offers."""
    return list(own_places(actor).filter(workspace=workspace).order_by("kind", "name", "id"))


def current_team(request: HttpRequest, teams: list[Community]) -> Community | None:
    wanted = request.session.get("teams", {})
    return next((each for each in teams if wanted.get(str(each.workspace_id)) == str(each.id)), teams[0] if teams else None)


def _build(request: HttpRequest) -> Shell:
    languages = [_language(request, code, str(name)) for code, name in settings.LANGUAGES]
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"languages": languages}
    user = {**person(request.user, reverse("me")), "theme": request.user.theme}
    here = getattr(request, "guestlist", {})
    if here.get("door"):
        return {"languages": languages, "user": user}
    workspace = current_workspace(request)
    built: Shell = {
        "user": user,
        "languages": languages,
        "current": here.get("current", ""),
        "current_community": str(here["community"].id) if here.get("community") else "",
        "menu": _menu(workspace),
        "notifications": {"url": reverse("notifications"), "count": unseen_notifications(request.user)},
        "logout_url": reverse("account_logout"),
        "help_url": reverse("help_roles"),
    }
    return built | (_in_workspace(request, workspace) if workspace else {})


def _menu(workspace: Workspace | None) -> list[Shell]:
    items = [{"label": _("Account settings"), "icon": "user-cog", "url": reverse("me")}]
    items.append({"label": _("Notifications"), "icon": "bell", "url": reverse("notifications")})
    items.append({"label": _("Managed Communities"), "icon": "network", "url": reverse("communities")})
    if workspace:
        items.append({"label": _("Settings"), "icon": "settings", "url": reverse("settings", args=[workspace.slug])})
    return items


def _in_workspace(request: HttpRequest, workspace: Workspace) -> Shell:
    actor, slug = request.user.actor, workspace.slug
    teams = teams_of(actor, workspace)
    team = getattr(request, "guestlist", {}).get("team") or current_team(request, teams)
    places = visible_communities(actor, workspace)
    pending = capped_count(visible_invitations(actor, workspace, state="pending", community=team)) if team else ""
    held = standing(actor, [each.id for each in teams])
    first = [place(each, reverse("community", args=[each.id, "users"])) for each in places[:5]]
    return {
        "workspace": place(workspace),
        "workspaces": [
            {**place(each, reverse("workspace", args=[each.slug])), "current": each.id == workspace.id}
            for each in visible_workspaces(actor.outside)
        ],
        "teams": [{**place(each, _team_url(slug, each, "users")), "current": each == team} for each in teams],
        "community": place(team, _team_url(slug, team, "users")) if team else None,
        "team_items": _team_items(slug, team, pending) if team else [],
        "settings_url": reverse("settings", args=[slug]),
        "workspace_url": reverse("settings", args=[slug]),
        "settings_items": _settings_items(workspace, teams, held),
        "manages": any(decide(verb, roles) for roles in held.values() for verb in ("members:invite", "communities:write")),
        "communities": first,
        "communities_url": reverse("community_tree"),
        "single": len(first) == 1,
    }


def _settings_items(workspace: Workspace, teams: list[Community], held: Mapping[UUID, Standing]) -> list[Shell]:
    """What one may not use is absent. `teams`: rights somewhere in the workspace come from these; `held` is what."""
    main = next((each.id for each in teams if each.is_main), None)
    items = [
        ("ws-users", _("Users"), "users-round", "workspace_users"),
        ("ws-roles", _("Roles"), "shield", "workspace_roles"),
        ("ws-overview", _("Overview"), "chart-column", "overview"),
    ]
    if main and any(decide(each, held[main]) for each in ("settings:write", "connections:write")):
        items.insert(2, ("ws-security", _("Security"), "lock", "workspace_security"))
    if any(decide("keys:write", roles) for roles in held.values()):
        items.append(("ws-keys", _("API keys"), "key-round", "workspace_keys"))
    if any(decide("audit:read", roles) for roles in held.values()):
        items.append(("ws-audit", _("Audit log"), "history", "audit"))
    if main and decide("settings:write", held[main]):
        items.insert(0, ("ws-general", _("General"), "sliders-horizontal", "workspace_general"))
        if workspace.setup_dismissed_at is None:
            items.insert(0, ("ws-setup", _("Setup checklist"), "list-checks", "workspace_setup"))
    return [
        {"key": key, "label": label, "icon": icon, "url": reverse(name, args=[workspace.slug])}
        for key, label, icon, name in items
    ]


def _team_url(slug: str, community: Community, page: str) -> str:
    return reverse(f"team_{page}", args=[slug, community.slug])


def _team_items(slug: str, team: Community, pending: str) -> list[Shell]:
    return [
        {"key": "team-users", "label": _("Users"), "icon": "users", "url": _team_url(slug, team, "users")},
        {
            "key": "team-invites",
            "label": _("Invites"),
            "icon": "mail",
            "url": _team_url(slug, team, "invites"),
            "count": pending if pending != "0" else "",
            "hot": True,
        },
    ]


def _language(request: HttpRequest, code: str, name: str) -> Shell:
    query = {**request.GET.dict(), "language": code}
    return {"code": code, "name": name, "url": f"{request.path}?{urlencode(query)}", "current": code == get_language()}
