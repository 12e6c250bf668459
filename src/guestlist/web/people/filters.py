"""What a list of people is narrowed to and how it is sorted, as the address bar says it; and the form that changes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.kernel.ids import as_id
from guestlist.kernel.seals import unseal
from guestlist.kernel.text import clean_line
from guestlist.members.models import Membership, Role
from guestlist.members.queries import Filter, may, usable_roles, visible_communities
from guestlist.members.queries.roles import roles_in_sight
from guestlist.web.people.why import community_called
from guestlist.web.presenting import Shown, role_options
from guestlist.workspaces.errors import UnknownCommunity
from guestlist.workspaces.models import Community, Workspace

STATUSES = ("", "active", "pending", "deactivated", "ended")
ORDERS = ("address", "name", "newest")
KEPT = ("q", "status", "role", "source", "community", "sort")
OFFERED = 50
MOST_ROLES = 1000


@dataclass(frozen=True)
class Asked:
    """`narrow` holds for members; people still invited are left out where it names a role or a source. `nowhere`: a community was
    asked for that is not there. `above`: the page goes on behind this key of the inherited members."""

    narrow: Filter
    order: str
    after: str
    above: str
    place: Community | None
    nowhere: bool
    values: dict[str, str]

    @property
    def invited(self) -> bool:
        """Whether people who were invited and have not answered belong on the list."""
        return self.values["status"] in ("", "pending") and not self.narrow.role and not self.narrow.source

    def url(self, **changes: str) -> str:
        values = {**self.values, **changes}
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def hidden(self, *besides: str) -> list[Shown]:
        """What a form that asks for `besides` carries along."""
        return [{"name": name, "value": value} for name, value in self.values.items() if value and name not in besides]


def asked_for(request: HttpRequest, workspace: Workspace, community: Community | None) -> Asked:
    """`community` is the page's own, if it has one; then no other can be asked for."""
    values = {name: clean_line(request.GET.get(name, "")) for name in KEPT}
    values["status"] = values["status"] if values["status"] in STATUSES else ""
    values["source"] = values["source"] if values["source"] in Membership.Source.values else ""
    values["sort"] = values["sort"] if values["sort"] in ORDERS else ""
    place, nowhere = community, False
    if community is None and values["community"]:
        place, nowhere = _place(request.user.actor, workspace, values["community"])
    narrow = Filter(
        values["q"],
        values["status"] if values["status"] != "pending" else "",
        as_id(values["role"]),
        values["source"],
        place.id if place and community is None else None,
    )
    after, above = (_opened(request.GET.get(name, "")) for name in ("after", "above"))
    return Asked(narrow, values["sort"] or ORDERS[0], after, above, place, nowhere, values)


def _opened(cursor: str) -> str:
    """The key that the last page ended with: an address by which somebody is known here and which is shown to nobody, so it is sealed."""
    try:
        return clean_line(unseal(cursor), 500)
    except (InvalidToken, ValueError):
        return ""


def _place(actor: Actor, workspace: Workspace, name: str) -> tuple[Community | None, bool]:
    try:
        return community_called(actor, workspace, name), False
    except (NotFound, UnknownCommunity):
        return None, True


def filter_context(actor: Actor, workspace: Workspace, community: Community | None, asked: Asked) -> dict[str, Any]:
    """What people/_filters.html wants, and the search and the segments beside it."""
    words = {
        "": _("All"),
        "active": _("Active"),
        "pending": _("Pending"),
        "deactivated": _("Deactivated"),
        "ended": _("Ended"),
    }
    roles = _roles(actor, workspace, community)
    return {
        "q": asked.values["q"],
        "hidden": asked.hidden("q"),
        "segments": [
            {"label": words[each], "url": asked.url(status=each), "current": each == asked.values["status"]} for each in STATUSES
        ],
        "filters": {
            "hidden": asked.hidden("role", "source", "sort", "community"),
            "roles": role_options(roles, asked.values["role"]),
            "sources": _options(_sources(), asked.values["source"]),
            "sorts": _options({"": _("Address"), "name": _("Name"), "newest": _("Newest first")}, asked.values["sort"]),
            "places": [] if community else [each.name for each in visible_communities(actor, workspace)[:OFFERED]],
            "community": asked.values["community"],
            "wide": community is None,
            "open": any(asked.values[name] for name in ("role", "source", "sort", "community")),
        },
    }


def _sources() -> dict[str, str]:
    return {
        "": _("Any"),
        "invited": _("Invited"),
        "added": _("Added at once"),
        "sso": _("Directory"),
        "scim": "SCIM",
        "setup": _("Set-up"),
    }


def _roles(actor: Actor, workspace: Workspace, community: Community | None) -> Iterable[Role]:
    if community is None:
        return roles_in_sight(actor, workspace)[:MOST_ROLES]
    return usable_roles([community])[community.id] if may(actor, "roles:read", community.id) else []


def _options(words: dict[str, str], chosen: str) -> list[Shown]:
    return [{"value": value, "label": label, "selected": value == chosen} for value, label in words.items()]
