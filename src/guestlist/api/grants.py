"""Grants as a caller writes them: communities by id or slug, roles by id or name."""

import uuid
from collections.abc import Collection

from pydantic import Field

from guestlist.api.shapes import Body, Text
from guestlist.invitations.rules import Wanted
from guestlist.kernel.actors import Actor
from guestlist.members.models import Role
from guestlist.members.queries import communities_named, pick_roles, usable_roles
from guestlist.workspaces.errors import UnknownCommunity
from guestlist.workspaces.models import Community, Workspace

AT_A_TIME = 1000  # PostgreSQL takes 65,535 parameters in one statement


class GrantIn(Body):
    community: Text
    roles: tuple[Text, ...] = Field(max_length=100)


def read_grants(actor: Actor, workspace: Workspace, grants: Collection[GrantIn]) -> dict[GrantIn, Wanted]:
    """What each of `grants` means. Raises UnknownCommunity, UnknownRole: the same for what is foreign and what does not exist."""
    distinct = set(grants)
    communities = _communities(actor, workspace, sorted({grant.community for grant in distinct}))
    usable = _usable(list(communities.values()))
    wanted = {}
    for grant in distinct:
        place = communities[grant.community].id
        wanted[grant] = Wanted(place, frozenset(role.id for role in pick_roles(grant.roles, usable[place])))
    return wanted


def _communities(actor: Actor, workspace: Workspace, names: list[str]) -> dict[str, Community]:
    found: dict[str, Community] = {}
    for at in range(0, len(names), AT_A_TIME):
        asked = set(names[at : at + AT_A_TIME])
        named = communities_named(actor, workspace, asked)
        if named.keys() != asked:
            raise UnknownCommunity
        found |= named
    return found


def _usable(communities: list[Community]) -> dict[uuid.UUID, list[Role]]:
    found: dict[uuid.UUID, list[Role]] = {}
    for at in range(0, len(communities), AT_A_TIME):
        found |= usable_roles(communities[at : at + AT_A_TIME])
    return found
