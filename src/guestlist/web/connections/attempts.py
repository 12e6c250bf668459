"""Who was refused, why, and `Let in`."""

import uuid
from collections.abc import Collection

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guestlist.kernel.errors import Refusal
from guestlist.kernel.text import address_key
from guestlist.sso.commands import let_in
from guestlist.sso.models import Attempt
from guestlist.sso.queries import fetch_attempt, places_for, proved_domains
from guestlist.web.confirming import ask_to_confirm, confirmed_lately
from guestlist.web.connections.opening import crumbs, open_for_connections
from guestlist.web.invite.form import InviteForm
from guestlist.web.presenting import Shown, initials, tone


@login_required
def let_in_page(request: HttpRequest, slug: str, attempt: uuid.UUID) -> HttpResponse:
    """Starts with what the connection would give them; the admin gives that, or something else."""
    workspace = open_for_connections(request, slug)
    row = fetch_attempt(request.user.actor, workspace, attempt)
    if not confirmed_lately(request):
        return ask_to_confirm(request)
    form = InviteForm(request.user.actor, workspace, request.POST if request.method == "POST" else _given(row))
    if request.method == "POST" and request.POST.get("do") != "find" and _let_in(request, row, form):
        who = row.name or row.email
        messages.success(request, _("%(who)s is let in: the next sign-in succeeds.") % {"who": who})
        return redirect("connection", slug, row.connection_id)
    page = {
        "crumbs": crumbs(workspace, _("Let in"), connection=row.connection),
        "attempt": attempt_row(row, proved_domains(workspace)),
        "connection": row.connection.name,
        "cancel_url": reverse("connection", args=[slug, row.connection_id]),
        **form.context(),
    }
    return render(request, "connections/let_in.html", page, status=422 if form.errors else 200)


def _let_in(request: HttpRequest, row: Attempt, form: InviteForm) -> bool:
    wanted = form.grants()
    if not form.errors:
        try:
            let_in(actor=request.user.actor, attempt=row, wanted=wanted)
        except Refusal as refusal:
            form.errors["form"] = str(refusal)
    return not form.errors


def _given(row: Attempt) -> QueryDict:
    """What the connection gives people of these groups, as the form posts it."""
    posted = QueryDict(mutable=True)
    for each in places_for(row.connection, row.groups):
        posted.appendlist("community", str(each.community))
        posted.setlist(f"roles-{each.community}", [str(role) for role in each.roles])
    return posted


def attempt_row(row: Attempt, domains: Collection[str]) -> Shown:
    """`domains`: those proved. Where the address lies in none of them, letting in would be refused."""
    name = row.name or row.email or _("Somebody without an address")
    return {
        "id": str(row.id),
        "person": {"name": name, "email": row.email, "initials": initials(name), "tone": tone(row.subject)},
        "name": name,
        "email": row.email,
        "groups": row.groups,
        "why": reason_words(row.reason),
        "outside": row.reason == "foreign_domain" and address_key(row.email).rpartition("@")[2] not in domains,
        "times": row.times,
        "at": row.last_at,
        "url": reverse("attempt", args=[row.connection.workspace.slug, row.id]),
    }


def reason_words(reason: str) -> str:
    return {
        "no_subject": _("The directory names no subject (sub), so nobody could be known again."),
        "no_address": _("The directory names no e-mail address."),
        "unverified_address": _("The directory says that nobody verified the address."),
        "foreign_domain": _("The workspace has not proved the domain of the address."),
        "account_disabled": _("The account is disabled."),
        "removed": _("Was removed or deactivated here."),
        "not_invited": _("Automatic user creation is off, and nobody invited them."),
        "no_role": _("No role by default is set, and none of their groups is mapped."),
        "role_not_given": _("Whoever set the roles may no longer give them."),
    }.get(reason, reason)
