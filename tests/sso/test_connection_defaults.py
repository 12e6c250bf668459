"""What a connection gives to whom it creates: below the ceiling of whoever set it, and of what still exists."""

import pytest

from guestlist.access.roles import ADMIN
from guestlist.invitations.commands import delete_community
from guestlist.members.commands import create_role, delete_role
from guestlist.members.errors import AboveCeiling, NotAllowed, RoleHeld, UnknownRole
from guestlist.members.models import Role
from guestlist.sso import errors
from guestlist.sso.commands import (
    GroupRule,
    preview_claims,
    set_defaults,
)
from guestlist.sso.models import Connection
from guestlist.workspaces.commands import remove_workspace
from guestlist.workspaces.errors import UnknownCommunity
from tests.cast import Cast, give, role_named
from tests.sso.acts import come, connect, creating, role_of


def test_defaults_stay_below_the_ceiling_and_without_administration(cast: Cast):
    """R-072"""
    row = connect(cast)
    desk = create_role(actor=cast.olga.actor, community=cast.main, name="Desk", permissions=["members:invite"])
    local = create_role(actor=cast.olga.actor, community=cast.alder, name="Local", permissions=["members:read"])

    for role, place, refusal in (
        (role_named("Admin"), cast.alder, errors.AdministrativeRole),
        (role_named("manage_member"), cast.alder, errors.AdministrativeRole),
        (desk, cast.alder, errors.AdministrativeRole),
        (local, cast.birch, UnknownRole),
        (role_of("Guest"), cast.acme_main, UnknownCommunity),
        (None, cast.alder, errors.NoDefaults),
    ):
        with pytest.raises(refusal):
            set_defaults(actor=cast.olga.actor, connection=row, creates_users=True, role=role, communities=[place])
    with pytest.raises(UnknownRole):
        set_defaults(actor=cast.olga.actor, connection=row, role=local, communities=[])
    with pytest.raises(errors.BadGroup):
        creating(cast, row, groups=(GroupRule(" ", cast.alder, role_of("Guest")),))


def test_defaults_left_out_stay_as_they_are_by_now(cast: Cast):
    row = creating(cast, connect(cast))
    read_before = Connection.objects.get(id=row.id)
    creating(cast, row, cast.birch, role="Analyst", groups=(GroupRule("soc", cast.alder, role_of("Guest")),))

    set_defaults(actor=cast.olga.actor, connection=read_before, creates_users=False)

    row.refresh_from_db()
    assert (row.creates_users, row.default_role, list(row.default_communities.all())) == (False, role_of("Analyst"), [cast.birch])
    assert [(each.group, each.community) for each in row.mappings.all()] == [("soc", cast.alder)]


def test_who_may_only_connect_hands_out_nothing(cast: Cast):
    """Rule 3 for group mappings and the role by default alike."""
    row = connect(cast)
    only = create_role(actor=cast.olga.actor, community=cast.main, name="Connector", permissions=["connections:write"])
    more = create_role(
        actor=cast.olga.actor, community=cast.main, name="Inviter", permissions=["connections:write", "members:invite"]
    )
    give(cast.otto, cast.main, only.id)
    give(cast.gus, cast.main, more.id)
    rule = GroupRule("soc", cast.alder, role_named("Admin"))

    for who, refusal in (("otto", NotAllowed), ("gus", AboveCeiling)):
        for role, groups in ((role_of("Guest"), ()), (None, (rule,))):
            with pytest.raises(refusal):
                set_defaults(
                    actor=cast.users[who].actor,
                    connection=row,
                    creates_users=True,
                    role=role,
                    communities=[cast.alder],
                    groups=groups,
                )


def test_role_in_use_goes_with_another_in_its_place_only(cast: Cast):
    role = create_role(actor=cast.olga.actor, community=cast.main, name="Desk", permissions=["members:read"])
    row = creating(cast, connect(cast), role="Guest", groups=(GroupRule("soc", cast.birch, role),))
    Connection.objects.filter(id=row.id).update(default_role=role)

    with pytest.raises(RoleHeld):
        delete_role(actor=cast.olga.actor, role=role)
    with pytest.raises(errors.AdministrativeRole):
        delete_role(actor=cast.olga.actor, role=role, move_to=role_named("Admin"))
    delete_role(actor=cast.olga.actor, role=role, move_to=role_of("Analyst"))

    after = Connection.objects.get(id=row.id)
    assert (after.default_role, [each.role for each in after.mappings.all()]) == (role_of("Analyst"), [role_of("Analyst")])
    assert come(row, groups=("soc",)).verdict.outcome == "create"


def test_workspace_goes_with_its_connections(cast: Cast):
    role = create_role(actor=cast.olga.actor, community=cast.alder, name="Desk", permissions=["members:read"])
    row = creating(cast, connect(cast), groups=(GroupRule("soc", cast.alder, role),))
    Connection.objects.filter(id=row.id).update(default_role=role)
    come(row)

    remove_workspace(actor=cast.olga.actor, workspace=cast.northwind)

    assert not Connection.objects.exists()
    assert not Role.objects.filter(id=role.id).exists()


def test_community_that_goes_takes_what_was_given_there_along(cast: Cast):
    """Its custom role is the role by default: nobody gets another in its place, and everybody is refused."""
    role = create_role(actor=cast.olga.actor, community=cast.birch, name="Desk", permissions=["members:read"])
    row = creating(cast, connect(cast), cast.birch, groups=(GroupRule("soc", cast.birch, role),))
    Connection.objects.filter(id=row.id).update(default_role=role)

    delete_community(actor=cast.olga.actor, community=cast.birch, members="remove")

    assert not row.mappings.exists()
    assert come(row, groups=("soc",)).verdict.reason == "no_role"


def test_preview_says_what_would_happen_and_tells_of_no_account_elsewhere(cast: Cast):
    row = creating(cast, connect(cast, domain="elsewhere.example"), groups=(GroupRule("soc", cast.birch, role_of("Analyst")),))
    raw = {"sub": "x", "email": "otto@elsewhere.example", "groups": "soc", "name": 7}

    known = preview_claims(actor=cast.olga.actor, connection=row, raw=raw)
    nobody = preview_claims(actor=cast.olga.actor, connection=row, raw=raw | {"email": "nobody@elsewhere.example"})

    assert known.verdict == nobody.verdict
    assert (known.verdict.outcome, [each.community for each in known.verdict.places]) == ("create", [cast.birch.id])
    assert ADMIN not in {role for each in known.verdict.places for role in each.roles}
