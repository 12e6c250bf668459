"""Users and people still invited, as one list in order of address: what the three pages of people share."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import Concat, Lower
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import InvitationRow, visible_invitations, with_grants
from guestlist.kernel.actors import Actor
from guestlist.kernel.seals import seal
from guestlist.members.models import Membership, Role
from guestlist.members.queries import MemberRow, UserRow, in_order, members_of, users_of, verbs_in_main, verbs_on
from guestlist.web.people.acts import acts_everywhere, acts_on, user_url
from guestlist.web.people.filters import Asked, asked_for, filter_context
from guestlist.web.presenting import Shown, person, place, time_left, ways_in
from guestlist.workspaces.models import Community, Workspace

SIZE = 50
WaysIn = Mapping[uuid.UUID, str]  # by user
NAMED = Concat(Lower("name"), Value(" "), "email_key", output_field=TextField())  # of an invitation: as User.listed_as


def people_context(request: HttpRequest, workspace: Workspace, community: Community | None = None) -> dict[str, Any]:
    """Everything people/_list.html wants: of one community, or of the whole workspace. The first inherited members stand below the
    first page of a community's own; the others follow behind the last page of these."""
    actor, asked = request.user.actor, asked_for(request, workspace, community)
    rows = (
        []
        if asked.nowhere or asked.above
        else [*_invited(actor, workspace, asked), *_members(actor, workspace, community, asked)]
    )
    rows.sort(key=lambda pair: pair[0], reverse=asked.order == "newest")
    page, more = [row for _, row in rows[:SIZE]], len(rows) > SIZE
    above = _above(actor, workspace, community, asked) if community else []
    if more or len(above) <= SIZE:
        onwards = pager(request, seal(rows[SIZE - 1][0]) if more else "", asked.after or asked.above)
    else:
        onwards = pager(request, seal(above[SIZE - 1].key), asked.after or asked.above, name="above")
    return {
        **filter_context(actor, workspace, community, asked),
        "rows": page,
        "inherited": _grouped(workspace, community, above[:SIZE]) if community and not asked.after else [],
        "page": onwards,
        "selectable": any(row.get("select") or row.get("pick") for row in page),
        "pickable": any(row.get("pick") for row in page),
        "invited": any(row.get("select") for row in page),
        "pick_name": "membership" if community else "user",
        "bulk_acts": _bulk_acts(),
        "bulk_url": reverse("users_bulk", args=[workspace.slug]),
        "resend_url": reverse("invitations_resend", args=[workspace.slug]),
        "revoke_url": reverse("invitations_revoke", args=[workspace.slug]),
        "empty": _empty(request, any(asked.values.values())),
    }


def _bulk_acts() -> list[Shown]:
    words = {
        "role": _("Change role…"),
        "deactivate": _("Deactivate…"),
        "reactivate": _("Reactivate…"),
        "remove": _("Remove…"),
    }
    return [{"value": value, "label": label} for value, label in words.items()]


def pager(request: HttpRequest, following: str, after: str, *, name: str = "after") -> Shown:
    """Forward from row to row: a page stays right while people come and go."""
    kept = {key: value for key, value in request.GET.items() if key not in ("after", "above")}
    return {
        "next_url": f"?{urlencode({**kept, name: following})}" if following else "",
        "first_url": f"?{urlencode(kept)}" if after else "",
    }


def _members(actor: Actor, workspace: Workspace, community: Community | None, asked: Asked) -> list[tuple[str, Shown]]:
    if asked.values["status"] == "pending":
        return []
    if community is None:
        users = users_of(actor, workspace, asked.narrow, after=asked.after, limit=SIZE + 1, order=asked.order)
        return list(zip((row.key for row in users), _users(actor, workspace, users), strict=True))
    own = members_of(
        actor, workspace, community, asked.narrow, inherited=False, after=asked.after, limit=SIZE + 1, order=asked.order
    )
    verbs = verbs_on(actor, workspace, own)
    known = ways_in(workspace, [row.membership.user for row in own], [row.membership for row in own])
    return [(row.key, _member(workspace, community, row, allowed, known)) for row, allowed in zip(own, verbs, strict=True)]


def _above(actor: Actor, workspace: Workspace, community: Community, asked: Asked) -> list[MemberRow]:
    """A page, and one more, of the members that communities above carry down."""
    if asked.values["status"] in ("pending", "deactivated", "ended"):
        return []
    return members_of(
        actor,
        workspace,
        community,
        asked.narrow,
        inherited=True,
        own=False,
        after=asked.above,
        limit=SIZE + 1,
        order=asked.order,
    )


def _grouped(workspace: Workspace, community: Community, rows: Sequence[MemberRow]) -> list[Shown]:
    """By the community they come from."""
    groups: dict[Community, list[Shown]] = {}
    known = ways_in(workspace, [row.membership.user for row in rows], [row.membership for row in rows])
    for row in rows:
        if row.inherited_from:
            groups.setdefault(row.inherited_from, []).append(_member(workspace, community, row, (), known))
    return [{"place": where.name, "rows": members} for where, members in groups.items()]


def _invited(actor: Actor, workspace: Workspace, asked: Asked) -> list[tuple[str, Shown]]:
    if not asked.invited:
        return []
    found = visible_invitations(actor, workspace, state="pending", email=asked.narrow.q, community=asked.place)
    rows = list(in_order(found, asked.order, asked.after, name=NAMED)[: SIZE + 1])
    shown = with_grants(actor, workspace, rows)
    return [(str(row.key), invited_row(workspace, each)) for row, each in zip(rows, shown, strict=True)]  # type: ignore[attr-defined]


def _users(actor: Actor, workspace: Workspace, rows: Sequence[UserRow]) -> list[Shown]:
    memberships = [each for row in rows for each in row.memberships]
    verbs = dict(zip((each.membership.id for each in memberships), verbs_on(actor, workspace, memberships), strict=True))
    in_main = verbs_in_main(actor, workspace)
    known = ways_in(workspace, [row.user for row in rows], [each.membership for each in memberships])
    return [_user(workspace, row, [verbs[each.membership.id] for each in row.memberships], in_main, known) for row in rows]


def _user(workspace: Workspace, row: UserRow, verbs: Sequence[frozenset[str]], in_main: frozenset[str], known: WaysIn) -> Shown:
    url = user_url(workspace, row)
    return {
        "id": str(row.user.id),
        "person": person(row.user, url),
        "places": [place(each.membership.community, roles=each.roles) for each in row.memberships],
        "state": row.state,
        "authentication": known[row.user.id],
        "since": row.user.created_at,
        "menu": _menu(
            url, any("assign" in each for each in verbs), acts_everywhere(workspace, row, in_main.intersection(*verbs))
        ),
        "pick": str(row.user.id) if any(verbs) else None,
        "stopped": _stopped(row.memberships),
    }


def _member(workspace: Workspace, here: Community, row: MemberRow, verbs: Collection[str], known: WaysIn) -> Shown:
    user, url = row.membership.user, user_url(workspace, row, here.slug)
    through = row.inherited_from is not None
    return {
        "id": str(row.membership.id),
        "person": person(user, url),
        "roles": [role.name for role in row.roles],
        "through": through,
        "state": row.membership.state,
        "authentication": known[user.id],
        "since": row.membership.created_at,
        "menu": _menu(url, "assign" in verbs, [] if through else acts_on(workspace, row, verbs)),
        "pick": str(row.membership.id) if verbs else None,
        "stopped": _stopped([row]),
    }


def _stopped(rows: Sequence[MemberRow]) -> str:
    """`all` or `some` of them are deactivated: then there is something to reactivate."""
    stopped = [row.membership.status == Membership.Status.DEACTIVATED for row in rows]
    return "all" if all(stopped) else "some" if any(stopped) else ""


def _menu(url: str, may_edit: bool, acts: list[Shown]) -> list[Shown]:
    return [*([{"label": _("Edit roles"), "url": url}] if may_edit else []), *acts]


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
        "places": places_asked(row),
        "roles": roles,
        "state": row.delivery if undelivered else "pending",
        "state_note": left_to_answer(invitation),
        "cause": invitation.message.reason if undelivered and invitation.message else "",
        "menu": invitation_menu(workspace, invitation),
        "select": str(invitation.id),
    }


def places_asked(row: InvitationRow) -> list[Shown]:
    """Each community once, with the roles that all givers together give there."""
    roles: dict[Community, dict[uuid.UUID, Role]] = {}
    for line in row.grants:
        roles.setdefault(line.community, {}).update({role.id: role for role in line.roles})
    return [place(community, roles=list(given.values())) for community, given in roles.items()]


def left_to_answer(invitation: Invitation) -> str:
    """How long the link still works. Its time begins with the mail, so before that there is nothing to count."""
    if invitation.current_state != Invitation.State.PENDING:
        return ""
    sent = invitation.message is None or invitation.message.link_ends_at is not None
    return time_left(invitation.ends_at) if sent else _("waiting for its e-mail")


def invitation_menu(workspace: Workspace, invitation: Invitation) -> list[Shown]:
    if invitation.state != Invitation.State.PENDING:
        return []
    resend, revoke = (reverse(name, args=[workspace.slug]) for name in ("invitations_resend", "invitations_revoke"))
    one = urlencode({"invitation": invitation.id})
    return [
        {"label": _("Send again"), "url": f"{resend}?{one}", "dialog": True},
        {"label": _("Revoke…"), "url": f"{revoke}?{one}", "danger": True, "dialog": True},
    ]


def _empty(request: HttpRequest, narrowed: bool) -> Shown:
    if narrowed:
        return {
            "title": _("Nobody matches"),
            "text": _("The search or the filters hide everyone."),
            "clear_url": request.path,
            "clear_label": _("Show everyone"),
        }
    return {"title": _("Nobody here yet"), "text": _("Invite the first person."), "clear_url": "", "clear_label": ""}
