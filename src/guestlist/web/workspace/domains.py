"""Settings > Workspace > Security: the domains of addresses in which a workspace's directory is believed."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guestlist.kernel.errors import Refusal
from guestlist.sso.commands import check_domain, claim_domain, remove_domain
from guestlist.sso.models import Domain
from guestlist.sso.queries import check_may_connect, fetch_domain
from guestlist.sso.rules import record_name, record_value
from guestlist.web.confirming import ask_to_confirm, confirmed_lately
from guestlist.web.connections.opening import crumbs
from guestlist.web.presenting import Shown
from guestlist.web.shell import open_workspace


@login_required
def domain_new(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = open_workspace(request, slug, "ws-security")
    check_may_connect(request.user.actor, workspace)
    if not confirmed_lately(request):
        return ask_to_confirm(request)
    typed, errors = request.POST.get("name", ""), {}
    if request.method == "POST":
        try:
            row = claim_domain(actor=request.user.actor, workspace=workspace, name=typed)
            return redirect("domain", slug, row.id)
        except Refusal as refusal:
            errors = {"name": str(refusal)}
    page = {
        "crumbs": crumbs(workspace, _("New domain")),
        "values": {"name": typed},
        "errors": errors,
        "cancel_url": _security(slug),
    }
    return render(request, "workspace/domain_new.html", page, status=422 if errors else 200)


@login_required
def domain_page(request: HttpRequest, slug: str, domain: uuid.UUID) -> HttpResponse:
    """The record to set, and `Check now`."""
    row = fetch_domain(request.user.actor, open_workspace(request, slug, "ws-security"), domain)
    errors = {}
    if request.method == "POST" and not confirmed_lately(request):
        return ask_to_confirm(request)
    if request.method == "POST":
        try:
            check_domain(actor=request.user.actor, domain=row)
            messages.success(request, _("%(domain)s is proved.") % {"domain": row.name})
            return redirect("domain", slug, domain)
        except Refusal as refusal:
            errors = {"form": str(refusal)}
            row.refresh_from_db()
    page = {
        "crumbs": crumbs(row.workspace, row.name),
        "domain": domain_row(row),
        "record": {"name": record_name(row.name), "value": record_value(row.token)},
        "errors": errors,
        "remove_url": reverse("domain_remove", args=[slug, domain]),
    }
    return render(request, "workspace/domain.html", page, status=409 if errors else 200)


@login_required
def domain_remove(request: HttpRequest, slug: str, domain: uuid.UUID) -> HttpResponse:
    row = fetch_domain(request.user.actor, open_workspace(request, slug, "ws-security"), domain)
    if not confirmed_lately(request):
        return ask_to_confirm(request)
    if request.method == "POST":
        remove_domain(actor=request.user.actor, domain=row)
        messages.success(request, _("%(domain)s is removed.") % {"domain": row.name})
        return redirect(_security(slug))
    page = {
        "crumbs": crumbs(row.workspace, row.name),
        "title": _("Remove %(domain)s?") % {"domain": row.name},
        "effects": [
            {"text": _("Your directory is no longer believed about addresses of %(domain)s.") % {"domain": row.name}},
            {"text": _("Nobody new gets in by one; no mail tells its holders the way to sign in.")},
            {"text": _("Whoever signed in before keeps their account and their way in."), "kept": True},
        ],
        "submit": _("Remove"),
        "cancel_url": reverse("domain", args=[slug, domain]),
    }
    return render(request, "confirm.html", page)


def domain_row(row: Domain) -> Shown:
    return {
        "name": row.name,
        "url": reverse("domain", args=[row.workspace.slug, row.id]),
        "proved_at": row.proved_at,
        "missing_since": row.missing_since if row.proved_at else None,
        "by_operator": row.by_operator,
        "checked_at": row.checked_at,
    }


def _security(slug: str) -> str:
    return f"{reverse('workspace_security', args=[slug])}#domains"
