"""The small form that asks whether a user may do something somewhere, and the sentences of the answer."""

from typing import Any

from django.http import HttpRequest
from django.template.defaultfilters import date as in_words
from django.utils.translation import gettext as _

from guestlist.access.permissions import catalogue
from guestlist.invitations.queries.why import Answer, Cause, explain
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import Refusal
from guestlist.members.models import Membership
from guestlist.members.queries import UserRow, visible_communities
from guestlist.web.presenting import allows, permission_groups
from guestlist.workspaces.errors import UnknownCommunity
from guestlist.workspaces.models import Community, Workspace

OFFERED = 50


def why_context(request: HttpRequest, workspace: Workspace, found: UserRow) -> dict[str, Any]:
    """What people/_why.html wants; the answer only where something was asked."""
    asked, name = request.GET.get("permission", ""), request.GET.get("community", "").strip()
    places = visible_communities(request.user.actor, workspace)
    answer, error = None, ""
    if asked:
        try:
            community = community_called(request.user.actor, workspace, name)
            answer = explain(request.user.actor, workspace, found.user, asked, community)
        except Refusal as refusal:
            error = str(refusal)
    return {
        "permissions": permission_groups(catalogue(), {asked}),
        "places": [each.name for each in places[:OFFERED]],
        "community": name or found.memberships[0].membership.community.name,
        "answer": {"allowed": answer.allowed, "lines": lines(answer, _in_words(asked))} if answer else None,
        "error": error,
    }


def community_called(actor: Actor, workspace: Workspace, name: str) -> Community:
    """The community in sight of this name or short name; of several with the same name the first. Raises UnknownCommunity."""
    places = visible_communities(actor, workspace)
    found = (places.filter(slug=name).first() or places.filter(name__iexact=name).first()) if name.isprintable() else None
    if found is None:
        raise UnknownCommunity
    return found


def _in_words(permission: str) -> str:
    return f"“{allows(catalogue()[permission]).rstrip('.')}”"


def lines(answer: Answer, permission: str) -> list[str]:
    """A sentence for each role that allows it; or why not, and what would be needed. `permission`: how the sentences call it."""
    if answer.allowed:
        return [_yes(cause, answer.community) for cause in answer.causes]
    names = {"permission": permission, "place": answer.community.name, "name": answer.user.name or answer.user.email}
    no = _("No: no role of %(name)s allows %(permission)s in %(place)s.")
    said = [
        (no if answer.whole else _("No, as far as you may see: no role of %(name)s allows %(permission)s in %(place)s.")) % names
    ]
    said += [_asleep(row) for row in answer.asleep]
    needed = ", ".join(answer.needed)
    if needed:
        said.append(_("Needed would be one of these roles there or above: %(roles)s.") % {"roles": needed})
    return said


def _yes(cause: Cause, asked: Community) -> str:
    names = {"role": cause.role, "place": cause.community.name, "below": asked.name, "giver": cause.giver}
    day = {"day": in_words(cause.at, "j F Y")} if cause.at else {}
    if cause.community != asked:
        words = _("Yes: %(role)s in %(place)s, which reaches %(below)s, given by %(giver)s on %(day)s.")
        return (words if day and cause.giver else _("Yes: %(role)s in %(place)s, which reaches %(below)s.")) % {**names, **day}
    words = _("Yes: %(role)s in %(place)s, given by %(giver)s on %(day)s.")
    return (words if day and cause.giver else _("Yes: %(role)s in %(place)s.")) % {**names, **day}


def _asleep(row: Membership) -> str:
    place = {"place": row.community.name}
    if not row.user.is_active:
        return _("The account is disabled, so the membership in %(place)s carries nothing.") % place
    if row.state == "ended":
        return _("The membership in %(place)s would, but it has ended.") % place
    return _("The membership in %(place)s would, but it is deactivated.") % place
