"""The tree of communities: beside a community's page, and as a page of its own."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from guestlist.kernel.errors import NotFound
from guestlist.kernel.ids import as_id
from guestlist.kernel.text import clean_line
from guestlist.members.queries import visible_communities
from guestlist.members.queries.tree import LEVEL, Facts, Tree, facts_beside, paths_to, tree_around
from guestlist.web.crumbs import trail
from guestlist.web.presenting import Shown, place
from guestlist.web.shell import at, current_workspace
from guestlist.workspaces.models import Community, Workspace

UrlOf = Callable[[Community], str]


@require_safe
@login_required
def tree_page(request: HttpRequest) -> HttpResponse:
    """All communities in sight; a branch opens by ?open=, so that only what is looked at is read."""
    workspace = current_workspace(request)
    if workspace is None:
        raise NotFound
    at(request, "communities", workspace)
    opened = _asked_for(request, workspace)
    page = {
        "crumbs": trail((_("Managed Communities"), reverse("communities")), (_("Tree"), "")),
        "lead": _("The communities of %(workspace)s you may see.") % {"workspace": workspace.name},
        **tree_context(request, workspace, opened, wide=True),
    }
    return render(request, "user_center/tree.html", page)


def _asked_for(request: HttpRequest, workspace: Workspace) -> Community | None:
    """The branch that is open: the one asked for, else the first there is."""
    places = visible_communities(request.user.actor, workspace)
    if "open" not in request.GET:
        return places.first()
    return places.filter(id=as_id(request.GET["open"])).first() if request.GET["open"] else None


def tree_context(
    request: HttpRequest, workspace: Workspace, here: Community | None, *, tab: str = "users", wide: bool = False
) -> dict[str, Any]:
    """tree, more and find for user_center/_tree.html, and the facts by community, `here` included. `wide` has counts of both kinds, folds and menus."""
    start = int(request.GET["from"]) if request.GET.get("from", "").isdecimal() and len(request.GET["from"]) < 7 else 0
    find = clean_line(request.GET.get("find", ""))

    def url_of(row: Community) -> str:
        return reverse("community", args=[row.id, tab])

    if find:
        return {"find": find, **_found(request, workspace, find, start, here, url_of, wide=wide)}
    tree = tree_around(request.user.actor, workspace, here, start=start)
    facts = facts_beside(request.user.actor, [*tree.rows, *([here] if here else [])])
    drawing = _Drawing(tree, facts, here, start, url_of, wide)
    return {"find": "", "tree": drawing.level(None), "more": drawing.more(None), "facts": facts}


@dataclass(frozen=True)
class _Drawing:
    """One tree on its way into a template."""

    tree: Tree
    facts: dict[uuid.UUID, Facts]
    here: Community | None
    start: int
    url_of: UrlOf
    wide: bool

    def level(self, parent: Community | None) -> list[Shown]:
        return [self.node(row) for row in self.tree.below.get(parent.id if parent else None, [])]

    def node(self, row: Community) -> Shown:
        facts = self.facts[row.id]
        opened = row.id in self.tree.opened
        shown = {
            **place(row, self.url_of(row)),
            "current": row == self.here and not self.wide,
            "open": opened,
            "count": facts.members,
            "note": below_words(facts.children) if self.wide or not opened else "",
            "children": self.level(row),
            "more": self.more(row),
        }
        if self.wide:
            shown["menu"] = place_menu(row, facts)
            if not self.tree.whole and facts.children:
                # The parent is named only where it is in the tree itself: the reader's sight may begin below it.
                up = row.parent_id if row.parent_id in self.tree.opened else ""
                shown["fold_url"] = "?" + urlencode({"open": up if opened else row.id})
        return shown

    def more(self, parent: Community | None) -> str:
        """Where the next rows of a level stand: always on the page of the tree."""
        if (parent.id if parent else None) not in self.tree.more:
            return ""
        following = LEVEL + (self.start if parent == self.here else 0)
        query = urlencode({"open": parent.id if parent else "", "from": following})
        return f"{reverse('community_tree')}?{query}"


def _found(
    request: HttpRequest, workspace: Workspace, find: str, start: int, here: Community | None, url_of: UrlOf, *, wide: bool
) -> dict[str, Any]:
    """What a search finds, each with the way to it."""
    places = visible_communities(request.user.actor, workspace).filter(name__icontains=find)
    rows = list(places[start : start + LEVEL + 1])
    more = "?" + urlencode({"find": find, "from": start + LEVEL}) if len(rows) > LEVEL else ""
    rows = rows[:LEVEL]
    facts = facts_beside(request.user.actor, [*rows, *([here] if here else [])])
    ways = way_words(request, rows)
    tree = [
        {
            **place(row, url_of(row)),
            "current": row == here and not wide,
            "note": ways[row.id],
            "count": facts[row.id].members,
            "menu": place_menu(row, facts[row.id]) if wide else [],
        }
        for row in rows
    ]
    return {"tree": tree, "more": more, "facts": facts}


def way_words(request: HttpRequest, rows: Sequence[Community]) -> dict[uuid.UUID, str]:
    """`Northwind Security › Cedar`: where each of `rows` lies, as far as the reader sees."""
    paths = paths_to(request.user.actor, rows)
    return {key: " › ".join(each.name for each in path[:-1]) for key, path in paths.items()}


def below_words(number: int) -> str:
    return (
        ngettext("%(n)s community directly below", "%(n)s communities directly below", number) % {"n": f"{number:,}"}
        if number
        else ""
    )


def place_menu(row: Community, facts: Facts) -> list[Shown]:
    """What may be done with a community, each on a page of its own."""
    if not facts.writable:
        return []
    items = [
        {"label": _("Add a community below"), "url": reverse("community_new", args=[row.id]), "dialog": True},
        {"label": _("Edit"), "url": reverse("community_edit", args=[row.id]), "dialog": True},
    ]
    if not row.is_main:
        items.append({"label": _("Move…"), "url": reverse("community_move", args=[row.id])})
    if not row.is_main and not facts.children:
        items.append({"label": _("Delete…"), "url": reverse("community_delete", args=[row.id]), "danger": True})
    return items
