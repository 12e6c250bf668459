"""A user, as the viewer may see them: who they are, where they belong, and the form of their roles."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guestlist.invitations.queries import history_of_user, visible_invitations
from guestlist.invitations.queries.why import arrival_of
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.members.queries import (
    MemberRow,
    UserRow,
    communities_named,
    communities_where,
    fetch_user,
    fetch_workspace,
    keys_made_by,
    managed,
    verbs_in_main,
)
from guestlist.web.crumbs import Crumbs, trail
from guestlist.web.history import sentences
from guestlist.web.invite.views import Door, invite_dialog
from guestlist.web.people.acts import acts_everywhere, acts_on
from guestlist.web.people.differences import differences
from guestlist.web.people.role_form import Wish, membership_rows, save, wishes
from guestlist.web.people.why import why_context
from guestlist.web.presenting import Shown, person, ways_in
from guestlist.web.shell import at, open_workspace, remember_team
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.queries import children_of


@login_required
def user_page(request: HttpRequest, slug: str, user: uuid.UUID) -> HttpResponse:
    """Nothing is changed without `Save`; the field beside each refusal says why not."""
    workspace = fetch_workspace(request.user.actor, slug)
    found = fetch_user(request.user.actor, workspace, user)
    cards = managed(request.user.actor, workspace, _in_order(request, found.memberships))
    wanted = wishes(cards, request.POST if request.method == "POST" else None)
    errors: dict[str, str] = {}
    if request.method == "POST" and request.POST.get("do") != "preview":
        errors = save(request.user.actor, wanted)
        if not errors:
            messages.success(request, _("Saved.") if any(each.changed for each in wanted) else _("Nothing was changed."))
            return _after_saving(request, workspace, user)
    page = _page(request, workspace, found, wanted, errors)
    return render(request, "people/user.html", page, status=422 if errors else 200)


def _in_order(request: HttpRequest, rows: Sequence[MemberRow]) -> list[MemberRow]:
    here = request.GET.get("in", "")
    return sorted(rows, key=lambda row: row.membership.community.slug != here)


def _after_saving(request: HttpRequest, workspace: Workspace, user: uuid.UUID) -> HttpResponse:
    """The page again; home for who saved away their own sight."""
    try:
        fetch_user(request.user.actor, fetch_workspace(request.user.actor, workspace.slug), user)
    except NotFound:
        return redirect("home")
    return redirect(request.get_full_path())


def _page(
    request: HttpRequest, workspace: Workspace, found: UserRow, wanted: Sequence[Wish], errors: dict[str, str]
) -> dict[str, Any]:
    shown = person(found.user)
    reaching = set(children_of([each.membership.community_id for each in wanted]))
    everywhere = verbs_in_main(request.user.actor, workspace).intersection(*(each.card.verbs for each in wanted))
    return {
        "crumbs": [*_crumbs(request, workspace), *trail((shown["name"], ""))],
        "person": {**shown, "first": shown["name"].partition(" ")[0]},
        "state": "active" if found.active else "deactivated",
        "lead": _lead(workspace, found),
        "add_url": _add_url(request.user.actor, workspace, found),
        "memberships": [
            {
                **row,
                "acts": acts_on(workspace, wish.card.row, wish.card.verbs),
                "reaches": wish.membership.community_id in reaching,
            }
            for row, wish in zip(membership_rows(wanted, errors), wanted, strict=True)
        ],
        "everywhere": acts_everywhere(workspace, found, everywhere),
        "may_save": any("assign" in each.card.verbs for each in wanted),
        "differences": differences(request.user.actor, workspace, wanted) if request.POST.get("do") == "preview" else None,
        "facts": _facts(workspace, found) if any("deactivate" in each.card.verbs for each in wanted) else None,
        "why": why_context(request, workspace, found),
        "here": request.GET.get("in", ""),
        "invited": _invited(request.user.actor, workspace, found),
        "keys": _keys(request.user.actor, workspace, found),
        "history": sentences(history_of_user(request.user.actor, workspace, found.user)),
        "errors": errors,
    }


@login_required
def user_add(request: HttpRequest, slug: str, user: uuid.UUID) -> HttpResponse:
    """Into another community: the dialog to ask people in, with their address in it."""
    workspace = open_workspace(request, slug, "ws-users")
    found = fetch_user(request.user.actor, workspace, user)
    back = reverse("user", args=[slug, user])
    title = _("Add %(name)s to a community") % {"name": person(found.user)["name"]}
    crumbs = trail((_("Users"), reverse("workspace_users", args=[slug])), (title, ""))
    return invite_dialog(request, workspace, Door(title, _("Add"), back, crumbs, email=found.user.email))


def _add_url(actor: Actor, workspace: Workspace, found: UserRow) -> str | None:
    places = communities_where(actor, workspace, "members:invite")
    elsewhere = places.exclude(id__in=[each.membership.community_id for each in found.memberships]).exists()
    return reverse("user_add", args=[workspace.slug, found.user.id]) if elsewhere else None


def _lead(workspace: Workspace, found: UserRow) -> str:
    came = arrival_of([each.membership for each in found.memberships])
    words = {"workspace": workspace.name, "date": date_format(came.at, "SHORT_DATE_FORMAT"), "by": came.by}
    if not came.by:
        return _("In %(workspace)s since %(date)s") % words
    if came.invited:
        return _("In %(workspace)s since %(date)s, invited by %(by)s") % words
    return _("In %(workspace)s since %(date)s, added by %(by)s") % words


def _crumbs(request: HttpRequest, workspace: Workspace) -> Crumbs:
    """Back to the list the reader came from: the team's, or the workspace's."""
    name = request.GET.get("in", "")
    community = communities_named(request.user.actor, workspace, [name]).get(name) if name.isprintable() else None
    if community is None:
        at(request, "ws-users", workspace)
        return trail((_("Users"), reverse("workspace_users", args=[workspace.slug])))
    at(request, "team-users", workspace)
    remember_team(request, community)
    team = reverse("team_users", args=[workspace.slug, community.slug])
    return trail((_("My Team"), team), (_("Users"), team))


def _facts(workspace: Workspace, found: UserRow) -> Shown:
    """How and when they came in here last: for who may shut them out. Of one who never came, nothing of their account is told."""
    memberships = [each.membership for each in found.memberships]
    last = max((each.seen_at for each in memberships if each.seen_at), default=None)
    return {"sign_in": ways_in(workspace, [found.user], memberships)[found.user.id], "last": last}


def _keys(actor: Actor, workspace: Workspace, found: UserRow) -> list[Shown]:
    """What outlives them: the keys they made, where the reader may revoke them."""
    return [
        {
            "id": str(row.id),
            "name": row.name,
            "place": row.community.name,
            "revoke_url": reverse("key_revoke", args=[workspace.slug, row.id]),
        }
        for row in keys_made_by(actor, workspace, found.user.id)
    ]


def _invited(actor: Actor, workspace: Workspace, found: UserRow) -> Shown | None:
    """What waits for their answer, where the actor may invite."""
    waiting = visible_invitations(actor, workspace, state="pending").filter(email_key=found.key).first()
    return {"url": reverse("invitation", args=[workspace.slug, waiting.id])} if waiting else None
