"""Edit roles, set an end, deactivate, reactivate, remove, leave: per community (design rule 13), by someone who could have invited them."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guestlist.access.decision import decide, may_hand_out
from guestlist.audit.commands import Change, record
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.members.commands.admins import keeping_an_admin
from guestlist.members.errors import AboveCeiling, ChangedMeanwhile, EndInThePast, NoRoles, NotAllowed
from guestlist.members.models import Departure, Membership, MembershipRole, Role
from guestlist.members.queries import facts_of, may, pick_roles, standing, usable_roles
from guestlist.workspaces.models import Community


def set_roles(
    *, actor: Actor, membership: Membership, roles: Collection[str], shown: Collection[str] | None = None
) -> Membership:
    """Replaces the roles of a membership by `roles` (names or ids usable there). `shown` are the ids that a page showed as held:
    if they are others by now, somebody was quicker. Raises NotAllowed, AboveCeiling, UnknownRole, NoRoles, ChangedMeanwhile,
    LastAdmin."""
    with keeping_an_admin([membership.workspace_id]):
        membership = _locked(membership)
        wanted = set(pick_roles(roles, usable_roles([membership.community])[membership.community_id]))
        if not wanted:
            raise NoRoles
        held = set(membership.roles.all())
        check_may_manage(actor, membership.community_id, "members:assign", held | wanted)
        if shown is not None and sorted(shown) != _ids(held):
            raise ChangedMeanwhile

        if held == wanted:
            return membership
        MembershipRole.objects.filter(membership=membership, role__in=held - wanted).delete()
        MembershipRole.objects.bulk_create(MembershipRole(membership=membership, role=role) for role in wanted - held)
        _record(actor, "membership.roles_changed", membership, {"roles": _ids(held)}, {"roles": _ids(wanted)})
    return membership


def deactivate(*, actor: Actor, membership: Membership, everywhere: bool = False) -> Membership:
    """Stops the membership and what it carries below. `everywhere` stops all of the user's in the workspace and needs the
    permission in the main community. Raises NotAllowed, AboveCeiling, LastAdmin."""
    with keeping_an_admin([membership.workspace_id]):
        rows = _rows(membership, everywhere)
        _check(actor, rows, "members:deactivate", in_main=everywhere)

        for row in rows:
            _stop(actor, row, everywhere)
    return rows[0]


def _stop(actor: Actor, row: Membership, everywhere: bool) -> None:
    before = {"status": row.status, "everywhere": row.everywhere}
    # Never back to False: an Admin of one community would lift what the main community imposed.
    row.status, row.everywhere = Membership.Status.DEACTIVATED, row.everywhere or everywhere
    after = {"status": row.status, "everywhere": row.everywhere}
    if before != after:
        row.save(update_fields=["status", "everywhere"])
        _record(actor, "membership.deactivated", row, before, after)


def reactivate(*, actor: Actor, membership: Membership, everywhere: bool = False) -> Membership:
    """Raises NotAllowed, AboveCeiling: reactivating hands the roles out again. One deactivated everywhere needs the permission in
    the main community; then the user may be added elsewhere again too, but only this membership comes back. `everywhere` brings
    all of the user's in the workspace back, and needs the permission in the main community."""
    with keeping_an_admin([membership.workspace_id]):
        rows = _rows(membership, everywhere)
        # Who is deactivated everywhere is so by the main community: only there may it be undone.
        _check(actor, rows, "members:deactivate", in_main=everywhere or any(row.everywhere for row in rows))

        for row in rows:
            _start(actor, row)
        for other in Membership.objects.filter(workspace=membership.workspace_id, user=membership.user_id, everywhere=True):
            other.everywhere = False
            other.save(update_fields=["everywhere"])
            _record(actor, "membership.stop_lifted", other, {"everywhere": True}, {"everywhere": False})
    return rows[0]


def _start(actor: Actor, row: Membership) -> None:
    before = {"status": row.status, "everywhere": row.everywhere}
    row.status, row.everywhere = Membership.Status.ACTIVE, False
    after = {"status": row.status, "everywhere": row.everywhere}
    if before != after:
        row.save(update_fields=["status", "everywhere"])
        _record(actor, "membership.reactivated", row, before, after)


def remove(*, actor: Actor, membership: Membership, everywhere: bool = False) -> None:
    """Takes the user out of the community; the account stays. `everywhere` takes them out of all communities of the workspace and
    needs the permission in the main community, as does removing who is deactivated everywhere: invited anew, they would be in
    again. Raises NotAllowed, AboveCeiling, LastAdmin."""
    with keeping_an_admin([membership.workspace_id]):
        rows = _rows(membership, everywhere)
        _check(actor, rows, "members:remove", in_main=everywhere or any(row.everywhere for row in rows))

        for row in rows:
            _delete(actor, "membership.removed", row)


def set_end(*, actor: Actor, membership: Membership, ends_at: datetime | None) -> Membership:
    """From `ends_at` on the membership carries nothing; None takes the end away, and so gives the roles again. The reminder for an
    end that was moved goes out again. Nobody takes away or puts off the end of their own. Raises NotAllowed, AboveCeiling, EndInThePast, LastAdmin."""
    with keeping_an_admin([membership.workspace_id]):
        membership = _locked(membership)
        _check(actor, [membership], "members:assign")
        if ends_at == membership.ends_at:
            return membership
        if ends_at is not None and ends_at <= clock.now():
            raise EndInThePast
        longer = ends_at is None or (membership.ends_at is not None and ends_at > membership.ends_at)
        if longer and (actor.kind, actor.id) == ("user", membership.user_id):
            raise NotAllowed(_("Your own membership is for somebody else to extend. Ask an Admin of the community."))

        before = _end(membership)
        membership.ends_at = ends_at
        membership.save(update_fields=["ends_at"])
        _record(actor, "membership.end_changed", membership, before, _end(membership))
    return membership


def _end(membership: Membership) -> dict[str, str | None]:
    return {"ends_at": membership.ends_at.isoformat() if membership.ends_at else None}


def leave(*, actor: Actor, membership: Membership) -> None:
    """The holder goes of their own will; whoever wants them back has to ask. Raises NotFound for somebody else's, LastAdmin,
    NotAllowed for who is deactivated everywhere: invited anew, they would be in again."""
    with keeping_an_admin([membership.workspace_id]):
        membership = _locked(membership)
        if actor.kind != "user" or actor.id != membership.user_id:
            raise NotFound
        if membership.everywhere:
            raise NotAllowed

        Departure.objects.get_or_create(workspace_id=membership.workspace_id, user_id=membership.user_id)
        _delete(actor, "membership.left", membership)


def check_may_manage(actor: Actor, community: uuid.UUID, permission: str, roles: Iterable[Role]) -> None:
    """The rule worth remembering: the verb's permission, and every role involved is one the actor may hand out there."""
    held = standing(actor, [community])[community]
    if not decide(permission, held):
        raise NotAllowed
    if not all(may_hand_out(facts_of(role), held) for role in roles):
        raise AboveCeiling


def _check(actor: Actor, rows: Collection[Membership], permission: str, *, in_main: bool = False) -> None:
    """`check_may_manage` for the roles held, and where `in_main` the permission in the main community besides."""
    for row in rows:
        check_may_manage(actor, row.community_id, permission, row.roles.all())
    workspaces = {row.workspace_id for row in rows} if in_main else set()
    for main in Community.objects.filter(workspace__in=workspaces, kind=Community.Kind.MAIN):
        if not may(actor, permission, main.id):
            raise NotAllowed


def _rows(membership: Membership, everywhere: bool) -> list[Membership]:
    chosen = Membership.objects.filter(workspace=membership.workspace_id, user=membership.user_id)
    rows = list(chosen) if everywhere else list(chosen.filter(id=membership.id))
    if not rows:
        raise NotFound
    return rows


def _locked(membership: Membership) -> Membership:
    """The row as it is now that the workspace is locked: what the page showed may be minutes old."""
    return _rows(membership, everywhere=False)[0]


def _delete(actor: Actor, action: str, membership: Membership) -> None:
    before = {"user": str(membership.user_id), "roles": _ids(set(membership.roles.all()))}
    _record(actor, action, membership, before, None)
    membership.delete()


def _ids(roles: Collection[Role]) -> list[str]:
    return sorted(str(role.id) for role in roles)


def _record(actor: Actor, action: str, row: Membership, before: Any, after: Any) -> uuid.UUID:
    record(actor=actor, changes=[Change(action, row.id, row.workspace_id, row.community_id, before=before, after=after)])
    return row.id
