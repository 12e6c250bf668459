"""Grants as a caller writes them: communities by id or slug, roles by id or name."""

from collections.abc import Collection

from pydantic import Field

from guestlist.api.shapes import Body, Text
from guestlist.invitations.queries.people import named_grants
from guestlist.invitations.rules import Wanted
from guestlist.kernel.actors import Actor
from guestlist.workspaces.models import Workspace


class GrantIn(Body):
    community: Text
    roles: tuple[Text, ...] = Field(max_length=100)


def read_grants(actor: Actor, workspace: Workspace, grants: Collection[GrantIn]) -> dict[GrantIn, Wanted]:
    """What each of `grants` means. Raises UnknownCommunity, UnknownRole: the same for what is foreign and what does not exist."""
    distinct = list(dict.fromkeys(grants))
    pairs = [(grant.community, grant.roles) for grant in distinct]
    return dict(zip(distinct, named_grants(actor, workspace, pairs), strict=True))
