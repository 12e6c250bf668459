"""Move and delete communities: what hangs on one are memberships, roles and keys, and invitations too, so this is the lowest place
that knows them all."""

import uuid
from collections.abc import Collection
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from guestlist.access.decision import decide, may_hand_out
from guestlist.audit.commands import Change, record
from guestlist.invitations.commands.endings import end_grants, end_without_grants, told
from guestlist.invitations.queries.places import Hanging, hanging_on, roles_left_behind
from guestlist.kernel.actors import Actor
from guestlist.members.commands import add_roles, keeping_an_admin
from guestlist.members.errors import AboveCeiling, ChangedMeanwhile, NotAllowed, RolesOutOfReach
from guestlist.members.models import Membership, Role
from guestlist.members.queries import Move, Standing, facts_of, foresee_move, may_in_main, standing, usable_roles
from guestlist.members.queries.lists import roles_of
from guestlist.workspaces.commands import check_move, delete_leaf, lock_community, move_subtree
from guestlist.workspaces.errors import HasChildren, MainStays, NotEmpty, UnknownCommunity
from guestlist.workspaces.models import Community

Plan = Literal["", "remove", "move"]


def move_community(*, actor: Actor, community: Community, parent: Community, dry_run: bool = False) -> Move:
    """Hangs the community, with all below it, under `parent`; answers who gains and who loses access. A dry run changes nothing.

    Whoever moves must have `communities:write` in the community, in the new parent, and in every community that would no longer lie
    above it; and be allowed to hand out each role that comes to reach it, and each that no longer does (design rule 3).
    Raises NotAllowed, AboveCeiling, MainStays, BelowItself, TooDeep, RolesOutOfReach, UnknownCommunity, NotFound."""
    with transaction.atomic():
        community, parent = lock_community(community), lock_community(parent)
        if parent.workspace_id != community.workspace_id:
            raise UnknownCommunity
        move = foresee_move(actor, community, parent)
        if not move.allowed:
            raise NotAllowed
        check_move(community, parent)
        if not move.within_ceiling:
            raise AboveCeiling(_("This would give or take roles that you may not hand out. Ask an Admin of both communities."))
        _check_in_reach(roles_left_behind(community, move.left))

        if not dry_run and parent.id != community.parent_id:
            move_subtree(actor=actor, community=community, parent=parent)
    return move


def delete_community(
    *, actor: Actor, community: Community, members: Plan = "", to: Community | None = None, shown: str | None = None
) -> None:
    """Deletes a managed community that has no communities below it. `members` says what becomes of its members: `remove`, or `move`
    into `to`, another community of the workspace, where they keep their roles; without it the community must be empty.
    Invitations into it are taken back, its API keys revoked, its custom roles deleted. `shown` is the fingerprint of what a page said
    would end.

    Needs `communities:write`; and for what hangs on it `members:remove`, `members:invite`, `roles:write` and `keys:write` there (in
    `to`: `members:invite` and `members:assign`), with every role concerned one that the actor may hand out.
    Raises NotAllowed, AboveCeiling, MainStays, HasChildren, NotEmpty, RolesOutOfReach, UnknownCommunity, LastAdmin, ChangedMeanwhile,
    NotFound."""
    with keeping_an_admin([community.workspace_id]):
        community = lock_community(community)
        held = standing(actor, [community.id])[community.id]
        if not decide("communities:write", held):
            raise NotAllowed
        _check_is_leaf(community)
        hanging = hanging_on(community)
        if hanging.needs_plan and not members:
            raise NotEmpty
        _check_may_clear(actor, community, hanging, held)
        if shown is not None and shown != hanging.fingerprint:
            raise ChangedMeanwhile
        target = _target(actor, community, hanging, to) if members == "move" else None

        _end_invitations(actor, hanging)
        if target:
            _move_members(actor, hanging.memberships, target)
        _end_the_rest(actor, community, hanging)
        delete_leaf(actor=actor, community=community)


def _check_in_reach(roles: Collection[Role]) -> None:
    if roles:
        names = ", ".join(sorted(role.name for role in roles))
        raise RolesOutOfReach(
            _("In use here, but not usable there: %(roles)s. Give their holders another role first.") % {"roles": names}
        )


def _check_is_leaf(community: Community) -> None:
    if community.is_main:
        raise MainStays
    if Community.objects.filter(parent=community).exists():
        raise HasChildren


def _check_may_clear(actor: Actor, community: Community, hanging: Hanging, held: Standing) -> None:
    """Taking away is for who could have given (design rule 3), also where a whole community goes."""
    if not all(decide(permission, held) for permission in hanging.permissions):
        raise NotAllowed
    if not all(may_hand_out(facts_of(role), held) for role in hanging.roles):
        raise AboveCeiling
    everywhere = any(row.everywhere for row in hanging.memberships)
    if everywhere and not may_in_main(actor, "members:remove", community.workspace):
        raise NotAllowed


def _target(actor: Actor, community: Community, hanging: Hanging, to: Community | None) -> Community:
    """Where the members go, once it is sure that they may be given their roles there."""
    if to is None or to.id == community.id or to.workspace_id != community.workspace_id:
        raise UnknownCommunity
    to = lock_community(to)
    held = standing(actor, [to.id])[to.id]
    if not (decide("members:invite", held) and decide("members:assign", held)):
        raise NotAllowed
    _check_in_reach(hanging.held - set(usable_roles([to])[to.id]))
    if not all(may_hand_out(facts_of(role), held) for role in hanging.held):
        raise AboveCeiling
    return to


def _end_invitations(actor: Actor, hanging: Hanging) -> None:
    end_grants(hanging.grants, "revoked")
    end_without_grants([grant.invitation for grant in hanging.grants])
    changes = [each for grant in hanging.grants for each in told("invitation.revoked", grant.invitation, [grant])]
    record(actor=actor, changes=changes)


def _move_members(actor: Actor, rows: list[Membership], to: Community) -> None:
    """Into `to`. Who belongs there already keeps that membership as it is, and gains the roles where both are active without end:
    nobody comes back, or stays longer, by a community's going. It is told where they are from now on: the history of the other place
    has no readers but those of the whole workspace."""
    there = {row.user_id: row for row in Membership.objects.filter(community=to, user__in=[row.user_id for row in rows])}
    new = [row for row in rows if row.user_id not in there]
    roles = roles_of([*rows, *there.values()])
    place = {"community": str(to.id)}
    moved = [
        Change("membership.moved", row.id, row.workspace_id, to.id, {"community": str(row.community_id)}, place) for row in new
    ]
    Membership.objects.filter(id__in=[row.id for row in new]).update(community=to)
    record(actor=actor, changes=moved)
    gains = [
        (there[row.user_id], _ids(roles[row.id]) - _ids(roles[there[row.user_id].id]))
        for row in rows
        if row.user_id in there and _carries(row) and _carries(there[row.user_id])
    ]
    add_roles(actor=actor, additions=[(row, given) for row, given in gains if given])


def _carries(row: Membership) -> bool:
    return row.status == Membership.Status.ACTIVE and row.ends_at is None


def _ids(roles: Collection[Role]) -> frozenset[uuid.UUID]:
    return frozenset(role.id for role in roles)


def _end_the_rest(actor: Actor, community: Community, hanging: Hanging) -> None:
    """The memberships that were not moved, then the roles and keys of the community itself."""
    left = Membership.objects.filter(community=community)
    ids = set(left.values_list("id", flat=True))
    gone = [("membership.removed", row.id, {"user": str(row.user_id)}) for row in hanging.memberships if row.id in ids]
    gone += [("api_key.revoked", key.id, {"name": key.name, "roles": key.role_ids}) for key in hanging.keys]
    gone += [("role.deleted", role.id, {"name": role.name, "permissions": role.permissions}) for role in hanging.owned]
    record(
        actor=actor,
        changes=[Change(action, id, community.workspace_id, community.id, before=before) for action, id, before in gone],
    )
    left.delete()
    Role.objects.filter(community=community).delete()
