"""Design rule 3: a role is handed out by who holds all its permissions there, or whose role names it."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from guestlist.access.decision import Held, may_hand_out
from guestlist.access.permissions import ADMINISTRATIVE, MEMBER_VERBS, READING
from guestlist.access.roles import ADMIN, ANALYST, BUILT_IN, MANAGE_MEMBER, RoleFacts, built_in

HERE = uuid.uuid4()
PERMISSIONS = sorted(READING | ADMINISTRATIVE)


def holding(*roles: RoleFacts) -> list[Held]:
    return [Held(role, HERE) for role in roles]


def given_by(*givers: uuid.UUID) -> set[str]:
    held = holding(*map(built_in, givers))
    return {name for role, name in BUILT_IN.items() if may_hand_out(built_in(role), held)}


def test_built_in_roles_hand_out_what_the_design_says():
    assert given_by(ADMIN) == {"Guest", "Analyst", "Admin", "manage_member"}
    assert given_by(MANAGE_MEMBER) == {"Guest", "Analyst", "manage_member"}
    assert "Admin" not in given_by(ANALYST) and "manage_member" not in given_by(ANALYST)
    assert given_by() == set()


def test_named_role_is_handed_out_though_its_permissions_are_not_held():
    above = RoleFacts(uuid.uuid4(), "Above", frozenset({"audit:read"}))
    naming = RoleFacts(uuid.uuid4(), "Naming", frozenset({"members:invite"}), frozenset({above.id}))

    assert may_hand_out(above, holding(naming))
    assert not may_hand_out(above, holding(built_in(MANAGE_MEMBER)))


def test_role_is_no_ladder_to_what_it_names():
    ladder = RoleFacts(uuid.uuid4(), "Ladder", frozenset(), frozenset({ADMIN}))
    desk = RoleFacts(uuid.uuid4(), "Desk", READING | MEMBER_VERBS)

    assert may_hand_out(ladder, holding(built_in(ADMIN)))
    assert not may_hand_out(ladder, holding(built_in(MANAGE_MEMBER)))
    assert not may_hand_out(RoleFacts(uuid.uuid4(), "Longer", frozenset(), frozenset({ladder.id})), holding(built_in(ANALYST)))
    assert may_hand_out(built_in(MANAGE_MEMBER), holding(desk)), "it names what Desk holds too"


def test_nobody_hands_out_even_an_empty_role_without_a_role_there():
    assert not may_hand_out(RoleFacts(uuid.uuid4(), "Empty", frozenset()), [])


roles = st.builds(RoleFacts, st.uuids(), st.just("R"), st.frozensets(st.sampled_from(PERMISSIONS)))


@given(role=roles, held=st.lists(roles, max_size=4), names=st.booleans())
def test_handed_out_only_if_held_in_full_or_named(role: RoleFacts, held: list[RoleFacts], names: bool):
    if names and held:
        held[0] = RoleFacts(held[0].id, "Naming", held[0].permissions, frozenset({role.id}))

    allowed = may_hand_out(role, holding(*held))

    owned = set().union(*(each.permissions for each in held))
    assert allowed is (bool(held) and (role.permissions <= owned or names))


@given(role=roles, held=st.lists(roles, min_size=1, max_size=4))
def test_handing_out_never_gives_more_than_is_held(role: RoleFacts, held: list[RoleFacts]):
    owned = frozenset().union(*(each.permissions for each in held))

    if may_hand_out(role, holding(*held)):
        assert frozenset().union(owned, role.permissions) == owned


def test_permissions_of_several_roles_add_up():
    half = RoleFacts(uuid.uuid4(), "Half", frozenset({"audit:read"}))
    other = RoleFacts(uuid.uuid4(), "Other", frozenset({"keys:write"}))
    both = RoleFacts(uuid.uuid4(), "Both", frozenset({"audit:read", "keys:write"}))

    assert may_hand_out(both, holding(half, other))
    assert not may_hand_out(both, holding(half))
