"""Settings > Workspace > Security: SSO, domains, and what the door asks."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guestlist.kernel.errors import NotFound, Refusal
from guestlist.kernel.ids import as_id
from guestlist.members.queries import may_in_main
from guestlist.sso.commands import change_sign_in_policy
from guestlist.sso.queries import break_glass_choices, domains_of
from guestlist.web.confirming import ask_to_confirm, confirmed_lately
from guestlist.web.connections.opening import crumbs
from guestlist.web.presenting import Shown, duration, person
from guestlist.web.shell import open_workspace
from guestlist.web.workspace.domains import domain_row
from guestlist.web.workspace.sso import sso_context
from guestlist.workspaces.models import Workspace

IDLE = (300, 900, 1800, 3600, 4 * 3600, 8 * 3600, 86400)
LIFETIME = (900, 3600, 4 * 3600, 8 * 3600, 12 * 3600, 86400, 7 * 86400, 14 * 86400)
TYPED = "typed_policy"  # in the session: what was typed before somebody was asked who they are, by page
SWITCHES = ("sso_only", "requires_second_factor")
BESIDE = {
    "no_connection": "sso_only",
    "last_admin": "break_glass",
    "no_break_glass": "break_glass",
    "bad_session_limit": "session_idle",
}


@login_required
def security_page(request: HttpRequest, slug: str) -> HttpResponse:
    workspace, writes = _secured(request, slug)
    errors: dict[str, str] = {}
    if request.method == "POST":
        if "settings:write" not in writes:
            raise NotFound
        if not confirmed_lately(request):
            request.session[TYPED] = {request.path: request.POST.urlencode()}
            return ask_to_confirm(request)
        answer = _save(request, workspace)
        if isinstance(answer, HttpResponse):
            return answer
        errors = answer
    page = {"crumbs": crumbs(workspace), "errors": errors}
    if "connections:write" in writes:
        page |= _sso(request, workspace)
    if "settings:write" in writes:
        page |= {"policy": _policy(request, workspace)}
    return render(request, "workspace/security.html", page, status=422 if errors else 200)


def _secured(request: HttpRequest, slug: str) -> tuple[Workspace, set[str]]:
    """The workspace and which of the permissions behind this page the reader has in main; without any it does not exist."""
    workspace = open_workspace(request, slug, "ws-security")
    writes = {each for each in ("settings:write", "connections:write") if may_in_main(request.user.actor, each, workspace)}
    if not writes:
        raise NotFound
    return workspace, writes


def _sso(request: HttpRequest, workspace: Workspace) -> Shown:
    return {
        **sso_context(request.user.actor, workspace),
        "domains": [domain_row(each) for each in domains_of(request.user.actor, workspace)],
        "claim_url": reverse("domain_new", args=[workspace.slug]),
        "sso": True,
    }


def _save(request: HttpRequest, workspace: Workspace) -> HttpResponse | dict[str, str]:
    """Asks once more before the door is shut to people who are inside; nobody is asked whether they are sure of what is refused."""
    fields = _posted(request.POST)
    shutting = [each for each in SWITCHES if fields[each] and not getattr(workspace, each)]
    sure = not shutting or "sure" in request.POST
    try:
        with transaction.atomic():
            change_sign_in_policy(actor=request.user.actor, workspace=workspace, **fields)
            transaction.set_rollback(not sure)
    except Refusal as refusal:
        return {BESIDE.get(refusal.code, "form"): str(refusal)}
    if not sure:
        return _ask(request, workspace, fields, shutting)
    messages.success(request, _("Saved. It holds from everybody's next click on."))
    return redirect("workspace_security", workspace.slug)


def _posted(said: QueryDict) -> dict[str, Any]:
    fields: dict[str, Any] = {each: each in said for each in SWITCHES}
    for each in ("session_idle", "session_lifetime"):
        typed = said.get(each, "")
        fields[each] = int(typed) if typed.isdecimal() and len(typed) < 10 else None
    if "choices" in said:
        fields["break_glass"] = [as_id(each) or uuid.UUID(int=0) for each in said.getlist("break_glass")]
    return fields


def _ask(request: HttpRequest, workspace: Workspace, fields: dict[str, Any], shutting: list[str]) -> HttpResponse:
    glass = len(fields.get("break_glass", []))
    effects = {
        "sso_only": _("Whoever did not come in through the directory is kept out at their next click, and you too, "
                      "unless you are named break-glass."),
        "requires_second_factor": _("Whoever has not shown a second factor is asked for it at their next click, you too."),
    }  # fmt: skip
    lines = [{"text": effects[each]} for each in shutting]
    if "sso_only" in shutting:
        named = ngettext("%(n)s Admin enters without the directory.", "%(n)s Admins enter without the directory.", glass)
        lines.append({"text": named % {"n": glass}, "kept": True})
    lines.append({"text": _("Accounts, memberships and other workspaces stay as they are."), "kept": True})
    page = {
        "crumbs": crumbs(workspace),
        "title": _("Shut the door of %(workspace)s to some of its members?") % {"workspace": workspace.name},
        "effects": lines,
        "submit": _("Save"),
        "cancel_url": request.path,
        "hidden": [
            {"name": name, "value": value} for name, values in request.POST.lists() for value in values if name[:3] != "csr"
        ]
        + [{"name": "sure", "value": "1"}],
    }
    return render(request, "confirm.html", page)


def _policy(request: HttpRequest, workspace: Workspace) -> Shown:
    """As saved, or as just typed."""
    typed = request.POST if request.method == "POST" else QueryDict(request.session.pop(TYPED, {}).get(request.path, ""))
    saved = {each: getattr(workspace, each) for each in (*SWITCHES, "session_idle", "session_lifetime")}
    values = saved | (_posted(typed) if typed else {})
    admins = break_glass_choices(request.user.actor, workspace)
    named = values.get("break_glass")
    return {
        **{each: values[each] for each in SWITCHES},
        "unsaved": bool(typed) and request.method != "POST",
        "idle": _limits(IDLE, values["session_idle"]),
        "lifetime": _limits(LIFETIME, values["session_lifetime"]),
        "longest": duration(settings.SESSION_COOKIE_AGE),
        "admins": admins
        and [
            {
                **person(row.user),
                "id": str(row.user_id),
                "checked": row.break_glass if named is None else row.user_id in named,
            }
            for row in admins
        ],
    }


def _limits(offered: tuple[int, ...], now: int | None) -> list[Shown]:
    every = sorted({*offered, *([now] if now else [])})
    return [{"seconds": each, "label": duration(each), "selected": each == now} for each in every]
