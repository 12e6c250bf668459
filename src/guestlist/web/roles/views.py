"""Roles: the list in the settings, a role with its holders, making, changing and deleting one."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from guestlist.access.permissions import catalogue
from guestlist.invitations.queries import choices, invitations_holding
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.kernel.ids import as_id
from guestlist.members.commands import create_role, delete_role, update_role
from guestlist.members.models import ApiKey, Role
from guestlist.members.queries import (
    Effects,
    Holders,
    communities_where,
    counts_of,
    effect_of,
    facts_of,
    fetch_community,
    holders_of,
    may,
    pick_roles,
)
from guestlist.members.queries.roles import fetch_role, lost_permissions, may_write_role
from guestlist.web.crumbs import Crumbs, settings_trail
from guestlist.web.presenting import Shown, about_role, allows, permission_groups, person, place, role_options
from guestlist.web.roles.form import RoleForm, read_form
from guestlist.web.roles.lists import new_role_url, pager, roles_context, start_in
from guestlist.web.shell import open_workspace
from guestlist.workspaces.models import Community, Workspace

HOLDERS, NAMED = 50, 5


@require_safe
@login_required
def roles_page(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = open_workspace(request, slug, "ws-roles")
    page = {"crumbs": _crumbs(workspace), **roles_context(request, workspace)}
    return render(request, "roles/list.html", page)


@require_safe
@login_required
def role_page(request: HttpRequest, slug: str, role: uuid.UUID) -> HttpResponse:
    workspace, row = _fetch(request, slug, role)
    actor, facts, start = request.user.actor, facts_of(row), start_in(request)
    found = holders_of(actor, workspace, row, start=start, limit=HOLDERS)
    writable = may_write_role(actor, row)
    page = {
        "crumbs": _crumbs(workspace, (row.name, "")),
        "role": {
            "name": row.name,
            "about": about_role(row),
            "custom": not row.is_built_in,
            "where": _where(request, workspace, row),
        },
        "lost": lost_permissions(row),
        "groups": permission_groups(facts.permissions),
        "gives": sorted(each.name for each in Role.objects.filter(id__in=facts.may_hand_out)),
        "holders": [
            {
                "person": person(each.user, reverse("user", args=[slug, each.user_id])),
                "place": place(each.community),
                "state": each.status,
            }
            for each in found.memberships
        ],
        "keys": [{"name": each.name, "place": place(each.community)} for each in found.keys],
        "unnamed": found.unnamed,
        "invitations": invitations_holding(actor, workspace, row),
        "page": pager(request, start, HOLDERS, more=found.more),
        "edit_url": reverse("role_edit", args=[slug, row.id]) if writable else None,
        "delete_url": reverse("role_delete", args=[slug, row.id]) if writable else None,
        "copy_url": _copy_url(request, workspace, row),
    }
    return render(request, "roles/role.html", page)


@login_required
def role_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A role of `?community=`, empty or a copy of the role `?copy=`."""
    workspace = open_workspace(request, slug, "ws-roles")
    community = fetch_community(request.user.actor, workspace, request.GET.get("community", ""))
    if not may(request.user.actor, "roles:write", community.id):
        raise NotFound
    copied = as_id(request.GET.get("copy", ""))
    start = fetch_role(request.user.actor, workspace, copied) if copied else None
    form = read_form(request, community, start, _("Copy of %(role)s") % {"role": start.name} if start else "")
    if request.method == "POST" and not form.doubtful:
        try:
            made = create_role(actor=request.user.actor, community=community, **form.values())
            messages.success(request, _("%(role)s was created.") % {"role": made.name})
            return redirect("role", slug, made.id)
        except Refusal as refusal:
            form.refused(refusal)
    page = {"title": _("New role"), "submit": _("Create role"), "cancel_url": reverse("workspace_roles", args=[slug])}
    return _form(request, workspace, form, page)


@login_required
def role_edit(request: HttpRequest, slug: str, role: uuid.UUID) -> HttpResponse:
    """The form; then, where anybody gains or loses something by it, who; then it is saved."""
    workspace, row = _fetch(request, slug, role)
    if row.community is None or not may_write_role(request.user.actor, row):
        raise NotFound
    form = read_form(request, row.community, row, row.name)
    do = request.POST.get("do", "check") if request.method == "POST" else "edit"
    if do in ("check", "save") and not form.doubtful:
        try:
            answer = _changed(request, workspace, row, form, sure=do == "save")
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return answer
    page = {
        "title": _("Edit %(role)s") % {"role": row.name},
        "submit": _("Save"),
        "cancel_url": reverse("role", args=[slug, row.id]),
        "lost": lost_permissions(row),
    }
    return _form(request, workspace, form, page)


def _changed(request: HttpRequest, workspace: Workspace, row: Role, form: RoleForm, *, sure: bool) -> HttpResponse:
    """Saves, or shows first what saving would do. Raises what update_role raises."""
    values = form.values()
    update_role(actor=request.user.actor, role=row, dry_run=True, **values)
    effects = effect_of(request.user.actor, workspace, row, form.permissions)
    given = {str(each.id): each.name for each in values["may_give"]}
    gives = sorted(name for key, name in given.items() if key not in row.may_hand_out)
    takes = sorted(each.name for each in Role.objects.filter(id__in=set(row.may_hand_out) - given.keys()))
    changed = form.shown != form.mark
    if not changed and (sure or not (effects.rows or effects.others or gives or takes)):
        update_role(actor=request.user.actor, role=row, shown=form.mark, **values)
        messages.success(request, _("Saved."))
        return redirect("role", workspace.slug, row.id)
    page = {
        "crumbs": _crumbs(workspace, (row.name, reverse("role", args=[workspace.slug, row.id])), (_("Edit"), "")),
        "role": row.name,
        "changed": changed,
        "rows": _effects(effects),
        "others": effects.others,
        "gives": gives,
        "takes": takes,
        **form.context(),
    }
    return render(request, "roles/preview.html", page)


@login_required
def role_delete(request: HttpRequest, slug: str, role: uuid.UUID) -> HttpResponse:
    """Asks where the holders go, in the same question."""
    workspace, row = _fetch(request, slug, role)
    if row.community is None or not may_write_role(request.user.actor, row):
        raise NotFound
    offered = [each for each in choices(request.user.actor, [row.community])[0].roles if each != row]
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            wanted = [each for each in request.POST.getlist("move_to") if each]
            delete_role(actor=request.user.actor, role=row, move_to=next(iter(pick_roles(wanted, offered)), None))
            messages.success(request, _("%(role)s was deleted.") % {"role": row.name})
            return redirect("workspace_roles", slug)
        except Refusal as refusal:
            errors = {"move_to": str(refusal)}
    effects = _going(request, workspace, row)
    page = {
        "crumbs": _crumbs(workspace, (row.name, reverse("role", args=[slug, row.id])), (_("Delete"), "")),
        "title": _("Delete %(role)s?") % {"role": row.name},
        "effects": [*effects, {"text": _("What happened with it stays in the history."), "kept": True}],
        "held": effects or errors,
        "options": role_options(offered, request.POST.get("move_to", "")),
        "errors": errors,
        "cancel_url": reverse("role", args=[slug, row.id]),
    }
    return render(request, "roles/delete.html", page, status=422 if errors else 200)


def _going(request: HttpRequest, workspace: Workspace, row: Role) -> list[Shown]:
    """One line per kind of holder; empty where nobody holds it."""
    actor = request.user.actor
    found = holders_of(actor, workspace, row, limit=NAMED)
    members, keys = counts_of(actor, workspace, [row]).get(row.id, 0) + found.unnamed, len(found.keys)
    waiting = invitations_holding(actor, workspace, row)
    people = [(each.user.name or each.user.email, each.community) for each in found.memberships]
    lines = [
        (members, ngettext("%(n)s holder loses it at once.", "%(n)s holders lose it at once.", members), people),
        (keys, ngettext("%(n)s API key loses it at once.", "%(n)s API keys lose it at once.", keys), _keys(found)),
        (waiting, ngettext("%(n)s pending invitation changes.", "%(n)s pending invitations change.", waiting), []),
    ]
    return [{"text": f"{text % {'n': number}} {_called(who, number)}".strip()} for number, text, who in lines if number]


def _keys(found: Holders) -> list[tuple[str, Community]]:
    return [(each.name, each.community) for each in found.keys[:NAMED]]


def _called(named: list[tuple[str, Community]], number: int) -> str:
    """`Ana Ferreira (Birch), Gus Petit (Cedar) and 3 more.`"""
    if not named:
        return ""
    names = ", ".join(f"{name} ({where.name})" for name, where in named)
    more = number - len(named)
    return f"{names} {_('and %(n)s more') % {'n': more}}." if more else f"{names}."


def _fetch(request: HttpRequest, slug: str, role: uuid.UUID) -> tuple[Workspace, Role]:
    workspace = open_workspace(request, slug, "ws-roles")
    return workspace, fetch_role(request.user.actor, workspace, role)


def _form(request: HttpRequest, workspace: Workspace, form: RoleForm, page: dict[str, Any]) -> HttpResponse:
    page |= {"crumbs": _crumbs(workspace, (page["title"], "")), "community": place(form.community), **form.context()}
    return render(request, "roles/form.html", page, status=422 if form.errors or (form.posted and form.doubtful) else 200)


def _where(request: HttpRequest, workspace: Workspace, row: Role) -> str:
    """Where the role can be given, in words; an owner out of sight is somewhere above."""
    if row.community is None:
        return _("In every community of every workspace; nobody can change it.")
    if row.community.is_main:
        return _("Can be given everywhere in %(workspace)s.") % {"workspace": workspace.name}
    try:
        fetch_community(request.user.actor, workspace, str(row.community_id))
    except NotFound:
        return _("Comes from a community above.")
    return _("Can be given in %(community)s and below.") % {"community": row.community.name}


def _copy_url(request: HttpRequest, workspace: Workspace, row: Role) -> str | None:
    places = communities_where(request.user.actor, workspace, "roles:write")
    where: Community | None = places.filter(id=row.community_id).first() or places.first()
    return new_role_url(workspace, where, copy=str(row.id)) if where else None


def _effects(effects: Effects) -> list[Shown]:
    rows = []
    for each in effects.rows:
        holder = each.holder
        who = {"key": holder.name} if isinstance(holder, ApiKey) else {"person": person(holder.user)}
        rows.append({**who, "place": place(holder.community), "gains": _said(each.gains), "loses": _said(each.loses)})
    return rows


def _said(permissions: list[str]) -> list[Shown]:
    """Each with its sentence; one that no application registers any more has none."""
    known = catalogue()
    return [{"name": name, "text": allows(known[name]) if name in known else ""} for name in permissions]


def _crumbs(workspace: Workspace, *more: tuple[str, str]) -> Crumbs:
    return settings_trail(workspace.slug, (_("Roles"), reverse("workspace_roles", args=[workspace.slug])), *more)
