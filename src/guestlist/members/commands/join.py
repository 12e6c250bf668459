"""Put users into communities. The one door through which a membership comes to be."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from guestlist.audit.commands import Change, record
from guestlist.kernel.actors import Actor
from guestlist.members.models import Membership, MembershipRole


@dataclass(frozen=True)
class Place:
    """One user in one community with these roles."""

    workspace: uuid.UUID
    community: uuid.UUID
    user: uuid.UUID
    email_key: str
    roles: frozenset[uuid.UUID]
    source: str


def join(*, actor: Actor, places: Sequence[Place]) -> list[Membership]:
    """Makes the memberships, in a constant number of statements. The caller holds the workspace's lock and has checked that the
    actor may, and that none of them exists. A workspace goes on knowing a user by the address it knew first."""
    known = _known_by(places)
    rows = Membership.objects.bulk_create(
        Membership(
            workspace_id=each.workspace,
            community_id=each.community,
            user_id=each.user,
            email_key=known.setdefault((each.workspace, each.user), each.email_key),
            source=each.source,
        )
        for each in places
    )
    _give(zip(rows, (each.roles for each in places), strict=True))
    record(
        actor=actor,
        changes=[
            Change("membership.created", row.id, row.workspace_id, row.community_id, after=_after(row, place.roles))
            for row, place in zip(rows, places, strict=True)
        ],
    )
    return rows


def _known_by(places: Sequence[Place]) -> dict[tuple[uuid.UUID, uuid.UUID], str]:
    """(workspace, user) to address. Under two addresses somebody would stand in a list twice."""
    users, workspaces = {each.user for each in places}, {each.workspace for each in places}
    rows = Membership.objects.filter(workspace__in=workspaces, user__in=users)
    return {(workspace, user): key for workspace, user, key in rows.values_list("workspace_id", "user_id", "email_key")}


def add_roles(*, actor: Actor, additions: Sequence[tuple[Membership, frozenset[uuid.UUID]]]) -> None:
    """Gives more roles to memberships that exist; the same promises as `join`."""
    _give(additions)
    record(
        actor=actor,
        changes=[
            Change("membership.roles_added", row.id, row.workspace_id, row.community_id, after={"roles": sorted(map(str, roles))})
            for row, roles in additions
        ],
    )


def _give(pairs: "Sequence[tuple[Membership, frozenset[uuid.UUID]]] | zip[tuple[Membership, frozenset[uuid.UUID]]]") -> None:
    MembershipRole.objects.bulk_create(
        MembershipRole(membership=row, role_id=role) for row, roles in pairs for role in sorted(roles)
    )


def _after(row: Membership, roles: frozenset[uuid.UUID]) -> dict[str, object]:
    return {"user": str(row.user_id), "roles": sorted(map(str, roles)), "source": row.source}
