"""`Configure`: one connection, what people get by it, what would become of somebody, and who was refused."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guestlist.kernel.errors import Refusal
from guestlist.sso.commands import preview_claims, set_defaults
from guestlist.sso.models import Connection
from guestlist.sso.queries import attempts_of, proved_domains
from guestlist.web.connections.attempts import attempt_row, reason_words
from guestlist.web.connections.defaults import DefaultsForm
from guestlist.web.connections.form import copies
from guestlist.web.connections.kinds import kind_of
from guestlist.web.connections.opening import crumbs, late, open_connection_page
from guestlist.web.connections.views import ACTS
from guestlist.web.presenting import Shown, given_places
from guestlist.web.roles.lists import pager, start_in
from guestlist.web.workspace.sso import trust_of

ATTEMPTS = 50
LONGEST_CLAIMS = 100_000  # characters


@login_required
def configure_page(request: HttpRequest, slug: str, connection: uuid.UUID) -> HttpResponse:
    row = open_connection_page(request, slug, connection)
    act = request.POST.get("do", "save") if request.method == "POST" else ""
    form = DefaultsForm(request.user.actor, row, request.POST if act and act != "preview" else None)
    if act == "save" and _save(request, row, form):
        messages.success(request, _("Saved."))
        return redirect("connection", slug, row.id)
    domains = proved_domains(row.workspace)
    preview = _preview(request, row) if act == "preview" else {"claims": _example(row, domains)}
    errors = form.errors | ({"claims": preview["error"]} if preview.get("error") else {})
    page = {
        "crumbs": crumbs(row.workspace, row.name),
        "connection": _told(row),
        "kind": kind_of(row),
        "copies": copies(row.protocol, row),
        "domains": domains,
        "security_url": reverse("workspace_security", args=[slug]),
        "invite_url": reverse("workspace_users_new", args=[slug]),
        "defaults": form.context(),
        "preview": preview,
        "late": act == "save" and bool(late(request)),
        "errors": errors,
        **_attempts(request, row, domains),
    }
    return render(request, "connections/configure.html", page, status=422 if errors else 200)


def _save(request: HttpRequest, row: Connection, form: DefaultsForm) -> bool:
    form.errors |= late(request)
    try:
        wanted = form.arguments()
        if wanted:
            set_defaults(actor=request.user.actor, connection=row, **wanted)
    except Refusal as refusal:
        form.refused(refusal)
    return not form.errors


def _told(row: Connection) -> Shown:
    args = [row.workspace.slug, row.id]
    return {
        "name": row.name,
        "state": row.state,
        "live": row.enabled_at is not None,
        "tested_at": row.tested_at,
        "trust": trust_of(row),
        "issuer": row.issuer,
        "client_id": row.client_id,
        "sso_url": row.sso_url,
        "group_claim": row.group_claim,
        "asks_second_factor": row.asks_second_factor,
        "people": row.identities.count(),
        "edit_url": reverse("connection_edit", args=args),
        "test_url": reverse("sso_test", args=[row.id]),
        **{f"{act}_url": reverse(f"connection_{act}", args=args) for act in ACTS},
    }


def _example(row: Connection, domains: list[str]) -> str:
    claims = {"sub": "00u1", "email": f"kim@{next(iter(domains), 'acme.example')}", "name": "Kim Lee"}
    return json.dumps(claims | ({row.group_claim: ["analysts"]} if row.group_claim else {}), indent=2)


def _preview(request: HttpRequest, row: Connection) -> Shown:
    """What would become of somebody with the claims that were pasted."""
    claims = request.POST.get("claims", "")
    try:
        raw = json.loads(claims[:LONGEST_CLAIMS])
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict):
        return {"claims": claims, "error": _("This is no JSON object. Paste the claims of an ID token, braces included.")}
    found = preview_claims(actor=request.user.actor, connection=row, raw=raw)
    return {
        "claims": claims,
        "read": found.claims,
        "verdict": found.verdict,
        "why": reason_words(found.verdict.reason),
        "places": given_places(found.verdict.places),
    }


def _attempts(request: HttpRequest, row: Connection, domains: list[str]) -> dict[str, Any]:
    start = start_in(request)
    found = attempts_of(request.user.actor, row.workspace).filter(connection=row)[start : start + ATTEMPTS + 1]
    rows = [attempt_row(each, domains) for each in found]
    return {"attempts": rows[:ATTEMPTS], "page": pager(request, start, ATTEMPTS, more=len(rows) > ATTEMPTS)}
