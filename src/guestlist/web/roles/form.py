"""The form of a role: what it offers, what was posted, and what is wrong with it."""

from typing import Any

from django.http import HttpRequest, QueryDict

from guestlist.access.permissions import catalogue
from guestlist.invitations.queries import choices
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import Refusal
from guestlist.members.models import Role
from guestlist.members.queries import facts_of, pick_roles, usable_roles
from guestlist.members.queries.roles import mark_of, permissions_in
from guestlist.web.presenting import permission_groups, role_ticks
from guestlist.workspaces.models import Community

BESIDE = {
    "place_name_missing": "name",
    "name_taken": "name",
    "role_text_too_long": "name",
    "unknown_permission": "permissions",
    "unknown_role": "give",
}


class RoleForm:
    """Filled from what was posted, else from `start`: the role that is edited or duplicated."""

    def __init__(self, actor: Actor, community: Community, posted: QueryDict | None, start: Role | None, name: str = "") -> None:
        self.actor, self.community, self.posted = actor, community, posted is not None
        self.mark = mark_of(start) if start else ""
        # The role as it was when the form was opened; another mark by now means that somebody was quicker.
        self.shown = posted.get("shown", self.mark) if posted is not None else self.mark
        self.errors: dict[str, str] = {}
        self.told_it_allows_nothing = "bare" in (posted or {})
        facts = facts_of(start) if start else None
        offered = permissions_in(actor, community)
        self.offered = offered | facts.permissions if facts and start and start.community_id else offered
        if posted is not None:
            self.name, self.description = posted.get("name", ""), posted.get("description", "")
            groups = set(posted.getlist("group"))
            whole = {each.name for each in catalogue().values() if each.group in groups and each.name in self.offered}
            self.permissions = {*posted.getlist("permission"), *whole}
            self.give = posted.getlist("give")
        else:
            self.name, self.description = name, start.description if start else ""
            self.permissions = set(facts.permissions & self.offered) if facts else set()
            self.give = [str(each) for each in facts.may_hand_out] if facts else []

    @property
    def doubtful(self) -> bool:
        """Whether to say before saving that the role will allow nothing; it may be meant."""
        return not self.permissions and not self.told_it_allows_nothing

    def values(self) -> dict[str, Any]:
        """What the commands take. Raises UnknownRole."""
        usable = usable_roles([self.community])[self.community.id]
        return {
            "name": self.name,
            "description": self.description,
            "permissions": self.permissions,
            "may_give": pick_roles(self.give, usable),
        }

    def refused(self, refusal: Refusal) -> None:
        self.errors[BESIDE.get(refusal.code, "form")] = str(refusal)

    def context(self) -> dict[str, Any]:
        roles = choices(self.actor, [self.community])[0].roles
        return {
            "values": {"name": self.name, "description": self.description},
            "errors": self.errors,
            "shown": self.mark,
            "bare": self.posted and not self.permissions,
            "groups": permission_groups(self.offered, self.permissions),
            "beyond": len(catalogue().keys() - self.offered),
            "give": role_ticks(sorted(roles, key=lambda each: str(each.id) not in self.give), self.give),
            "hidden": [
                {"name": key, "value": value}
                for key, values in (
                    ("name", [self.name]),
                    ("description", [self.description]),
                    ("permission", sorted(self.permissions)),
                    ("give", self.give),
                    ("shown", [self.mark]),
                    ("bare", ["yes"] if self.told_it_allows_nothing else []),
                )
                for value in values
            ],
        }


def read_form(request: HttpRequest, community: Community, start: Role | None, name: str = "") -> RoleForm:
    posted = request.POST if request.method == "POST" else None
    return RoleForm(request.user.actor, community, posted, start, name)
