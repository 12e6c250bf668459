"""Who holds a role, as far as the actor may know, and what an edit would give and take."""

import pytest

from guestlist.access.roles import ADMIN, ANALYST, GUEST, built_in
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key, create_community, create_role
from guestlist.members.models import Membership, Role
from guestlist.members.queries import counts_of, effect_of, holders_of
from guestlist.members.queries.roles import roles_in_sight
from guestlist.users.models import User
from guestlist.workspaces.models import Community
from tests.cast import Cast, give, role_named


def make(place: Community, name: str = "Desk", *rights: str) -> Role:
    return create_role(actor=OPERATOR, community=place, name=name, permissions=rights or ("members:read", "audit:read"))


def seen(cast: Cast, who: str, role: Role) -> tuple[set[tuple[str, str]], int]:
    found = holders_of(cast.users[who].actor, cast.northwind, role)
    return {(row.user.email.partition("@")[0], row.community.slug) for row in found.memberships}, found.unnamed


def test_holders_show_only_in_communities_in_sight(cast: Cast):
    role = make(cast.main)
    give(cast.gus, cast.alder, role.id)
    give(cast.otto, cast.birch, role.id)

    assert seen(cast, "olga", role) == ({("gus", "alder"), ("otto", "birch")}, 0)
    assert seen(cast, "adam", role) == ({("gus", "alder")}, 0)
    assert seen(cast, "nora", role) == (set(), 0)


def test_neighbours_holders_of_a_built_in_role_are_not_ours(cast: Cast):
    assert seen(cast, "olga", role_named("Admin")) == ({("olga", "main"), ("adam", "alder")}, 0)
    assert seen(cast, "nora", role_named("Admin")) == (set(), 0)


def test_holders_whose_names_one_may_not_read_are_counted(cast: Cast):
    role = make(cast.alder)
    give(cast.otto, cast.alder, make(cast.alder, "Blind", "roles:read").id)
    give(cast.gus, cast.alder, role.id)
    create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[role])

    found = holders_of(cast.otto.actor, cast.northwind, role)

    assert (found.memberships, found.keys, found.unnamed, found.anybody) == ([], [], 2, True)


def test_keys_are_named_to_whoever_manages_keys(cast: Cast):
    role = make(cast.alder)
    create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[role])

    assert [each.name for each in holders_of(cast.adam.actor, cast.northwind, role).keys] == ["ci"]
    assert holders_of(cast.ana.actor, cast.northwind, role).unnamed == 1


def test_pages_hold_everybody_once(cast: Cast):
    role = make(cast.alder)
    for n in range(5):
        give(User.objects.create(name=f"M {n}", email=f"m{n}@x.example"), cast.alder, role.id)

    first = holders_of(cast.adam.actor, cast.northwind, role, limit=3)
    last = holders_of(cast.adam.actor, cast.northwind, role, start=3, limit=3)

    assert [row.user.name for row in first.memberships + last.memberships] == [f"M {n}" for n in range(5)]
    assert (first.more, last.more) == (True, False)
    assert counts_of(cast.adam.actor, cast.northwind, [role]) == {role.id: 5}


def effects(cast: Cast, role: Role, *rights: str, who: str = "olga") -> dict[str, tuple[list[str], list[str]]]:
    found = effect_of(cast.users[who].actor, cast.northwind, role, rights).rows
    return {
        each.holder.user.name if isinstance(each.holder, Membership) else each.holder.name: (each.gains, each.loses)
        for each in found
    }


def test_edit_gives_and_takes_what_no_other_role_gives(cast: Cast):
    role = make(cast.main)
    give(cast.gus, cast.birch, role.id)
    give(cast.otto, cast.birch, role.id, GUEST)
    give(cast.adam, cast.birch, role.id, ADMIN)
    create_api_key(actor=OPERATOR, community=cast.birch, name="ci", roles=[role])

    assert effects(cast, role, "audit:read", "keys:write") == {
        "Gus Petit": (["keys:write"], ["members:read"]),
        "Otto Brandt": (["keys:write"], []),
        "ci": (["keys:write"], ["members:read"]),
    }
    assert effects(cast, role, "members:read", "audit:read") == {}


def test_role_held_above_keeps_what_an_edit_below_takes(cast: Cast):
    role = make(cast.alder)
    give(cast.ana, cast.main, ANALYST)
    Membership.objects.get(user=cast.ana, community=cast.alder).roles.set([role])

    assert effects(cast, role) == {"Ana Ferreira": ([], ["audit:read"])}


def test_role_held_out_of_sight_takes_nobody_from_the_preview(cast: Cast):
    role = make(cast.alder)
    give(cast.gus, cast.main, ADMIN)
    give(cast.gus, cast.alder, role.id)
    give(cast.otto, cast.alder, role.id)

    assert effects(cast, role, "members:read", "audit:read", "keys:write", who="adam") == {
        "Gus Petit": (["keys:write"], []),
        "Otto Brandt": (["keys:write"], []),
    }
    assert list(effects(cast, role, "members:read", "audit:read", "keys:write")) == ["Otto Brandt"]


def test_deactivated_holders_lose_nothing(cast: Cast):
    role = make(cast.alder)
    row = give(cast.gus, cast.alder, role.id)
    row.status = "deactivated"
    row.save()

    assert effects(cast, role) == {}


def test_holders_beyond_the_first_are_counted(cast: Cast):
    role = make(cast.alder)
    for n in range(5):
        give(User.objects.create(name=f"M {n}", email=f"m{n}@x.example"), cast.alder, role.id)

    found = effect_of(cast.adam.actor, cast.northwind, role, [], limit=3)

    assert (len(found.rows), found.others) == (3, 2)


@pytest.mark.parametrize("number", [1, 30])
def test_effect_costs_a_constant_number_of_statements(cast: Cast, number: int, django_assert_num_queries):
    role = make(cast.main)
    for n in range(number):
        place = create_community(actor=OPERATOR, parent=cast.main, name=f"C {n}")
        give(User.objects.create(name=f"M {n}", email=f"m{n}@x.example"), place, role.id)

    with django_assert_num_queries(12):
        effect_of(cast.olga.actor, cast.northwind, role, [])


def test_roles_in_sight_are_built_in_first_then_by_name(cast: Cast):
    for place, name in ((cast.main, "zeta"), (cast.main, "Alpha"), (cast.alder, "Desk"), (cast.acme_main, "Theirs")):
        make(place, name)
    standard = [built_in(each).name for each in (GUEST, ANALYST, ADMIN)] + ["manage_member"]

    def names(who: str, *more: object) -> list[str]:
        return [each.name for each in roles_in_sight(cast.users[who].actor, cast.northwind, *more)]

    assert names("olga") == [*standard, "Alpha", "Desk", "zeta"]
    assert names("gus") == [*standard, "Alpha", "zeta"]
    assert names("otto") == names("nora") == []
    assert names("olga", "ALPH") == ["Alpha"]
    assert names("olga", "", cast.birch) == [*standard, "Alpha", "zeta"]
