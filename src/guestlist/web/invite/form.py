"""What the dialog posts, read; and what it shows again. Whether it is allowed is the command's business."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from guestlist.invitations.queries import Choice, choices
from guestlist.invitations.queries.people import people_in_table
from guestlist.invitations.rules import MOST_PEOPLE, Person, Wanted
from guestlist.kernel.actors import Actor
from guestlist.kernel.ids import as_id
from guestlist.kernel.table import BadTable
from guestlist.kernel.text import clean_line, split_addresses
from guestlist.members.models import Role
from guestlist.members.queries import communities_where
from guestlist.web.presenting import Shown, about_role, duration, place, role_options, role_ticks
from guestlist.workspaces.models import Community, Workspace
from guestlist.workspaces.queries import children_of

ROWS = 20
ROLES = 100
NAMED = 8
LARGEST_TABLE = 32 * 1024 * 1024
LIFETIMES = (3600, 86400, 3 * 86400, 7 * 86400, 30 * 86400)


@dataclass
class InviteForm:
    """The dialog's fields. `errors` are sentences by field; `row_errors` by community; `start`: the communities and roles that the link
    to the dialog ticks."""

    actor: Actor
    workspace: Workspace
    posted: Any
    upload: bytes | None = None
    preset: Community | None = None
    team: Community | None = None
    email: str = ""
    start: Any = None
    errors: dict[str, str] = field(default_factory=dict)
    row_errors: dict[uuid.UUID, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.needs_grants = True
        self.places = communities_where(self.actor, self.workspace, "members:invite")
        said = self.start if self.start and not self.posted else self.posted
        chosen = [found for each in said.getlist("community") if (found := as_id(each))]
        self.ticked = list(self.places.filter(id__in=chosen)) if chosen else []
        if not self.posted and not self.ticked:
            self.ticked = self._preset()
        self.picked = {each.id: set(said.getlist(f"roles-{each.id}")) for each in self.ticked}

    def _preset(self) -> list[Community]:
        """Ticked from the start: the managed community one came from, or the only one there is. Never main of several: it reaches
        them all, so it is chosen, not left over."""
        if self.preset and not self.preset.is_main:
            return list(self.places.filter(id=self.preset.id))
        some = list(self.places[:2])
        return some if len(some) == 1 else []

    def people(self) -> list[Person]:
        """One per address typed or uploaded; what is no address stays in the list, to be named."""
        found = split_addresses(self.posted.get("emails", ""), most=MOST_PEOPLE + 1)
        typed = [Person(each.address, each.name) for each in found]
        if self.upload and len(self.upload) > LARGEST_TABLE:
            self.errors["file"] = _("The file is larger than 32 MB. Send it in parts.")
            return typed
        try:
            uploaded = people_in_table(self.actor, self.workspace, self.upload) if self.upload else []
        except BadTable:
            self.errors["file"] = _("The file has no column with addresses. Name one of its columns email.")
            return typed
        people = typed + uploaded
        if not people:
            self.errors["emails"] = _("Enter at least one e-mail address.")
        self.needs_grants = any(each.grants is None and not each.reason for each in people) or not people
        return people

    def grants(self) -> list[Wanted]:
        """What is ticked. Without a role in a ticked community, or without any community, an error says so."""
        if self.team is not None:
            role = as_id(self.posted.get("role"))
            if role is None:
                self.errors["role"] = _("Pick a role.")
            return [Wanted(self.team.id, frozenset({role}))] if role else []
        if not self.ticked and self.needs_grants:
            self.errors["grants"] = _("Pick at least one community, and a role in it.")
        for each in self.ticked:
            if not self.picked[each.id]:
                self.row_errors[each.id] = _("Pick at least one role in %(community)s.") % {"community": each.name}
                self.errors[f"roles-{each.id}"] = self.row_errors[each.id]
        return [
            Wanted(each.id, frozenset(as_id(role) or uuid.UUID(int=0) for role in self.picked[each.id])) for each in self.ticked
        ]

    def options(self) -> dict[str, Any]:
        languages = dict(settings.LANGUAGES)
        language = self.posted.get("language", "")
        lifetime = self.posted.get("lifetime", "")
        return {
            "note": self.posted.get("note", ""),
            "language": language if language in languages else "",
            "lifetime": int(lifetime) if lifetime.isdecimal() and len(lifetime) < 10 else None,
        }

    def context(self) -> dict[str, Any]:
        """Everything invite/dialog.html wants, with what was typed still in it."""
        find = clean_line(self.posted.get("find", ""))
        rows = self._offered(find)
        offered = choices(self.actor, rows)
        total = self.places.count() if len(rows) > ROWS // 2 or find else len(rows)
        roles = {role.id: role for each in offered for role in each.roles}
        reaching = set(children_of([each.id for each in rows]))
        return {
            "values": self._values(find),
            "errors": self.errors,
            "communities": [self._row(each, reaching) for each in offered],
            "more_communities": max(0, total - len(rows)) if not find else total,
            "many_roles": any(len(each.roles) > ROLES for each in offered),
            "community": place(self.team) if self.team else None,
            "reaches": self.team is not None and self.team.id in reaching,
            "team_roles": self._team_roles(offered),
            "roles": [
                {"name": role.name, "about": about_role(role), "custom": not role.is_built_in}
                for role in list(roles.values())[:ROLES]
            ],
            "languages": [{"code": code, "name": name} for code, name in settings.LANGUAGES],
            "lifetimes": [
                {"seconds": each, "label": duration(each)} for each in sorted({*LIFETIMES, self.workspace.invitation_lifetime})
            ],
        }

    def _offered(self, find: str) -> Sequence[Community]:
        return [self.team] if self.team is not None else communities_offered(self.places, self.ticked, find)

    def _row(self, choice: Choice, reaching: set[uuid.UUID]) -> Shown:
        community = choice.community
        picked = self.picked.get(community.id, set())
        roles = sorted(self._found(choice.roles), key=lambda role: str(role.id) not in picked)
        return {
            **place(community),
            "depth": min(max(community.depth - 1, 0), 2),
            "remark": _("reaches all communities below") if community.is_main or community.id in reaching else "",
            "checked": community in self.ticked,
            "error": self.row_errors.get(community.id, ""),
            "out_of_reach": _out_of_reach(choice),
            "roles": role_ticks(roles, picked),
            "held": [role.name for role in roles if str(role.id) in picked],
        }

    def _found(self, roles: Sequence[Role]) -> list[Role]:
        """Up to ROLES of them, and those that are ticked anyway; a search narrows them. Twenty rows of a thousand are no page."""
        words = self.posted.get("find_role", "").strip().casefold()
        ticked = {each for picked in self.picked.values() for each in picked}
        found = [role for role in roles if words in role.name.casefold()][:ROLES]
        return list(dict.fromkeys([*found, *(role for role in roles if str(role.id) in ticked)]))

    def _team_roles(self, offered: Sequence[Choice]) -> list[Shown]:
        if self.team is None:
            return []
        return role_options((role for each in offered for role in each.roles), self.posted.get("role", ""))

    def _values(self, find: str) -> Shown:
        options = self.options()
        return {
            "emails": self.posted.get("emails", self.email),
            "note": options["note"],
            "language": options["language"] or self.workspace.language or "en",
            "lifetime": options["lifetime"] or self.workspace.invitation_lifetime,
            "find": find,
            "find_role": self.posted.get("find_role", ""),
        }


def communities_offered(places: QuerySet[Community], chosen: Sequence[Community], find: str) -> list[Community]:
    """Main first, then what is chosen, then up to 20 more; a search narrows the rest."""
    first = list(dict.fromkeys([*places.filter(kind=Community.Kind.MAIN), *chosen]))
    rest = places.filter(name__icontains=find) if find else places
    return [*first, *rest.exclude(id__in=[each.id for each in first])[:ROWS]]


def read_form(
    request: HttpRequest, workspace: Workspace, *, preset: Community | None = None, team: Community | None = None, email: str = ""
) -> InviteForm:
    upload = request.FILES.get("file")
    table = upload.read(LARGEST_TABLE + 1) if upload else None
    return InviteForm(request.user.actor, workspace, request.POST, table, preset, team, email, request.GET)


def _out_of_reach(choice: Choice) -> str:
    if not choice.beyond:
        return ""
    some = [role.name for role in choice.roles[:NAMED]] + (["…"] if len(choice.roles) > NAMED else [])
    names = {"roles": ", ".join(some), "community": choice.community.name}
    return _("You may hand out %(roles)s in %(community)s. Ask an Admin of the community for the others.") % names
