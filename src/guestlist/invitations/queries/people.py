"""People and grants as somebody names them, in a table or on a command line, as what `invite` takes."""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from guestlist.invitations.rules import MOST_PEOPLE, Person, Wanted
from guestlist.kernel.actors import Actor
from guestlist.kernel.table import read_table
from guestlist.members.errors import UnknownRole
from guestlist.members.models import Role
from guestlist.members.queries import communities_named, pick_roles, usable_roles
from guestlist.workspaces.errors import UnknownCommunity
from guestlist.workspaces.models import Community, Workspace

AT_A_TIME = 1000  # PostgreSQL takes 65,535 parameters in one statement
_BETWEEN_ROLES = re.compile(r"\s*[|,;]\s*")


@dataclass(frozen=True)
class _Names:
    """What the names of communities stand for, inside the actor's sight."""

    communities: Mapping[str, Community]
    roles: Mapping[uuid.UUID, Sequence[Role]]

    def wanted(self, community: str, roles: Collection[str]) -> Wanted:
        if community not in self.communities:
            raise UnknownCommunity
        place = self.communities[community]
        return Wanted(place.id, frozenset(role.id for role in pick_roles(roles, self.roles[place.id])))


def named_grants(actor: Actor, workspace: Workspace, grants: Iterable[tuple[str, Collection[str]]]) -> list[Wanted]:
    """Pairs of a community (id or slug) and roles (ids or names) as grants. Raises UnknownCommunity, UnknownRole."""
    grants = list(grants)
    names = _look_up(actor, workspace, {community for community, _ in grants})
    return [names.wanted(community, roles) for community, roles in grants]


def people_in_table(actor: Actor, workspace: Workspace, content: bytes | str) -> list[Person]:
    """The people in a CSV with a column `email` and, if wanted, `name`, `language`, `community` and `roles` (or `role`), several
    roles separated by `|`, `,` or `;`. A row that names a place has its own grants, or a reason why not. Raises BadTable."""
    rows = read_table(content, column="email", most=MOST_PEOPLE + 1)
    names = _look_up(actor, workspace, {row["community"] for row in rows if row.get("community")})
    return [_person(row, names) for row in rows]


def split_roles(text: str) -> list[str]:
    return [role for role in _BETWEEN_ROLES.split(text.strip()) if role]


def _look_up(actor: Actor, workspace: Workspace, names: Collection[str]) -> _Names:
    communities: dict[str, Community] = {}
    roles: dict[uuid.UUID, list[Role]] = {}
    asked = sorted(names)
    for at in range(0, len(asked), AT_A_TIME):
        found = communities_named(actor, workspace, set(asked[at : at + AT_A_TIME]))
        roles |= usable_roles({each.id: each for each in found.values()}.values())
        communities |= found
    return _Names(communities, roles)


def _person(row: Mapping[str, str], names: _Names) -> Person:
    email, name, language = row.get("email", ""), row.get("name", ""), row.get("language", "")
    roles = split_roles(row.get("roles") or row.get("role") or "")
    if not row.get("community") and not roles:
        return Person(email, name, language)
    try:
        wanted = names.wanted(row.get("community", ""), roles)
    except (UnknownCommunity, UnknownRole) as unknown:
        return Person(email, name, language, grants=(), reason=unknown.code)
    return Person(email, name, language, grants=(wanted,))
