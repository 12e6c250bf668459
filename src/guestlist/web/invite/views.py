"""The one dialog to ask people in, under its three names, its preview, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guestlist.invitations.commands import Invited, invite
from guestlist.invitations.rules import Outcome
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.kernel.ids import as_id
from guestlist.members.queries import communities_where, fetch_workspace
from guestlist.web.crumbs import Crumbs
from guestlist.web.invite.form import InviteForm, read_form
from guestlist.web.presenting import duration
from guestlist.web.roles.lists import new_role_url
from guestlist.workspaces.models import Community, Workspace

ORDER = ("invited", "added", "updated", "already_member", "refused", "invalid")


@dataclass(frozen=True)
class Door:
    """One of the ways in: its words, and where it leads back to."""

    title: str
    submit: str
    back: str
    crumbs: Crumbs
    preset: Community | None = None
    team: Community | None = None
    email: str = ""


def invite_dialog(request: HttpRequest, workspace: Workspace, door: Door) -> HttpResponse:
    """Shows the form; on POST invites, or checks first, and shows it again with what was typed when something is wrong."""
    if not communities_where(request.user.actor, workspace, "members:invite").exists():
        raise NotFound
    form = read_form(request, workspace, preset=door.preset, team=door.team, email=door.email)
    act = request.POST.get("do", "send") if request.method == "POST" else ""
    done = _run(form, dry_run=act == "check") if act in ("send", "check") else None
    if done and act == "send":
        return _done(request, workspace, door, done)
    page = {
        "mode": "team" if door.team else "grants",
        "title": door.title,
        "lead": (door.team or door.preset or workspace).name,
        "submit": door.submit,
        "preview_url": reverse("invite_preview", args=[workspace.slug]),
        "cancel_url": door.back,
        "crumbs": door.crumbs,
        "preview": preview_of(form, done) if done else None,
        "roles_url": _create_role_url(request, workspace, door),
        **form.context(),
    }
    return render(request, "invite/dialog.html", page, status=422 if form.errors else 200)


def _create_role_url(request: HttpRequest, workspace: Workspace, door: Door) -> str | None:
    """In the community that the dialog is about, else in the first where the reader may write roles."""
    places = communities_where(request.user.actor, workspace, "roles:write")
    about = door.team or door.preset
    where = places.filter(id=about.id).first() if about else places.first()
    return new_role_url(workspace, where) if where else None


@require_POST
@login_required
def invite_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """What the form would do, as a fragment; nothing is changed. Half a form previews as nothing."""
    workspace = fetch_workspace(request.user.actor, slug)
    team = None
    if "role" in request.POST:
        places = communities_where(request.user.actor, workspace, "members:invite")
        team = places.filter(id=as_id(request.POST.get("community"))).first()
    form = read_form(request, workspace, team=team)
    done = _run(form, dry_run=True)
    return render(request, "invite/_preview.html", {"preview": preview_of(form, done) if done else None})


def _run(form: InviteForm, *, dry_run: bool) -> Invited | None:
    """The command's answer, or None with the form's errors filled in."""
    people, grants = form.people(), form.grants()
    if form.errors:
        return None
    options = form.options()
    try:
        return invite(actor=form.actor, workspace=form.workspace, people=people, grants=grants, dry_run=dry_run, **options)
    except Refusal as refusal:
        form.errors["form"] = str(refusal)
        return None


def _done(request: HttpRequest, workspace: Workspace, door: Door, done: Invited) -> HttpResponse:
    assert done.batch is not None
    troubled = done.counts.get("refused", 0) + done.counts.get("invalid", 0)
    if troubled or not done.outcomes:
        return redirect("batch", workspace.slug, done.batch.id)
    messages.success(request, summary(done.counts))
    return redirect(door.back)


def preview_of(form: InviteForm, done: Invited) -> dict[str, Any]:
    lifetime = form.options()["lifetime"] or form.workspace.invitation_lifetime
    return {
        "sum": summary(done.counts),
        "lifetime": duration(lifetime),
        "dry_run": done.batch is None,
        "groups": groups_of(done.outcomes),
    }


def groups_of(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Per outcome: how many, and up to five of them by address."""
    groups = []
    for kind in ORDER:
        found = [each for each in outcomes if each.outcome == kind]
        if found:
            reasons = sorted({each.reason for each in found if each.reason})
            shown = [each.email for each in found[:5]]
            text = " ".join(reason_words(each) for each in reasons) if kind == "refused" else ""
            groups.append({"kind": kind, "count": len(found), "people": shown, "more": max(0, len(found) - 5), "text": text})
    return groups


def reason_words(reason: str) -> str:
    return {
        "malformed": _("Not a whole e-mail address."),
        "too_long": _("Longer than an e-mail address may be."),
        "duplicate": _("Stands in the list twice."),
        "deactivated": _("Deactivated here. Reactivate first."),
        "above_ceiling": _("You may not hand out this role here. Ask an Admin of the community."),
        "not_allowed": _("You may not do this here. Ask an Admin of the community."),
        "unknown_community": _("There is no such community."),
        "unknown_role": _("There is no such role there."),
        "too_many_mails": _("Was sent 20 links already. Wait a day."),
    }.get(reason, reason)


def summary(counts: dict[str, int]) -> str:
    """`3 invited, 1 added`: the words of the preview, of the toast and of the batch page."""
    words = {
        "invited": lambda n: ngettext("%(n)s invited", "%(n)s invited", n),
        "added": lambda n: ngettext("%(n)s added at once", "%(n)s added at once", n),
        "updated": lambda n: ngettext("%(n)s updated", "%(n)s updated", n),
        "already_member": lambda n: ngettext("%(n)s unchanged", "%(n)s unchanged", n),
        "refused": lambda n: ngettext("%(n)s refused", "%(n)s refused", n),
        "invalid": lambda n: ngettext("%(n)s to correct", "%(n)s to correct", n),
    }
    return ", ".join(words[kind](counts[kind]) % {"n": counts[kind]} for kind in ORDER if counts.get(kind))
