"""My Team: the community of the switcher, its users and its invites."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guestlist.invitations.queries import InvitationRow, visible_invitations, with_grants
from guestlist.kernel.ids import as_id
from guestlist.kernel.text import clean_line
from guestlist.members.queries import fetch_community, may
from guestlist.web.crumbs import Crumbs, trail
from guestlist.web.invite.views import Door, invite_dialog
from guestlist.web.people.lists import SIZE, invitation_menu, left_to_answer, pager, people_context, places_asked
from guestlist.web.presenting import place
from guestlist.web.shell import open_workspace, remember_team
from guestlist.workspaces.models import Community, Workspace

STATES = ("pending", "accepted", "declined", "revoked", "expired", "")


@require_safe
@login_required
def team_users(request: HttpRequest, slug: str, team: str) -> HttpResponse:
    workspace, community = _team(request, slug, team, "team-users")
    page = {
        "crumbs": _crumbs(workspace, community, _("Users")),
        "community": place(community),
        "lead": community.name,
        "invite_url": _new_url(request, workspace, community),
        **people_context(request, workspace, community),
    }
    return render(request, "team/users.html", page)


@require_safe
@login_required
def team_invites(request: HttpRequest, slug: str, team: str) -> HttpResponse:
    workspace, community = _team(request, slug, team, "team-invites")
    actor = request.user.actor
    state = request.GET.get("state", "pending") if request.GET.get("state", "pending") in STATES else "pending"
    q, after = clean_line(request.GET.get("q", "")), as_id(request.GET.get("after"))
    found = visible_invitations(actor, workspace, state=state, email=q, community=community)
    found = found.filter(id__lt=after) if after else found
    rows = with_grants(actor, workspace, list(found[: SIZE + 1]))
    page = {
        "crumbs": _crumbs(workspace, community, _("Invites")),
        "lead": community.name,
        "create_url": _new_url(request, workspace, community),
        "q": q,
        "segments": _segments(q, state),
        "hidden": [{"name": "state", "value": state}],
        "rows": [_row(workspace, row) for row in rows[:SIZE]],
        "page": pager(request, str(rows[SIZE - 1].invitation.id) if len(rows) > SIZE else "", request.GET.get("after", "")),
        "invited": True,
        "selectable": state in ("pending", "expired"),
        "resend_url": reverse("invitations_resend", args=[slug]),
        "revoke_url": reverse("invitations_revoke", args=[slug]),
        "empty": _empty(request, q, state),
    }
    return render(request, "team/invites.html", page)


@login_required
def team_invites_new(request: HttpRequest, slug: str, team: str) -> HttpResponse:
    workspace, community = _team(request, slug, team, "team-invites")
    back = reverse("team_invites", args=[slug, team])
    crumbs = [*_crumbs(workspace, community, _("Invites")), *trail((_("Create Invite"), ""))]
    return invite_dialog(request, workspace, Door(_("Create Invite"), _("Send"), back, crumbs, team=community))


def _team(request: HttpRequest, slug: str, team: str, current: str) -> tuple[Workspace, Community]:
    workspace = open_workspace(request, slug, current)
    community = fetch_community(request.user.actor, workspace, team)
    remember_team(request, community)
    return workspace, community


def _new_url(request: HttpRequest, workspace: Workspace, community: Community) -> str | None:
    allowed = may(request.user.actor, "members:invite", community.id)
    return reverse("team_invites_new", args=[workspace.slug, community.slug]) if allowed else None


def _crumbs(workspace: Workspace, community: Community, label: str) -> Crumbs:
    users, invites = (reverse(name, args=[workspace.slug, community.slug]) for name in ("team_users", "team_invites"))
    return trail((_("My Team"), users), (label, invites if label == _("Invites") else users))


def _segments(q: str, state: str) -> list[dict[str, Any]]:
    words = {
        "pending": _("Pending"),
        "accepted": _("Accepted"),
        "declined": _("Declined"),
        "revoked": _("Revoked"),
        "expired": _("Expired"),
        "": _("All"),
    }
    return [{"label": words[each], "url": "?" + urlencode({"state": each, "q": q}), "current": each == state} for each in STATES]


def _row(workspace: Workspace, row: InvitationRow) -> dict[str, Any]:
    invitation = row.invitation
    message = invitation.message
    return {
        "id": str(invitation.id),
        "email": invitation.email,
        "url": reverse("invitation", args=[workspace.slug, invitation.id]),
        "inviter": row.grants[-1].giver if row.grants else "",
        "at": invitation.created_at,
        "places": places_asked(row),
        "delivery": {"state": row.delivery, "reason": message.reason if message else ""},
        "state": invitation.current_state,
        "left": left_to_answer(invitation),
        "menu": invitation_menu(workspace, invitation),
        "select": str(invitation.id) if invitation.state == "pending" else None,
    }


def _empty(request: HttpRequest, q: str, state: str) -> dict[str, str]:
    """Nothing where nobody is left out: the page has words of its own for that."""
    narrowed = state not in ("pending", "")
    if not q and not narrowed:
        return {}
    return {
        "title": _("Nobody matches"),
        "text": _("The search or the filters hide everyone.") if narrowed else _("The search hides everyone."),
        "clear_url": f"{request.path}?state=" if narrowed else request.path,
        "clear_label": _("Show everyone"),
    }
