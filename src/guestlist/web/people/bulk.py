"""Change role, deactivate, reactivate or remove many at once: first what would happen to each, then what did."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.kernel.ids import as_id
from guestlist.members.commands import change_many, set_roles, state_of
from guestlist.members.models import Membership, Role
from guestlist.members.queries import MemberRow, fetch_memberships, managed, verbs_in_main
from guestlist.web.back import came_from
from guestlist.web.crumbs import trail
from guestlist.web.people.confirm import ACTS, EVERYWHERE, VERBS
from guestlist.web.presenting import Shown, person, place, role_options
from guestlist.web.shell import open_workspace
from guestlist.workspaces.models import Workspace

MOST = 500


@dataclass(frozen=True)
class _Bulk:
    """What is asked: `act` on `rows`; `role` is the one to give, for `act == "role"`; `shown` is how the preview showed them;
    `everywhere`: on all that the users of these rows have in the workspace, which is more than one by one: it holds for where they
    would be added next, too."""

    actor: Actor
    act: str
    rows: Sequence[MemberRow]
    role: Role | None = None
    shown: Mapping[uuid.UUID, str] = field(default_factory=dict)
    everywhere: bool = False

    @property
    def role_id(self) -> str:
        return str(self.role.id) if self.role else ""

    @property
    def ready(self) -> bool:
        return self.act != "role" or self.role is not None

    def run(self, *, dry_run: bool) -> list[Refusal | None]:
        chosen: dict[uuid.UUID, Membership] = {}
        for row in self.rows:
            chosen.setdefault(self.key(row), row.membership)
        answers = change_many(memberships=list(chosen.values()), act=self._command(), dry_run=dry_run, shown=self.shown)
        found = dict(zip(chosen, answers, strict=True))
        return [found[self.key(row)] for row in self.rows]

    def key(self, row: MemberRow) -> uuid.UUID:
        """What is done at one stroke, and refused as one."""
        return row.membership.user_id if self.everywhere else row.membership.id

    def unchanged(self, row: MemberRow) -> bool:
        if self.act == "role":
            return row.roles == [self.role]
        stopped = row.membership.status == Membership.Status.DEACTIVATED
        stays = stopped and (row.membership.everywhere or not self.everywhere)
        return (self.act == "deactivate" and stays) or (self.act == "reactivate" and not stopped)

    def _command(self) -> Callable[[Membership], object]:
        if self.role is not None:
            roles = [str(self.role.id)]
            return lambda row: set_roles(actor=self.actor, membership=row, roles=roles)
        command = (EVERYWHERE if self.everywhere else ACTS)[self.act]
        return lambda row: command(actor=self.actor, membership=row)


@login_required
def bulk_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The preview; with `sure` the deed and its results. Posted `membership` ids, and `user` ids for all of theirs in sight,
    or everywhere for who may."""
    actor = request.user.actor
    workspace = open_workspace(request, slug, "ws-users")
    back = came_from(request, reverse("workspace_users", args=[slug]))
    act = request.POST.get("act", "")
    rows = fetch_memberships(actor, workspace, _ids(request, "membership"), _ids(request, "user"), MOST + 1)
    if request.method != "POST" or not rows:
        messages.error(request, _("Tick at least one user first."))
        return redirect(back)
    if act not in _words():
        raise NotFound
    if len(rows) > MOST:
        messages.error(request, _("Tick at most %(n)s at a time.") % {"n": MOST})
        return redirect(back)
    offered = _offered(actor, workspace, rows) if act == "role" else []
    shown = {row.membership.id: state for row in rows if (state := request.POST.get(f"was-{row.membership.id}"))}
    role = next((each for each in offered if str(each.id) == request.POST.get("role")), None)
    bulk = _Bulk(actor, act, rows, role, shown, _everywhere(request, workspace, act))
    # A role that was picked after the preview has not been shown yet.
    done = request.POST.get("sure") == "yes" and bulk.ready and request.POST.get("seen", "") == bulk.role_id
    answers = bulk.run(dry_run=not done) if bulk.ready else [None] * len(rows)
    return render(
        request, "people/bulk.html", _page(bulk, workspace, answers, offered, done=done) | _ways(request, workspace, back)
    )


def _ids(request: HttpRequest, name: str) -> list[uuid.UUID]:
    return [found for each in request.POST.getlist(name) if (found := as_id(each))]


def _everywhere(request: HttpRequest, workspace: Workspace, act: str) -> bool:
    """Users were ticked, not their memberships, by who may do this everywhere at once; or the preview said so."""
    asked = "user" in request.POST and VERBS.get(act) in verbs_in_main(request.user.actor, workspace)
    return act in EVERYWHERE and (asked or "everywhere" in request.POST)


def _offered(actor: Actor, workspace: Workspace, rows: Sequence[MemberRow]) -> list[Role]:
    """The roles that the actor may give in at least one of the communities concerned; elsewhere the row says why not."""
    return list(dict.fromkeys(role for card in managed(actor, workspace, rows) for role in card.offered))


def _words() -> dict[str, tuple[str, str]]:
    """For each act the question and the button."""
    return {
        "role": (_("Change the role of %(n)s memberships?"), _("Change roles")),
        "deactivate": (_("Deactivate %(n)s memberships?"), _("Deactivate")),
        "reactivate": (_("Reactivate %(n)s memberships?"), _("Reactivate")),
        "remove": (_("Remove %(n)s memberships?"), _("Remove")),
    }


def _question(bulk: _Bulk, workspace: Workspace) -> str:
    if not bulk.everywhere:
        return _words()[bulk.act][0] % {"n": len(bulk.rows)}
    n = len({bulk.key(row) for row in bulk.rows})
    question = {
        "deactivate": ngettext(
            "Deactivate %(n)s user everywhere in %(place)s?", "Deactivate %(n)s users everywhere in %(place)s?", n
        ),
        "reactivate": ngettext(
            "Reactivate %(n)s user everywhere in %(place)s?", "Reactivate %(n)s users everywhere in %(place)s?", n
        ),
        "remove": ngettext("Remove %(n)s user from all of %(place)s?", "Remove %(n)s users from all of %(place)s?", n),
    }
    return question[bulk.act] % {"n": n, "place": workspace.name}


def _ways(request: HttpRequest, workspace: Workspace, back: str) -> dict[str, Any]:
    """`waiting`: how many invitations were ticked along. They are no memberships, and stay as they are."""
    return {
        "waiting": len(_ids(request, "invitation")),
        "crumbs": trail((_("Users"), reverse("workspace_users", args=[workspace.slug])), (_("Several users"), "")),
        "back": back,
    }


def _page(
    bulk: _Bulk, workspace: Workspace, answers: Sequence[Refusal | None], offered: Sequence[Role], *, done: bool
) -> dict[str, Any]:
    changing = (row for row, answer in zip(bulk.rows, answers, strict=True) if answer is None and not bulk.unchanged(row))
    good = len({bulk.key(row) for row in changing})
    changed = ngettext("%(n)s changed", "%(n)s changed", good) % {"n": good}
    bad = len({bulk.key(row) for row, answer in zip(bulk.rows, answers, strict=True) if answer})
    if bad:
        changed += ", " + ngettext("%(n)s refused", "%(n)s refused", bad) % {"n": bad}
    return {
        "title": changed if done else _question(bulk, workspace),
        "act": bulk.act,
        "everywhere": bulk.everywhere,
        "submit": _words()[bulk.act][1],
        "danger": bulk.act in ("deactivate", "remove"),
        "roles": role_options(offered, bulk.role_id),
        "role": bulk.role_id,
        "ready": bulk.ready,
        "good": good,
        "done": done,
        "rows": [_row(bulk, row, answer, done=done) for row, answer in zip(bulk.rows, answers, strict=True)],
    }


def _row(bulk: _Bulk, row: MemberRow, answer: Refusal | None, *, done: bool) -> Shown:
    verdict = "refused" if answer else "same" if bulk.unchanged(row) else "done" if done else "will"
    roles = [bulk.role] if bulk.role and verdict == "done" else row.roles
    return {
        "id": str(row.membership.id),
        "was": state_of(row.membership, row.roles),
        "person": person(row.membership.user),
        "place": place(row.membership.community, roles=roles),
        "change": _change(bulk, row) if bulk.ready and verdict in ("will", "done") else "",
        "verdict": verdict if bulk.ready else "",
        "reason": str(answer) if answer else "",
    }


def _change(bulk: _Bulk, row: MemberRow) -> str:
    """`Guest, Case reader → Analyst`, or the states."""
    words = {"active": _("Active"), "deactivated": _("Deactivated")}
    roles = ", ".join(role.name for role in row.roles)
    if bulk.role:
        return f"{roles} → {bulk.role.name}"
    after = {"deactivate": words["deactivated"], "reactivate": words["active"], "remove": _("Removed")}[bulk.act]
    return f"{words[row.membership.status]} → {after}"
