"""Design rule 3 for editing: what a role holds now and what it is to hold are both within the editor's ceiling."""

import pytest

from guestlist.access import permissions
from guestlist.access.permissions import Permission
from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_role, delete_role, set_roles, update_role
from guestlist.members.errors import (
    AboveCeiling,
    BuiltInRole,
    NameTaken,
    NotAllowed,
    RoleTextTooLong,
    UnknownPermission,
    UnknownRole,
)
from guestlist.members.models import Membership, Role
from guestlist.members.queries import may
from guestlist.members.queries.roles import lost_permissions, roles_that_lost_permissions
from guestlist.workspaces.errors import NameMissing
from guestlist.workspaces.models import Community
from tests.cast import Cast, give, role_named

DESK = ("members:read", "audit:read")


def make(place: Community, name: str = "Desk", *rights: str, may_give: tuple[Role, ...] = ()) -> Role:
    return create_role(actor=OPERATOR, community=place, name=name, permissions=rights or DESK, may_give=may_give)


def test_edit_changes_what_holders_may_at_once(cast: Cast):
    role = make(cast.alder)
    give(cast.gus, cast.alder, role.id)

    update_role(actor=cast.adam.actor, role=role, permissions=["members:read", "members:invite"])

    assert may(cast.gus.actor, "members:invite", cast.alder.id)
    assert not may(cast.gus.actor, "audit:read", cast.alder.id)


def test_what_is_left_out_stays_and_what_changed_is_in_the_history(cast: Cast):
    role = make(cast.alder, may_give=(role_named("Guest"),))

    update_role(actor=cast.adam.actor, role=role, name="Front desk", description="At the door.")

    changed = Role.objects.get(id=role.id)
    event = Event.objects.get(action="role.changed")
    assert (changed.name, changed.description, changed.permissions) == ("Front desk", "At the door.", sorted(DESK))
    assert changed.may_hand_out == role.may_hand_out
    assert (event.before, event.after) == (
        {"name": "Desk", "description": ""},
        {"name": "Front desk", "description": "At the door."},
    )


def test_edit_without_a_change_tells_nothing(cast: Cast):
    role = make(cast.alder)

    update_role(actor=cast.adam.actor, role=role, name="Desk", permissions=list(DESK), may_give=[])

    assert not Event.objects.filter(action="role.changed").exists()


@pytest.mark.parametrize("actor", ["otto", "nora", "mia", "ana", "gus"])
def test_who_may_not_write_roles_there_changes_and_deletes_none(cast: Cast, actor: str):
    role = make(cast.alder)

    with pytest.raises(NotAllowed):
        update_role(actor=cast.users[actor].actor, role=role, name="Mine")
    with pytest.raises(NotAllowed):
        delete_role(actor=cast.users[actor].actor, role=role)

    assert Role.objects.get(id=role.id).name == "Desk"


def test_admin_below_may_not_change_a_role_of_the_main_community(cast: Cast):
    role = make(cast.main)

    with pytest.raises(NotAllowed):
        update_role(actor=cast.adam.actor, role=role, name="Mine")


@pytest.mark.parametrize("name", ["Guest", "Analyst", "Admin", "manage_member"])
def test_built_in_roles_stay_as_they_are(cast: Cast, name: str):
    role = role_named(name)

    with pytest.raises(BuiltInRole):
        update_role(actor=OPERATOR, role=role, description="Mine")
    with pytest.raises(BuiltInRole):
        delete_role(actor=OPERATOR, role=role)


def _writer(cast: Cast, *rights: str, may_give: tuple[Role, ...] = ()) -> None:
    """Otto writes roles in Alder, and holds these rights."""
    role = make(cast.main, "Writer", "roles:write", "roles:read", "members:read", *rights, may_give=may_give)
    give(cast.otto, cast.alder, role.id)


def test_nobody_raises_a_role_above_what_they_hold(cast: Cast):
    _writer(cast)
    role = make(cast.alder, "Desk", "members:read")

    with pytest.raises(AboveCeiling):
        update_role(actor=cast.otto.actor, role=role, permissions=["members:read", "members:invite"])
    with pytest.raises(AboveCeiling):
        update_role(actor=cast.otto.actor, role=role, may_give=[role_named("Admin")])


def test_nobody_lowers_or_renames_a_role_above_what_they_hold(cast: Cast):
    _writer(cast)
    above = make(cast.alder)
    naming = make(cast.alder, "Naming", "members:read", may_give=(role_named("Admin"),))

    with pytest.raises(AboveCeiling):
        update_role(actor=cast.otto.actor, role=above, permissions=["members:read"])
    with pytest.raises(AboveCeiling):
        update_role(actor=cast.otto.actor, role=above, name="Mine")
    with pytest.raises(AboveCeiling):
        update_role(actor=cast.otto.actor, role=naming, may_give=[])
    with pytest.raises(AboveCeiling):
        delete_role(actor=cast.otto.actor, role=above)


def test_handing_out_by_name_is_no_way_to_raise_a_role(cast: Cast):
    named = make(cast.main)
    _writer(cast, may_give=(named,))
    give(cast.otto, cast.main, make(cast.main, "Writer above", "roles:write", may_give=(named,)).id)

    update_role(actor=cast.otto.actor, role=named, name="Renamed")
    with pytest.raises(AboveCeiling):
        update_role(actor=cast.otto.actor, role=named, permissions=[*DESK, "members:invite"])


def test_bad_values_are_refused_as_when_it_was_made(cast: Cast):
    role = make(cast.alder)
    make(cast.alder, "Taken")
    foreign = make(cast.acme_main, "Theirs")

    for wrong, refusal in (
        ({"name": " "}, NameMissing),
        ({"name": "x" * 81}, RoleTextTooLong),
        ({"description": "x" * 301}, RoleTextTooLong),
        ({"name": "TAKEN"}, NameTaken),
        ({"name": "АDМІΝ"}, NameTaken),
        ({"permissions": ["moon:land"]}, UnknownPermission),
        ({"may_give": [foreign]}, UnknownRole),
    ):
        with pytest.raises(refusal):
            update_role(actor=cast.olga.actor, role=role, **wrong)

    assert not Event.objects.filter(action="role.changed").exists()


@pytest.fixture
def lapsed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Role:
    """A role of Alder that named alerts:close, which the application has stopped registering."""
    known = permissions.catalogue()
    with monkeypatch.context() as before:
        before.setitem(known, "alerts:close", Permission("alerts:close", "write", "Watchtower: alerts", "Close alerts."))
        return make(cast.alder, "Closer", "members:read", "alerts:close")


def test_permission_that_left_the_catalogue_is_nobodys(cast: Cast, lapsed: Role):
    give(cast.gus, cast.alder, lapsed.id)

    assert not may(cast.gus.actor, "alerts:close", cast.alder.id)
    assert lost_permissions(lapsed) == ["alerts:close"]
    assert roles_that_lost_permissions() == [lapsed]


def test_role_with_a_lost_permission_can_still_be_given_and_mended(cast: Cast, lapsed: Role):
    row = Membership.objects.get(user=cast.ana, community=cast.alder)

    set_roles(actor=cast.adam.actor, membership=row, roles=["Closer"])
    update_role(actor=cast.adam.actor, role=lapsed, name="Closers")
    kept = Role.objects.get(id=lapsed.id).permissions
    update_role(actor=cast.adam.actor, role=lapsed, permissions=["members:read"])

    assert kept == ["alerts:close", "members:read"]
    assert roles_that_lost_permissions() == []
