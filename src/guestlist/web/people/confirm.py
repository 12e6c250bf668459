"""Deactivate, reactivate, remove: in one community or everywhere, each after a page that says exactly what will end."""

import uuid
from collections.abc import Callable, Sequence
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guestlist.invitations.commands import remove_everywhere
from guestlist.invitations.queries import waiting_for
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.members.commands import deactivate, reactivate, remove
from guestlist.members.errors import NotAllowed
from guestlist.members.models import ApiKey, Membership
from guestlist.members.queries import (
    MemberRow,
    UserRow,
    communities_below,
    fetch_membership,
    fetch_user,
    keys_made_by,
    verbs_in_main,
    verbs_on,
)
from guestlist.web.back import came_from
from guestlist.web.presenting import Shown
from guestlist.web.shell import open_workspace
from guestlist.workspaces.models import Community, Workspace

ACTS = {"deactivate": deactivate, "reactivate": reactivate, "remove": remove}
EVERYWHERE = {
    "deactivate": partial(deactivate, everywhere=True),
    "reactivate": partial(reactivate, everywhere=True),
    "remove": remove_everywhere,
}
VERBS = {"deactivate": "deactivate", "reactivate": "deactivate", "remove": "remove"}
NAMED = 5


@login_required
def membership_act(request: HttpRequest, slug: str, membership: uuid.UUID, act: str) -> HttpResponse:
    """In one community."""
    actor = request.user.actor
    workspace = open_workspace(request, slug, "ws-users")
    row = fetch_membership(actor, workspace, membership)
    if act not in ACTS:
        raise NotFound
    if request.method == "POST":
        return _do(request, workspace, row.membership, act, ACTS[act])
    if VERBS[act] not in verbs_on(actor, workspace, [row])[0]:
        raise NotAllowed
    others = [each for each in fetch_user(actor, workspace, row.membership.user_id).memberships if each != row]
    return _ask(request, workspace, row.membership, act, _effects(actor, workspace, act, [row], others))


@login_required
def user_act(request: HttpRequest, slug: str, user: uuid.UUID, act: str) -> HttpResponse:
    """Everywhere in the workspace."""
    actor = request.user.actor
    workspace = open_workspace(request, slug, "ws-users")
    found = fetch_user(actor, workspace, user)
    if act not in ACTS:
        raise NotFound
    if request.method == "POST":
        return _do(request, workspace, found.memberships[0].membership, act, EVERYWHERE[act])
    if VERBS[act] not in verbs_in_main(actor, workspace).intersection(*verbs_on(actor, workspace, found.memberships)):
        raise NotAllowed
    effects = _waiting(actor, workspace, found) if act == "remove" else []
    effects += _effects(actor, workspace, act, found.memberships, [])
    return _ask(request, workspace, found.memberships[0].membership, act, effects, all_of=found)


def _do(
    request: HttpRequest, workspace: Workspace, membership: Membership, act: str, command: Callable[..., object]
) -> HttpResponse:
    try:
        command(actor=request.user.actor, membership=membership)
        messages.success(request, _done(act) % {"name": _called(membership)})
    except Refusal as refusal:
        messages.error(request, str(refusal))
    users = reverse("workspace_users", args=[workspace.slug])
    back = came_from(request, users)
    if f"/users/{membership.user_id}" in back and not _still_seen(request.user.actor, workspace, membership.user_id):
        back = users
    return redirect(back)


def _still_seen(actor: Actor, workspace: Workspace, user: uuid.UUID) -> bool:
    try:
        fetch_user(actor, workspace, user)
    except NotFound:
        return False
    return True


def _ask(
    request: HttpRequest,
    workspace: Workspace,
    membership: Membership,
    act: str,
    effects: list[Shown],
    all_of: UserRow | None = None,
) -> HttpResponse:
    back = came_from(request, reverse("user", args=[workspace.slug, membership.user_id]))
    names = {"name": _called(membership), "place": workspace.name if all_of else membership.community.name}
    page = {
        "title": (_everywhere_question(act) if all_of else _question(act)) % names,
        "effects": effects,
        "submit": _button(act) % {"name": names["name"].partition(" ")[0]},
        "safe": act == "reactivate",
        "hidden": [{"name": "next", "value": back}],
        "cancel_url": back,
    }
    return render(request, "confirm.html", page)


def _question(act: str) -> str:
    return {
        "deactivate": _("Deactivate %(name)s in %(place)s?"),
        "reactivate": _("Reactivate %(name)s in %(place)s?"),
        "remove": _("Remove %(name)s from %(place)s?"),
    }[act]


def _everywhere_question(act: str) -> str:
    return {
        "deactivate": _("Deactivate %(name)s everywhere in %(place)s?"),
        "reactivate": _("Reactivate %(name)s everywhere in %(place)s?"),
        "remove": _("Remove %(name)s from all of %(place)s?"),
    }[act]


def _button(act: str) -> str:
    return {"deactivate": _("Deactivate %(name)s"), "reactivate": _("Reactivate %(name)s"), "remove": _("Remove %(name)s")}[act]


def _done(act: str) -> str:
    return {
        "deactivate": _("%(name)s is deactivated"),
        "reactivate": _("%(name)s is active again"),
        "remove": _("%(name)s is removed"),
    }[act]


def _called(membership: Membership) -> str:
    return membership.user.name or membership.user.email


def _effects(actor: Actor, workspace: Workspace, act: str, rows: Sequence[MemberRow], others: Sequence[MemberRow]) -> list[Shown]:
    """What ends (or begins again), community by community and below; then what stays."""
    lines = [{"text": line, "kept": act == "reactivate"} for row in rows for line in _reach(actor, workspace, act, row)]
    keys = keys_made_by(actor, workspace, rows[0].membership.user_id, NAMED) if act != "reactivate" else []
    return lines + [{"text": line, "kept": True} for line in _stays(act, keys, others)]


def _waiting(actor: Actor, workspace: Workspace, row: UserRow) -> list[Shown]:
    if not waiting_for(actor, workspace, row.user.id).exists():
        return []
    return [{"text": _("Their pending invitation here is revoked, as far as you may revoke it."), "kept": False}]


def _reach(actor: Actor, workspace: Workspace, act: str, row: MemberRow) -> list[str]:
    roles = ", ".join(role.name for role in row.roles)
    here = row.membership.community
    words = _("%(roles)s in %(place)s works again.") if act == "reactivate" else _("%(roles)s in %(place)s ends at once.")
    if act != "reactivate" and row.membership.state != "active":
        words = _("%(roles)s in %(place)s carries nothing already.")
    below = list(communities_below(actor, workspace, here)[: NAMED + 1])
    return [words % {"roles": roles, "place": here.name}, *([_below(here, below)] if below else [])]


def _below(here: Community, below: Sequence[Community]) -> str:
    names = ", ".join(each.name for each in below[:NAMED])
    if len(below) > NAMED:
        return _("So it does in every community below %(place)s: %(names)s and more.") % {"place": here.name, "names": names}
    return ngettext("So it does in %(names)s below it.", "So it does below it, in %(names)s.", len(below)) % {"names": names}


def _stays(act: str, keys: Sequence[ApiKey], others: Sequence[MemberRow]) -> list[str]:
    """`keys` are some that they made, `others` memberships in sight that this act does not touch."""
    kept = [each for each in others if each.membership.state == Membership.Status.ACTIVE]
    lines = [
        _("%(roles)s in %(place)s stays.")
        % {"roles": ", ".join(role.name for role in each.roles), "place": each.membership.community.name}
        for each in kept[:NAMED]
    ]
    if act == "deactivate":
        lines.append(_("The roles stay written down: reactivating brings them back."))
    if act == "remove":
        lines.append(_("To come back they need to be invited again."))
    if act != "reactivate":
        lines.append(_("API keys they made keep working: a key belongs to its community."))
    if keys:
        lines.append(
            _("Keys of theirs that work: %(keys)s.")
            % {"keys": ", ".join(f"{each.name} ({each.community.name})" for each in keys)}
        )
    return [*lines, _("Their account, password and other workspaces are not touched.")]
