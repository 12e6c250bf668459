"""Custom roles: make, change, delete. Nobody writes a role that they could not hand out themselves (design rule 3)."""

import uuid
from collections.abc import Collection
from copy import copy
from typing import Any

from django.db import transaction

from guestlist.access.decision import decide, may_hand_out
from guestlist.access.permissions import catalogue
from guestlist.access.roles import RoleFacts, mixes_alphabets, role_key, takes_built_in_name
from guestlist.audit.commands import Change, record
from guestlist.kernel.actors import Actor
from guestlist.kernel.ids import new_id
from guestlist.kernel.refusing import found_in, refused_if_taken
from guestlist.kernel.text import clean_line, clean_text
from guestlist.members.commands.admins import keeping_an_admin
from guestlist.members.commands.moving import move_keys, move_members
from guestlist.members.errors import (
    AboveCeiling,
    BuiltInRole,
    ChangedMeanwhile,
    MixedAlphabets,
    NameTaken,
    NotAllowed,
    RoleTextTooLong,
    UnknownPermission,
    UnknownRole,
)
from guestlist.members.events import role_going
from guestlist.members.models import Role
from guestlist.members.queries import facts_of, standing, usable_roles
from guestlist.members.queries.roles import mark_of
from guestlist.workspaces.commands import lock_workspaces
from guestlist.workspaces.errors import NameMissing
from guestlist.workspaces.models import Community

LONGEST_NAME, LONGEST_DESCRIPTION = 80, 300


def create_role(
    *,
    actor: Actor,
    community: Community,
    name: str,
    permissions: Collection[str],
    may_give: Collection[Role] = (),
    description: str = "",
) -> Role:
    """A custom role, usable in the community and below. Its permissions, and the roles it may hand out, are ones the actor may hand
    out there. To duplicate a role, hand in what it holds.
    Raises NotAllowed, AboveCeiling, UnknownPermission, UnknownRole, NameMissing, NameTaken, MixedAlphabets, RoleTextTooLong."""
    with transaction.atomic():
        lock_workspaces([community.workspace_id])
        blank = Role(community=community)
        row = _changed(blank, name, description, permissions, may_give)
        _check_may_write(actor, blank, row)

        _save(row)
        _record(actor, "role.created", row, None, _told(row))
    return row


def update_role(
    *,
    actor: Actor,
    role: Role,
    name: str | None = None,
    description: str | None = None,
    permissions: Collection[str] | None = None,
    may_give: Collection[Role] | None = None,
    shown: str = "",
    dry_run: bool = False,
) -> Role:
    """Changes a custom role for everybody who holds it, at their next request; what is left out stays. What it holds now must be
    the actor's to hand out as well as what it is to hold. Permissions that the catalogue no longer knows go when `permissions` are
    given. `shown` is the mark (`mark_of`) of the role that a page showed. `dry_run` changes nothing, and refuses what would be
    refused but for a name that is taken by a role of the same community. Raises NotFound, BuiltInRole, ChangedMeanwhile and what
    `create_role` raises."""
    with keeping_an_admin([_workspace_of(role)]):
        old = _locked(role)
        if shown and shown != mark_of(old):
            raise ChangedMeanwhile
        row = _changed(old, name, description, permissions, may_give)
        _check_may_write(actor, old, row)

        before, after = _told(old), _told(row)
        changed = [key for key in before if before[key] != after[key]]
        if changed and not dry_run:
            _save(row)
            _record(actor, "role.changed", row, {key: before[key] for key in changed}, {key: after[key] for key in changed})
    return row


def delete_role(*, actor: Actor, role: Role, move_to: Role | None = None) -> None:
    """Deletes a custom role; whoever holds it (members, API keys, pending invitations) gets `move_to` instead, in the same stroke.
    For each of them the actor needs what giving roles to them needs.
    Raises NotFound, BuiltInRole, NotAllowed, AboveCeiling, RoleHeld where there are holders and no `move_to`, UnknownRole where that
    role cannot be used in the role's community."""
    with keeping_an_admin([_workspace_of(role)]):
        row = _locked(role)
        _check_may_write(actor, row, row)
        _check_may_move(actor, row, move_to)

        role_going.send(sender=Role, actor=actor, role=row, move_to=move_to)
        move_members(actor=actor, role=row, move_to=move_to)
        move_keys(actor=actor, role=row, move_to=move_to)
        _forget(actor, row)
        _record(actor, "role.deleted", row, _told(row), {"moved_to": str(move_to.id)} if move_to else None)
        row.delete()


def _workspace_of(role: Role) -> uuid.UUID:
    if role.community is None:
        raise BuiltInRole
    return role.community.workspace_id


def _locked(role: Role) -> Role:
    """The row as it is now that the workspace is locked: what the page showed may be minutes old."""
    return found_in(Role.objects.select_related("community").filter(id=role.id))


def _changed(
    old: Role,
    name: str | None,
    description: str | None,
    permissions: Collection[str] | None,
    may_give: Collection[Role] | None,
) -> Role:
    """A copy of `old` with what was given in its place."""
    row = copy(old)
    row.name = old.name if name is None else clean_line(name, LONGEST_NAME + 1)
    row.name_key = role_key(row.name)
    row.description = old.description if description is None else clean_text(description, LONGEST_DESCRIPTION + 1)
    row.permissions = old.permissions if permissions is None else sorted(set(permissions))
    row.may_hand_out = old.may_hand_out if may_give is None else sorted(str(each.id) for each in set(may_give))
    if not row.name:
        raise NameMissing
    # Folding its case may make a name longer than it was.
    if max(len(row.name), len(row.name_key)) > LONGEST_NAME or len(row.description) > LONGEST_DESCRIPTION:
        raise RoleTextTooLong
    if takes_built_in_name(row.name):
        raise NameTaken
    if row.name != old.name and mixes_alphabets(row.name):
        raise MixedAlphabets
    return row


def _check_may_write(actor: Actor, old: Role, new: Role) -> None:
    """What is added is measured without the role's id: an actor who may hand out this role by name would otherwise make more of it
    than they hold."""
    assert new.community is not None
    held = standing(actor, [new.community.id])[new.community.id]
    if not decide("roles:write", held):
        raise NotAllowed
    if new.permissions != old.permissions and set(new.permissions) - catalogue().keys():
        raise UnknownPermission
    here = usable_roles([new.community])[new.community.id]
    if new.name_key != old.name_key and new.name_key in {each.name_key for each in here if each.id != new.id}:
        raise NameTaken  # one above, too: whoever gives a role by its name there would give this one
    usable = {str(each.id): facts_of(each) for each in here}
    if set(new.may_hand_out) - set(old.may_hand_out) - usable.keys():
        raise UnknownRole
    before = facts_of(old)
    added = RoleFacts(new_id(), new.name, facts_of(new).permissions - before.permissions)
    named = [usable[each] for each in {*old.may_hand_out, *new.may_hand_out} if each in usable]
    if not all(may_hand_out(each, held) for each in (before, added, *named)):
        raise AboveCeiling


def _check_may_move(actor: Actor, role: Role, move_to: Role | None) -> None:
    if move_to is None:
        return
    assert role.community is not None
    if move_to == role or move_to not in usable_roles([role.community])[role.community.id]:
        raise UnknownRole
    if not may_hand_out(facts_of(move_to), standing(actor, [role.community.id])[role.community.id]):
        raise AboveCeiling


def _save(row: Role) -> None:
    with refused_if_taken(NameTaken):
        row.save()


def _forget(actor: Actor, role: Role) -> None:
    """Takes the role from the lists of those that may hand it out."""
    assert role.community is not None
    naming = Role.objects.filter(community__workspace=role.community.workspace_id, may_hand_out__icontains=str(role.id))
    for row in naming.exclude(id=role.id):
        before = row.may_hand_out
        row.may_hand_out = [each for each in before if each != str(role.id)]
        row.save(update_fields=["may_hand_out"])
        _record(actor, "role.changed", row, {"may_hand_out": before}, {"may_hand_out": row.may_hand_out})


def _told(row: Role) -> dict[str, Any]:
    return {
        "name": row.name,
        "description": row.description,
        "permissions": row.permissions,
        "may_hand_out": row.may_hand_out,
    }


def _record(actor: Actor, action: str, row: Role, before: Any, after: Any) -> None:
    assert row.community is not None
    change = Change(action, row.id, row.community.workspace_id, row.community_id, before=before, after=after)
    record(actor=actor, changes=[change])
