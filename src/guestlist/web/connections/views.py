"""Make a connection, configure it, switch it on and off, delete it."""

import uuid
from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guestlist.kernel.errors import Refusal
from guestlist.kernel.ids import as_id, new_id
from guestlist.sso.commands import (
    change_connection,
    create_connection,
    delete_connection,
    disable_connection,
    enable_connection,
)
from guestlist.sso.models import Connection
from guestlist.sso.queries import connections_of
from guestlist.web.confirming import ask_to_confirm, confirmed_lately
from guestlist.web.connections.form import ConnectionForm
from guestlist.web.connections.kinds import KINDS, kind_of
from guestlist.web.connections.opening import crumbs, late, open_connection_page, open_for_connections
from guestlist.web.presenting import Shown
from guestlist.workspaces.models import Workspace

LASTS = 12 * 3600  # seconds for which the address of a form is good: an admin goes to the directory and comes back
ACTS = {"enable": enable_connection, "disable": disable_connection, "delete": delete_connection}


@login_required
def new_page(request: HttpRequest, slug: str) -> HttpResponse:
    """First which directory, then what it asks for. The id is made here and stays in the address, signed: what the admin copies into
    the directory holds, however often they come back to the page, and nobody plants an id that cookies or links know already."""
    workspace = open_for_connections(request, slug)
    kind, id = KINDS.get(request.GET.get("kind", "")), _offered_id(request, workspace)
    if kind is None or id is None:
        return render(
            request, "connections/kinds.html", {"crumbs": crumbs(workspace, _("New connection")), **_offered(request, workspace)}
        )
    if connections_of(request.user.actor, workspace).filter(id=id).exists():
        return redirect("connection", slug, id)  # made already: the form was sent twice, or opened again
    if request.method != "POST" and not confirmed_lately(request):
        return ask_to_confirm(request)
    form = ConnectionForm(request, kind, None, id)
    if row := _saved(request, form, partial(create_connection, workspace=workspace, preset=kind.preset, id=id)):
        messages.success(request, _("%(name)s is saved, and switched off. Test it next.") % {"name": row.name})
        return redirect("connection", slug, row.id)
    page = {
        "title": _("New connection"),
        "submit": _("Save and go on"),
        "cancel_url": reverse("workspace_security", args=[slug]),
        "crumbs": crumbs(workspace, _("New connection")),
    }
    return _form(request, form, page)


def _offered(request: HttpRequest, workspace: Workspace) -> Shown:
    id = signing.dumps(str(new_id()), salt=_salt(request, workspace))
    return {"kinds": [{"kind": each, "url": f"?{urlencode({'kind': each.key, 'id': id})}"} for each in KINDS.values()]}


def _offered_id(request: HttpRequest, workspace: Workspace) -> uuid.UUID | None:
    """The one in the address, if it was made for this user and this workspace."""
    try:
        return as_id(signing.loads(request.GET.get("id", ""), salt=_salt(request, workspace), max_age=LASTS))
    except signing.BadSignature:
        return None


def _salt(request: HttpRequest, workspace: Workspace) -> str:
    return f"guestlist.connection.{workspace.id}.{request.user.pk}"


@login_required
def edit_page(request: HttpRequest, slug: str, connection: uuid.UUID) -> HttpResponse:
    row = open_connection_page(request, slug, connection)
    if request.method != "POST" and not confirmed_lately(request):
        return ask_to_confirm(request)
    form = ConnectionForm(request, kind_of(row), row, row.id)
    if changed := _saved(request, form, partial(change_connection, connection=row)):
        messages.success(request, _("Saved.") if changed.tested_at else _("Saved. Test it again: it trusts something else now."))
        return redirect("connection", slug, row.id)
    page = {
        "title": _("Edit %(name)s") % {"name": row.name},
        "submit": _("Save"),
        "cancel_url": reverse("connection", args=[slug, row.id]),
        "crumbs": crumbs(row.workspace, _("Edit"), connection=row),
    }
    return _form(request, form, page)


def _saved(request: HttpRequest, form: ConnectionForm, command: Callable[..., Connection]) -> Connection | None:
    """None where nothing was posted, and with the form's errors filled in."""
    form.errors |= late(request)
    if request.method != "POST" or form.errors:
        return None
    try:
        return command(actor=request.user.actor, **form.arguments())
    except Refusal as refusal:
        form.refused(refusal)
        return None


def _form(request: HttpRequest, form: ConnectionForm, page: Shown) -> HttpResponse:
    page |= {"late": bool(late(request)), **form.context()}
    return render(request, "connections/form.html", page, status=422 if form.errors else 200)


@login_required
def act_page(request: HttpRequest, slug: str, connection: uuid.UUID, act: str) -> HttpResponse:
    """One of ACTS, after a page that says whom it affects."""
    row = open_connection_page(request, slug, connection)
    if not confirmed_lately(request):
        return ask_to_confirm(request)
    if request.method == "POST":
        return _do(request, row, act)
    title, submit, effects = _question(row, act)
    page = {
        "crumbs": crumbs(row.workspace, submit, connection=row),
        "title": title,
        "submit": submit,
        "effects": effects,
        "safe": act == "enable",
        "cancel_url": reverse("connection", args=[row.workspace.slug, row.id]),
    }
    return render(request, "confirm.html", page)


def _do(request: HttpRequest, row: Connection, act: str) -> HttpResponse:
    try:
        ACTS[act](actor=request.user.actor, connection=row)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("connection", row.workspace.slug, row.id)
    done = {"enable": _("%(name)s is on."), "disable": _("%(name)s is off."), "delete": _("%(name)s was deleted.")}
    messages.success(request, done[act] % {"name": row.name})
    if act == "delete":
        return redirect("workspace_security", row.workspace.slug)
    return redirect("connection", row.workspace.slug, row.id)


def _question(row: Connection, act: str) -> tuple[str, str, list[Shown]]:
    """Title, verb, and what it does to whom."""
    known, name = row.identities.count(), {"name": row.name}
    if act == "enable":
        comers = _("Whoever %(name)s vouches for can sign in to %(workspace)s from now on.")
        new = (
            _("People it does not know yet get an account.")
            if row.creates_users
            else _("Nobody gets an account by it: automatic user creation is off.")
        )
        effects = [comers % {**name, "workspace": row.workspace.name}, new]
        return _("Turn on %(name)s?") % name, _("Turn on"), [{"text": each, "kept": True} for each in effects]
    people = ngettext(
        "%(n)s person signed in with it. They need a password, a passkey or another connection until it is on again.",
        "%(n)s people signed in with it. They need a password, a passkey or another connection until it is on again.",
        known,
    )
    password = {"text": _("Accounts, roles and passwords stay as they are."), "kept": True}
    if act == "disable":
        return (
            _("Turn off %(name)s?") % name,
            _("Turn off"),
            [*([{"text": people % {"n": known}, "kept": False}] if known else []), password],
        )
    gone = ngettext(
        "It forgets %(n)s person: made again, it has to be set up and linked anew.",
        "It forgets %(n)s people: made again, it has to be set up and linked anew.",
        known,
    )
    effects = [*([{"text": gone % {"n": known}, "kept": False}] if known else []), password]
    return _("Delete %(name)s?") % name, _("Delete connection"), effects
