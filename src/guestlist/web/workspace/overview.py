"""Settings > Workspace > Overview: invitations by week, members by role, the communities as a map."""

import math
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from guestlist.invitations.queries.figures import Week, invitations_by_week
from guestlist.kernel.actors import Actor
from guestlist.kernel.rows import planned_anew
from guestlist.members.queries import communities_where
from guestlist.members.queries.figures import MOST_COUNTED, MapNode, RoleCounts, map_of, members_by_role
from guestlist.web.charts import Box, boxes, fitting, stacked_bars
from guestlist.web.crumbs import settings_trail
from guestlist.web.presenting import Shown
from guestlist.web.shell import open_workspace
from guestlist.workspaces.models import Workspace

MOST_ROLES = 12
FEW = 30  # nodes for which a lower map is enough
TITLE, GAP = 22, 4
LEGIBLE = Box(0, 0, 96, 26)  # the least a name needs


@require_safe
@login_required
def overview_page(request: HttpRequest, slug: str) -> HttpResponse:
    actor, workspace = request.user.actor, open_workspace(request, slug, "ws-overview")
    with planned_anew():
        page = _pictures(actor, workspace)
    page["crumbs"] = settings_trail(slug, (_("Overview"), ""))
    return render(request, "workspace/overview.html", page)


def _pictures(actor: Actor, workspace: Workspace) -> Shown:
    tops = map_of(actor, workspace)
    places = _lines(tops, 0)
    page = {
        "roles": _roles(members_by_role(actor, workspace)),
        "maps": [{"look": look, "room": room, "tiles": _tiles(tops, room)} for look, room in _rooms(len(places))],
        "places": places,
    }
    if communities_where(actor, workspace, "members:invite").exists():
        page["weeks"] = _weeks(invitations_by_week(actor, workspace))
    return page


def _rooms(nodes: int) -> list[tuple[str, Box]]:
    """A phone gets a map of its own: smaller, not with smaller letters."""
    wide, narrow = (200, 300) if nodes <= FEW else (400, 520)
    return [("wide-only", Box(0, 0, 800, wide)), ("phone-only", Box(0, 0, 320, narrow))]


def _weeks(weeks: list[Week]) -> Shown:
    accepted, invited = sum(each.accepted for each in weeks), sum(each.invited for each in weeks)
    finding = ngettext(
        "%(accepted)s of %(n)s invitation of the last 12 weeks is accepted.",
        "%(accepted)s of %(n)s invitations of the last 12 weeks are accepted.",
        invited,
    )
    stacks = [(each.accepted, each.invited - each.accepted - each.failed, each.failed) for each in weeks]
    return {
        "finding": finding % {"accepted": f"{accepted:,}", "n": f"{invited:,}"},
        "chart": stacked_bars([date_format(each.start, "MONTH_DAY_FORMAT") for each in weeks], stacks),
        "rows": weeks[::-1],
        "any": invited > 0,
    }


def _roles(found: RoleCounts) -> Shown:
    most = max((count for _, count in found.counts), default=1)
    rows = [{"name": role.name, "count": count, "width": max(round(200 * count / most), 1)} for role, count in found.counts]
    others = rows[MOST_ROLES:]
    return {
        "rows": rows[:MOST_ROLES],
        "others": len(others),
        "others_count": sum(row["count"] for row in others),
        "partial": MOST_COUNTED if found.partial else 0,
    }


def _tiles(nodes: list[MapNode], room: Box, depth: int = 0, undrawn: int = 0) -> list[Shown]:
    """The nodes as nested boxes, larger the more communities lie in them, as far as each can be read; one more box for the number
    of the others. Nothing where not even that has room."""
    nodes = sorted(nodes, key=lambda each: -each.below)
    drawn, found = len(nodes), _boxes(nodes, undrawn, room)
    while drawn and not all(each.width >= LEGIBLE.width and each.height >= LEGIBLE.height for each in found):
        drawn -= 1
        found = _boxes(nodes[:drawn], undrawn + _all_in(nodes[drawn:]), room)
    if depth and not drawn:
        return []
    tiles = [tile for node, box in zip(nodes[:drawn], found, strict=False) for tile in _branch(node, box, depth)]
    others = undrawn + _all_in(nodes[drawn:])
    return [*tiles, *([_tile(found[-1], depth, _("%(n)s more") % {"n": f"{others:,}"})] if others else [])]


def _all_in(nodes: list[MapNode]) -> int:
    return sum(1 + each.below for each in nodes)


def _boxes(nodes: list[MapNode], others: int, room: Box) -> list[Box]:
    """With a gap around each. By the root of what lies below, or a large branch would leave the small no room to be read in."""
    found = boxes([*(1 + math.sqrt(node.below) for node in nodes), *[1.0] * bool(others)], room)
    return [Box(box.x + GAP / 2, box.y + GAP / 2, max(box.width - GAP, 1), max(box.height - GAP, 1)) for box in found]


def _branch(node: MapNode, box: Box, depth: int) -> list[Shown]:
    inner = Box(box.x + GAP / 2, box.y + TITLE, box.width - GAP, box.height - TITLE - GAP / 2)
    below = _tiles(node.children, inner, depth + 1, node.undrawn) if node.below else []
    return [_tile(box, depth, node.community.name, _counts(node), leaf=not below), *below]


def _tile(box: Box, depth: int, name: str, counts: Sequence[str] = (), *, leaf: bool = False) -> Shown:
    counted = next((each for each in counts if fitting(each, box.width) == each), "")
    return {
        "x": round(box.x, 1),
        "y": round(box.y, 1),
        "width": round(box.width, 1),
        "height": round(box.height, 1),
        "shade": depth % 2,
        "text": fitting(name, box.width) if box.height >= TITLE - 4 else "",
        "text_x": round(box.x + 7, 1),
        "text_y": round(box.y + 15, 1),
        "counted": counted if leaf and box.height >= 2 * TITLE - GAP else "",
        "counted_y": round(box.y + 31, 1),
        "title": f"{name}: {counts[0]}" if counts else name,
    }


def _counts(node: MapNode) -> list[str]:
    """What is said of a community in its box, the longest first; the first that fits is shown."""
    below = ngettext("%(n)s community below", "%(n)s communities below", node.below) % {"n": f"{node.below:,}"}
    members = ngettext("%(n)s member", "%(n)s members", node.members or 0) % {"n": f"{node.members or 0:,}"}
    if node.members is None:
        return [below]
    return [f"{members}, {below}", below] if node.below else [members]


def _lines(nodes: list[MapNode], depth: int) -> list[dict[str, Any]]:
    """The same communities as rows of a table, each followed by those below it."""
    return [
        line
        for node in nodes
        for line in [
            {"name": node.community.name, "depth": depth, "members": node.members, "below": node.below, "undrawn": node.undrawn},
            *_lines(node.children, depth + 1),
        ]
    ]
