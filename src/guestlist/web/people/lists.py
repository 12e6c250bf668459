"""Users and people still invited, as one list in order of address: what the three pages of people share."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import InvitationRow, visible_invitations, with_grants
from guestlist.kernel.actors import Actor
from guestlist.members.queries import Filter, MemberRow, UserRow, members_of, users_of
from guestlist.web.presenting import Shown, person, place, time_left
from guestlist.workspaces.models import Community, Workspace

SIZE = 50
STATUSES = ("", "active", "pending", "deactivated")


def people_context(request: HttpRequest, workspace: Workspace, community: Community | None = None) -> dict[str, Any]:
    """Everything people/_list.html wants: of one community (inherited members last), or of the whole workspace."""
    actor, q = request.user.actor, request.GET.get("q", "").strip()
    status = request.GET.get("status", "") if request.GET.get("status") in STATUSES else ""
    after = request.GET.get("after", "")
    rows = _invited(actor, workspace, community, q, after) if status in ("", "pending") else []
    inherited: list[MemberRow] = []
    if status != "pending":
        members, inherited = _members(actor, workspace, community, Filter(q, status), after)
        rows += members
    rows.sort(key=lambda pair: pair[0])
    page = rows[:SIZE]
    return {
        "q": q,
        "segments": _segments(request, status),
        "hidden": [{"name": "status", "value": status}] if status else [],
        "rows": [row for _, row in page],
        "inherited": _groups(workspace, community, inherited) if community and len(rows) <= SIZE else [],
        "page": pager(request, page[-1][0] if len(rows) > SIZE else "", after),
        "selectable": any(row.get("select") for _, row in page),
        "resend_url": reverse("invitations_resend", args=[workspace.slug]),
        "revoke_url": reverse("invitations_revoke", args=[workspace.slug]),
        "empty": _empty(request, q, status),
    }


def pager(request: HttpRequest, following: str, after: str) -> Shown:
    """Forward from address to address: a page stays right while people come and go."""
    kept = {key: value for key, value in request.GET.items() if key != "after"}
    return {
        "next_url": f"?{urlencode({**kept, 'after': following})}" if following else "",
        "first_url": f"?{urlencode(kept)}" if after else "",
    }


def _members(
    actor: Actor, workspace: Workspace, community: Community | None, narrow: Filter, after: str
) -> tuple[list[tuple[str, Shown]], list[MemberRow]]:
    if community is None:
        users = users_of(actor, workspace, narrow, after=after, limit=SIZE + 1)
        return [(row.key, _user(workspace, row)) for row in users], []
    found = members_of(actor, workspace, community, narrow, inherited=True, after=after, limit=SIZE + 1)
    own = [(row.membership.email_key, _member(workspace, community, row)) for row in found if row.inherited_from is None]
    return own, [row for row in found if row.inherited_from]


def _invited(actor: Actor, workspace: Workspace, community: Community | None, q: str, after: str) -> list[tuple[str, Shown]]:
    found = visible_invitations(actor, workspace, state="pending", email=q, community=community)
    found = found.filter(email_key__gt=after).order_by("email_key")[: SIZE + 1]
    return [(row.invitation.email_key, invited_row(workspace, row)) for row in with_grants(actor, workspace, list(found))]


def _user(workspace: Workspace, row: UserRow) -> Shown:
    return {
        "id": str(row.user.id),
        "person": person(row.user, reverse("user", args=[workspace.slug, row.user.id])),
        "places": [place(each.membership.community, roles=each.roles) for each in row.memberships],
        "state": "active" if row.active else "deactivated",
        "authentication": _("Password") if row.user.has_usable_password() else "",
        "since": row.user.created_at,
        "menu": [],
    }


def _member(workspace: Workspace, here: Community, row: MemberRow) -> Shown:
    user = row.membership.user
    return {
        "id": str(row.membership.id),
        "person": person(user, reverse("user", args=[workspace.slug, user.id]) + f"?in={here.slug}"),
        "roles": [role.name for role in row.roles],
        "through": row.inherited_from is not None,
        "state": row.membership.state,
        "authentication": _("Password") if user.has_usable_password() else "",
        "since": row.membership.created_at,
        "menu": [],
    }


def _groups(workspace: Workspace, here: Community, rows: Sequence[MemberRow]) -> list[Shown]:
    """Members that a community above carries down, by that community."""
    groups: dict[Community, list[Shown]] = {}
    for row in rows:
        if row.inherited_from:
            groups.setdefault(row.inherited_from, []).append(_member(workspace, here, row))
    return [{"place": where.name, "rows": members} for where, members in groups.items()]


def invited_row(workspace: Workspace, row: InvitationRow) -> Shown:
    """A person who was asked and has not answered, as a row of the same table."""
    invitation = row.invitation
    roles = sorted({role.name for line in row.grants for role in line.roles})
    undelivered = row.delivery in ("failed", "bounced")
    return {
        "id": str(invitation.id),
        "person": {
            "name": "",
            "email": invitation.email,
            "url": reverse("invitation", args=[workspace.slug, invitation.id]),
            "note": _("Invited by %(name)s") % {"name": row.grants[-1].giver} if row.grants else "",
        },
        "places": [place(line.community, roles=line.roles) for line in row.grants],
        "roles": roles,
        "state": row.delivery if undelivered else "pending",
        "state_note": time_left(invitation.ends_at),
        "cause": invitation.message.reason if undelivered and invitation.message else "",
        "menu": invitation_menu(workspace, invitation),
        "select": str(invitation.id),
    }


def invitation_menu(workspace: Workspace, invitation: Invitation) -> list[Shown]:
    if invitation.state != Invitation.State.PENDING:
        return []
    resend, revoke = (reverse(name, args=[workspace.slug]) for name in ("invitations_resend", "invitations_revoke"))
    one = urlencode({"invitation": invitation.id})
    return [
        {"label": _("Send again"), "url": f"{resend}?{one}", "dialog": True},
        {"label": _("Revoke…"), "url": f"{revoke}?{one}", "danger": True, "dialog": True},
    ]


def _segments(request: HttpRequest, status: str) -> list[Shown]:
    words = {"": _("All"), "active": _("Active"), "pending": _("Pending"), "deactivated": _("Deactivated")}
    q = request.GET.get("q", "")
    urls = {each: "?" + urlencode({key: value for key, value in (("q", q), ("status", each)) if value}) for each in STATUSES}
    return [{"label": words[each], "url": urls[each], "current": each == status} for each in STATUSES]


def _empty(request: HttpRequest, q: str, status: str) -> Shown:
    if q or status:
        return {
            "title": _("Nobody matches"),
            "text": _("The search or the status hides everyone."),
            "clear_url": request.path,
            "clear_label": _("Show everyone"),
        }
    return {"title": _("Nobody here yet"), "text": _("Invite the first person."), "clear_url": "", "clear_label": ""}
