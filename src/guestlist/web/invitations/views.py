"""One invitation, and what an admin does with one or many: send again, revoke. And how far a large batch is."""

import csv
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from guestlist.invitations.commands import Result, cancel_batch, resend_invitations, revoke_invitations
from guestlist.invitations.models import Batch
from guestlist.invitations.queries import (
    InvitationRow,
    fetch_batch,
    fetch_invitation,
    history_of,
    outcomes_of,
    visible_invitations,
)
from guestlist.kernel.ids import as_id
from guestlist.members.queries import fetch_workspace
from guestlist.web.back import came_from
from guestlist.web.crumbs import trail
from guestlist.web.history import sentences
from guestlist.web.invite.views import ORDER, reason_words
from guestlist.web.people.lists import left_to_answer
from guestlist.web.presenting import cell, initials, place, tone
from guestlist.web.shell import open_workspace
from guestlist.workspaces.models import Workspace

SHOWN = 2000


@require_safe
@login_required
def invitation_page(request: HttpRequest, slug: str, invitation: uuid.UUID) -> HttpResponse:
    workspace = open_workspace(request, slug, "ws-users")
    row = fetch_invitation(request.user.actor, workspace, invitation)
    found = row.invitation
    pending = found.state == "pending"
    one = f"?invitation={found.id}"
    page = {
        "crumbs": trail((_("Users"), reverse("workspace_users", args=[slug])), (found.email, "")),
        "invitation": {
            "inviter": _inviter(row),
            "workspace": place(workspace),
            "note": found.note,
            "grants": [place(line.community, roles=line.roles) for line in row.grants],
            "email": found.email,
            "expires_at": found.ends_at,
            "left": left_to_answer(found),
            "state": found.current_state,
            "at": found.created_at,
        },
        "delivery": {
            "state": row.delivery,
            "reason": found.message.reason if found.message else "",
            "at": found.message.at if found.message else None,
        },
        "history": sentences(history_of(request.user.actor, workspace, row)),
        "resend_url": reverse("invitations_resend", args=[slug]) + one if pending else None,
        "revoke_url": reverse("invitations_revoke", args=[slug]) + one if pending else None,
    }
    return render(request, "invitations/detail.html", page)


@login_required
def resend_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A question for one, at once for the many ticked: a new link, which kills the old one."""
    workspace = open_workspace(request, slug, "ws-users")
    ids = _chosen(request)
    if request.method == "GET":
        return _ask(request, workspace, ids, resend=True)
    _tell(request, resend_invitations(actor=request.user.actor, workspace=workspace, ids=ids), resend=True)
    return redirect(_back(request, workspace))


@login_required
def revoke_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks first, naming who loses what; revokes when the question was answered."""
    workspace = open_workspace(request, slug, "ws-users")
    ids = _chosen(request)
    if request.POST.get("sure") != "yes":
        return _ask(request, workspace, ids, resend=False)
    _tell(request, revoke_invitations(actor=request.user.actor, workspace=workspace, ids=ids), resend=False)
    return redirect(_back(request, workspace))


@require_safe
@login_required
def batch_page(request: HttpRequest, slug: str, batch: uuid.UUID) -> HttpResponse:
    workspace = open_workspace(request, slug, "ws-users")
    found = fetch_batch(request.user.actor, workspace, batch)
    running = found.state in ("queued", "running")
    page = {
        "crumbs": trail((_("Users"), reverse("workspace_users", args=[slug])), (_("Outcomes"), "")),
        "batch": {"state": found.state, "done": found.done, "total": found.total, "by": found.actor_name, "at": found.created_at},
        "counts": [{"kind": kind, "count": found.counts[kind]} for kind in ORDER if found.counts.get(kind)],
        "groups": _groups(workspace, found),
        "stop_url": reverse("batch_cancel", args=[slug, found.id]) if running else None,
        "csv_url": reverse("batch_csv", args=[slug, found.id]) if _troubled(found) and not running else None,
        "back_url": reverse("workspace_users", args=[slug]),
    }
    return render(request, "invite/batch.html", page)


@require_safe
@login_required
def batch_csv(request: HttpRequest, slug: str, batch: uuid.UUID) -> HttpResponse:
    """Those to correct, as a table to mend and upload again."""
    workspace = fetch_workspace(request.user.actor, slug)
    found = fetch_batch(request.user.actor, workspace, batch)
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="to-correct.csv"'}
    )
    rows = csv.writer(response)
    rows.writerow(["email", "outcome", "reason"])
    rows.writerows(
        [cell(str(each["email"])), each["outcome"], each["reason"]]
        for each in outcomes_of(found, limit=found.total)[0]
        if each["reason"]
    )
    return response


@require_POST
@login_required
def batch_cancel(request: HttpRequest, slug: str, batch: uuid.UUID) -> HttpResponse:
    workspace = fetch_workspace(request.user.actor, slug)
    cancel_batch(actor=request.user.actor, batch=fetch_batch(request.user.actor, workspace, batch))
    messages.success(request, _("Stopped. Who was invited by then stays invited."))
    return redirect("batch", slug, batch)


def _inviter(row: InvitationRow) -> dict[str, Any] | None:
    if not row.grants:
        return None
    last = row.grants[-1]
    return {"name": last.giver, "initials": initials(last.giver), "tone": tone(last.giver_id) if last.giver_id else 0}


def _groups(workspace: Workspace, batch: Batch) -> list[dict[str, Any]]:
    """The outcomes by kind, those that need someone in full, of the others the first few."""
    outcomes = outcomes_of(batch, limit=SHOWN)[0]
    groups = []
    for kind in ORDER:
        found = [each for each in outcomes if each["outcome"] == kind]
        if found:
            rows = [_outcome(workspace, each) for each in found[:200]]
            groups.append({"kind": kind, "count": batch.counts[kind], "rows": rows, "more": batch.counts[kind] - len(rows)})
    return groups


def _outcome(workspace: Workspace, outcome: dict[str, Any]) -> dict[str, Any]:
    url = reverse("invitation", args=[workspace.slug, outcome["invitation"]]) if outcome["invitation"] else ""
    return {"who": outcome["email"], "text": reason_words(outcome["reason"] or ""), "url": url}


def _troubled(batch: Batch) -> bool:
    return bool(batch.counts.get("invalid") or batch.counts.get("refused"))


def _chosen(request: HttpRequest) -> list[uuid.UUID]:
    given = (
        request.GET.getlist("invitation")
        if request.method == "GET"
        else request.POST.getlist("invitation") or request.GET.getlist("invitation")
    )
    return [found for each in given if (found := as_id(each))]


def _ask(request: HttpRequest, workspace: Workspace, ids: list[uuid.UUID], *, resend: bool) -> HttpResponse:
    found = list(visible_invitations(request.user.actor, workspace).filter(id__in=ids)[:1000])
    if not found:
        messages.error(request, _("Tick at least one invitation first."))
        return redirect(_back(request, workspace))
    page: dict[str, Any] = (
        _resend_question(found[0].email, len(found)) if resend else _revoke_question(found[0].email, len(found))
    )
    hidden = [{"name": "invitation", "value": str(each.id)} for each in found]
    page |= {
        "hidden": [*hidden, {"name": "sure", "value": "yes"}, {"name": "next", "value": _back(request, workspace)}],
        "cancel_url": _back(request, workspace),
    }
    return render(request, "confirm.html", page)


def _resend_question(email: str, count: int) -> dict[str, Any]:
    title = ngettext("Send the invitation to %(email)s again?", "Send %(n)s invitations again?", count) % {
        "email": email,
        "n": count,
    }
    effects = [
        _("A new link goes out by e-mail."),
        _("The link sent before no longer works."),
        _("You become the one who invites."),
    ]
    return {"title": title, "effects": [{"text": each} for each in effects], "submit": _("Send again"), "safe": True}


def _revoke_question(email: str, count: int) -> dict[str, Any]:
    title = ngettext("Revoke the invitation of %(email)s?", "Revoke %(n)s invitations?", count) % {"email": email, "n": count}
    effects = [{"text": _("The link stops working at once.")}, {"text": _("The history keeps that it was sent."), "kept": True}]
    return {"title": title, "effects": effects, "submit": _("Revoke")}


def _tell(request: HttpRequest, results: list[Result], *, resend: bool) -> None:
    done = sum(1 for each in results if each.refusal is None)
    if done:
        words = (
            ngettext("%(n)s sent again", "%(n)s sent again", done) if resend else ngettext("%(n)s revoked", "%(n)s revoked", done)
        )
        messages.success(request, words % {"n": done})
    for refusal in dict.fromkeys(str(each.refusal) for each in results if each.refusal):
        messages.error(request, refusal)


def _back(request: HttpRequest, workspace: Workspace) -> str:
    return came_from(request, reverse("workspace_users", args=[workspace.slug]))
