"""R-050: a role is what its id says, never what its name says. Look-alikes of built-in names: test_custom_roles.py."""

from uuid import UUID

import pytest

from guestlist.access.permissions import catalogue
from guestlist.access.roles import ADMIN, GUEST
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import admins_able_to_sign_in, create_role, delete_role, update_role
from guestlist.members.errors import NameTaken
from guestlist.members.models import Role
from guestlist.members.queries import may
from guestlist.workspaces.models import Community
from tests.cast import Cast, give


def _role(community: Community, name: str, *permissions: str) -> Role:
    return create_role(actor=OPERATOR, community=community, name=name, permissions=permissions)


@pytest.mark.parametrize("name", ["Admin", "АDMIN", "Guest", "manage_member"])
def test_role_is_not_renamed_to_a_built_in_ones_name(cast: Cast, name: str):
    role = _role(cast.birch, "Desk", "members:read")

    with pytest.raises(NameTaken):
        update_role(actor=cast.olga.actor, role=role, name=name)


def test_row_called_admin_is_no_admin(cast: Cast):
    """Even one that came to be past every command."""
    false = Role.objects.create(community=cast.main, name="Admin", name_key="admin", permissions=[])
    give(cast.otto, cast.main, false.id)

    assert not [name for name in catalogue() if may(cast.otto.actor, name, cast.main.id)]
    assert cast.otto.id not in admins_able_to_sign_in().values_list("user_id", flat=True)


def test_admin_by_another_name_is_admin(cast: Cast):
    Role.objects.filter(id=ADMIN).update(name="Administrator")

    assert may(cast.olga.actor, "settings:write", cast.main.id)
    assert admins_able_to_sign_in().filter(workspace=cast.northwind).exists()


def test_role_made_again_under_its_name_is_nobodys(cast: Cast):
    old = _role(cast.birch, "Desk", "members:invite")
    give(cast.gus, cast.birch, old.id)
    delete_role(actor=cast.olga.actor, role=old, move_to=Role.objects.get(id=GUEST))

    new = _role(cast.birch, "Desk", "members:invite")

    assert new.id != old.id
    assert not may(cast.gus.actor, "members:invite", cast.birch.id)


def test_two_roles_that_swap_their_names_keep_their_holders(cast: Cast):
    weak, strong = _role(cast.birch, "Weak", "members:read"), _role(cast.birch, "Strong", "members:invite")
    give(cast.gus, cast.birch, weak.id)

    for role, name in ((weak, "Between"), (strong, "Weak"), (weak, "Strong")):
        update_role(actor=cast.olga.actor, role=role, name=name)

    assert not may(cast.gus.actor, "members:invite", cast.birch.id)


@pytest.mark.parametrize("place", ["alder", "acme"])
def test_role_of_the_same_name_elsewhere_is_another_role(cast: Cast, place: str):
    community = cast.acme_main if place == "acme" else cast.alder
    _role(community, "Desk", "audit:read")
    here: UUID = _role(cast.birch, "Desk", "members:read").id
    give(cast.gus, cast.birch, here)

    assert not may(cast.gus.actor, "audit:read", cast.birch.id)
    assert not may(cast.gus.actor, "audit:read", community.id)
