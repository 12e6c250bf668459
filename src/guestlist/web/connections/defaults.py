"""The form of `Automatic user creation`: what it offers, what was posted, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from guestlist.invitations.queries import choices
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import Refusal
from guestlist.kernel.ids import as_id
from guestlist.members.errors import UnknownRole
from guestlist.members.models import Role
from guestlist.members.queries import communities_where, visible_communities
from guestlist.sso.commands import GroupRule
from guestlist.sso.models import Connection
from guestlist.sso.queries import is_administrative
from guestlist.web.invite.form import ROWS, communities_offered
from guestlist.web.presenting import Shown, about_role, place
from guestlist.workspaces.errors import UnknownCommunity
from guestlist.workspaces.models import Community

BESIDE = {
    "administrative_role": "role",
    "no_defaults": "role",
    "unknown_role": "role",
    "unknown_community": "communities",
    "bad_group": "groups",
}


@dataclass
class GroupRow:
    """A line of the mapping as it was typed: the ids of its community and role, and what is wrong with it."""

    group: str = ""
    community: str = ""
    role: str = ""
    error: str = ""


class DefaultsForm:
    """Filled from what was posted, else from the connection. `do` adds a group, removes one, or finds a community."""

    def __init__(self, actor: Actor, row: Connection, posted: QueryDict | None) -> None:
        self.actor, self.row, self.posted = actor, row, posted
        self.errors: dict[str, str] = {}
        self.find = posted.get("find", "").strip() if posted else ""
        if posted is None:
            self._keep()
        else:
            self._read(posted)
        self.shown = self._offered()
        self.choices = choices(actor, self.shown)
        self.roles = {role.id: role for each in self.choices for role in [*each.roles, *each.beyond]}

    def _keep(self) -> None:
        row = self.row
        self.creates_users = row.creates_users
        self.role = str(row.default_role_id or "")
        self.communities = [str(each) for each in row.default_communities.values_list("id", flat=True)]
        lines = row.mappings.order_by("group", "community__name", "role__name")
        self.groups = [GroupRow(each.group, str(each.community_id), str(each.role_id)) for each in lines]

    def _read(self, posted: QueryDict) -> None:
        self.creates_users = "creates_users" in posted
        self.role, self.communities = posted.get("role", ""), posted.getlist("community")
        columns = [posted.getlist(each) for each in ("group", "group-community", "group-role")]
        self.groups = [GroupRow(group.strip(), *ids) for group, *ids in zip(*columns, strict=False)]
        act, _sign, number = posted.get("do", "").partition("-")
        if act == "add":
            self.groups.append(GroupRow())
        if act == "remove" and number.isdecimal():
            self.groups = [each for at, each in enumerate(self.groups) if str(at) != number]

    def _offered(self) -> list[Community]:
        places = communities_where(self.actor, self.row.workspace, "members:invite")
        ids = [found for each in [*self.communities, *(each.community for each in self.groups)] if (found := as_id(each))]
        chosen = list(visible_communities(self.actor, self.row.workspace).filter(id__in=ids)) if ids else []
        shown = communities_offered(places, chosen, self.find)
        self.more = max(0, places.count() - ROWS - sum(each.is_main or each in chosen for each in shown))
        return shown

    def arguments(self) -> dict[str, Any]:
        """What the command takes; empty with errors filled in. Raises UnknownCommunity, UnknownRole."""
        groups = [each for each in self.groups if each.group or each.community or each.role]
        for each in groups:
            if not (each.group and each.community and each.role):
                each.error = _("Enter the group, and choose a community and a role for it.")
                self.errors["groups"] = each.error
        if self.errors:
            return {}
        return {
            "creates_users": self.creates_users,
            "role": self._role(self.role) if self.role else None,
            "communities": [self._community(each) for each in self.communities],
            "groups": [GroupRule(each.group, self._community(each.community), self._role(each.role)) for each in groups],
        }

    def _community(self, name: str) -> Community:
        found = next((each for each in self.shown if each.id == as_id(name)), None)
        if found is None:
            raise UnknownCommunity
        return found

    def _role(self, name: str) -> Role:
        found = self.roles.get(as_id(name))  # type: ignore[arg-type] # None is no role
        if found is None:
            raise UnknownRole
        return found

    def refused(self, refusal: Refusal) -> None:
        self.errors[BESIDE.get(refusal.code, "form")] = str(refusal)

    def context(self) -> Shown:
        return {
            "creates_users": self.creates_users,
            "roles": self._options(self.role, [each for each in self._giveable() if not is_administrative(each)]),
            "communities": [{**place(each), "checked": str(each.id) in self.communities} for each in self.shown],
            "more": self.more,
            "find": self.find,
            "groups": [
                {
                    "group": each.group,
                    "error": each.error,
                    "communities": [
                        {"id": str(where.id), "name": where.name, "selected": str(where.id) == each.community}
                        for where in self.shown
                    ],
                    "roles": self._options(each.role, self._giveable()),
                }
                for each in self.groups
            ],
        }

    def _giveable(self) -> list[Role]:
        return list({role.id: role for each in self.choices for role in each.roles}.values())

    def _options(self, chosen: str, offered: Sequence[Role]) -> list[Shown]:
        """`chosen` too, though the reader may not hand it out: else saving something else would take it away unseen."""
        held = [each for each in self.roles.values() if str(each.id) == chosen and each not in offered]
        owners = {each.id: each.name for each in self.shown if not each.is_main}
        return [
            {"id": str(each.id), "name": each.name, "owner": owners.get(each.community_id, ""), "about": about_role(each)}
            | {"selected": str(each.id) == chosen}
            for each in [*offered, *held]
        ]
