"""R-048 and R-049: on every path that gives something, what is given holds nothing that the giver does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from guestlist.access.permissions import MEMBER_VERBS, READING
from guestlist.access.roles import ADMIN, GUEST
from guestlist.invitations.commands import change_grants, invite, resend_invitations
from guestlist.invitations.models import Grant, Invitation
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR, Actor
from guestlist.kernel.clock import now
from guestlist.kernel.errors import Refusal
from guestlist.members.commands import (
    create_api_key,
    create_role,
    deactivate,
    delete_role,
    reactivate,
    remove,
    set_end,
    set_roles,
    update_role,
)
from guestlist.members.errors import AboveCeiling
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.members.queries import facts_of, standing
from tests.cast import Cast, give, role_named

# Whoever holds this may do everything with people, roles, keys and communities: but read no history, change no settings.
POWERFUL = READING | MEMBER_VERBS | {"roles:write", "keys:write", "communities:write"}
Path = Callable[[Cast, Actor, Role], object]


def _admin_of_birch(cast: Cast) -> Membership:
    return give(cast.otto, cast.birch, ADMIN)


def _asleep(cast: Cast, **how: Any) -> Membership:
    row = _admin_of_birch(cast)
    Membership.objects.filter(id=row.id).update(**how)
    row.refresh_from_db()
    return row


def _wanted(cast: Cast, role: Role) -> list[Wanted]:
    return [Wanted(cast.birch.id, frozenset({role.id}))]


def _invite(cast: Cast, actor: Actor, role: Role) -> Any:
    people = [Person("new@birch.example"), Person("gus@northwind.example"), Person("ana@northwind.example")]
    return invite(actor=actor, workspace=cast.northwind, people=people, grants=_wanted(cast, role))


def _own_invitation(cast: Cast, actor: Actor) -> Any:
    guest = [Wanted(cast.birch.id, frozenset({GUEST}))]
    return invite(actor=actor, workspace=cast.northwind, people=[Person("own@x.example")], grants=guest).outcomes[0].invitation


def _custom(cast: Cast, name: str, *permissions: str) -> Role:
    return create_role(actor=OPERATOR, community=cast.birch, name=name, permissions=permissions)


def _move_holders(cast: Cast, actor: Actor, role: Role) -> None:
    small = _custom(cast, "Small", "members:read")
    give(cast.gus, cast.birch, small.id)
    delete_role(actor=actor, role=small, move_to=role)


PATHS: dict[str, Path] = {
    "invite": _invite,
    "change an invitation": lambda cast, actor, role: change_grants(
        actor=actor, workspace=cast.northwind, invitation=_own_invitation(cast, actor), grants=_wanted(cast, role)
    ),
    "give to a member": lambda cast, actor, role: set_roles(
        actor=actor, membership=cast.ana.memberships.get(community=cast.birch), roles=[str(role.id)]
    ),
    "give to oneself": lambda cast, actor, role: set_roles(
        actor=actor, membership=Membership.objects.get(user=actor.id), roles=[str(role.id), "Guest"]
    ),
    "write a role": lambda cast, actor, role: create_role(
        actor=actor, community=cast.birch, name="New", permissions=facts_of(role).permissions
    ),
    "widen a role": lambda cast, actor, role: update_role(
        actor=actor, role=_custom(cast, "Small", "members:read"), permissions=facts_of(role).permissions
    ),
    "widen one's own role": lambda cast, actor, role: update_role(
        actor=actor, role=Role.objects.get(name="Powerful"), permissions=facts_of(role).permissions
    ),
    "name under may hand out": lambda cast, actor, role: create_role(
        actor=actor, community=cast.birch, name="New", permissions=[], may_give=[role]
    ),
    "name it in one's own role": lambda cast, actor, role: update_role(
        actor=actor, role=Role.objects.get(name="Powerful"), may_give=[role]
    ),
    "move holders": _move_holders,
    "mint a key": lambda cast, actor, role: create_api_key(actor=actor, community=cast.birch, name="new", roles=[role]),
}


def _given() -> set[tuple[str, str]]:
    """Everything that anybody or anything holds or is offered by now: who, and the permission."""
    roles = {str(each.id): facts_of(each) for each in Role.objects.all()}
    held = [(row.membership_id, str(row.role_id)) for row in MembershipRole.objects.all()]
    held += [(row.id, each) for row in ApiKey.objects.all() for each in row.role_ids]
    held += [(row.id, each) for row in Grant.objects.filter(ended_at=None) for each in row.role_ids]
    custom = [(row.id, str(row.id)) for row in Role.objects.exclude(community=None)]
    named = [(row.id, each) for row in Role.objects.exclude(community=None) for each in row.may_hand_out]
    return {(str(who), name) for who, role in (*held, *custom, *named) for name in roles[role].permissions}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("above", ["Admin", "Reads history"])
def test_nobody_gives_more_than_they_hold(cast: Cast, path: str, above: str):
    """R-049: what the path gives, less what its giver holds, is nothing."""
    actor = give(cast.otto, cast.birch, _custom(cast, "Powerful", *POWERFUL).id).user.actor
    role = role_named("Admin") if above == "Admin" else _custom(cast, above, "audit:read")
    own = {name for each in standing(actor, [cast.birch.id])[cast.birch.id] for name in each.role.permissions}
    before = _given()

    try:
        PATHS[path](cast, actor, role)
    except Refusal as refusal:
        assert isinstance(refusal, AboveCeiling), refusal

    assert not {name for _, name in _given() - before} - own


@pytest.mark.parametrize("path", PATHS)
def test_the_same_path_gives_what_is_held(cast: Cast, path: str):
    """Or else the test above would prove nothing."""
    actor = give(cast.otto, cast.birch, _custom(cast, "Powerful", *POWERFUL).id).user.actor
    before = _given()

    PATHS[path](cast, actor, _custom(cast, "Inviter", "members:invite"))

    assert _given() != before


ACTS: dict[str, Callable[[Actor, Membership], object]] = {
    "assign": lambda actor, row: set_roles(actor=actor, membership=row, roles=["Guest"]),
    "assign besides": lambda actor, row: set_roles(actor=actor, membership=row, roles=["Admin", "Guest"]),
    "end": lambda actor, row: set_end(actor=actor, membership=row, ends_at=now() + timedelta(days=1)),
    "deactivate": lambda actor, row: deactivate(actor=actor, membership=row),
    "deactivate everywhere": lambda actor, row: deactivate(actor=actor, membership=row, everywhere=True),
    "remove": lambda actor, row: remove(actor=actor, membership=row),
    "remove everywhere": lambda actor, row: remove(actor=actor, membership=row, everywhere=True),
}


@pytest.mark.parametrize("act", ACTS)
def test_who_manages_members_does_not_touch_an_owner(cast: Cast, act: str):
    """R-048: every verb in the main community, against an Admin there: the role held now counts, not only the new one."""
    manager = create_role(actor=OPERATOR, community=cast.main, name="People", permissions=sorted(READING | MEMBER_VERBS))
    give(cast.otto, cast.main, manager.id)

    with pytest.raises(AboveCeiling):
        ACTS[act](cast.otto.actor, Membership.objects.get(user=cast.olga, community=cast.main))


@pytest.mark.parametrize(
    ("asleep", "act"),
    [
        ({"status": "deactivated"}, lambda actor, row: reactivate(actor=actor, membership=row)),
        ({"ends_at": now() - timedelta(days=1)}, lambda actor, row: set_end(actor=actor, membership=row, ends_at=None)),
    ],
    ids=["reactivate", "take the end away"],
)
def test_waking_an_owner_is_giving_what_they_held(cast: Cast, asleep: dict[str, Any], act: Callable[[Actor, Membership], object]):
    """R-049: neither is a way to give Admin to a friend."""
    with pytest.raises(AboveCeiling):
        act(cast.mia.actor, _asleep(cast, **asleep))


def test_sending_again_is_giving(cast: Cast):
    """R-049: whoever sends an invitation again becomes its giver."""
    asked = [Person("boss@birch.example")]
    invite(actor=cast.olga.actor, workspace=cast.northwind, people=asked, grants=[Wanted(cast.birch.id, frozenset({ADMIN}))])
    waiting = Invitation.objects.get()

    result = resend_invitations(actor=cast.mia.actor, workspace=cast.northwind, ids=[waiting.id])[0]

    assert isinstance(result.refusal, AboveCeiling)
    assert Grant.objects.get().giver == cast.olga.actor
