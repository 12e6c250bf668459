"""Design rules 1 and 2: a reference model of ten lines, the pure decision and the SQL agree on any tree and any memberships."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guestlist.access.decision import Held, decide
from guestlist.access.permissions import ADMINISTRATIVE, READING, catalogue
from guestlist.access.roles import ADMIN, ANALYST, BUILT_IN, GUEST, MANAGE_MEMBER, RoleFacts, built_in
from guestlist.kernel.actors import OPERATOR, SYSTEM, Actor
from guestlist.kernel.clock import now
from guestlist.members.commands import create_api_key, create_role
from guestlist.members.models import Membership, Role
from guestlist.members.queries import communities_where, may, standing, visible_communities, visible_workspaces
from guestlist.users.models import User
from guestlist.workspaces.commands import create_workspace, insert_managed_community
from guestlist.workspaces.models import Community, Workspace
from tests.cast import Cast, give

ASKED = ("members:read", "members:invite", "members:assign", "roles:write", "audit:read")
CUSTOM = {"Auditor": {"audit:read"}, "Inviter": {"members:invite", "members:read"}}
NOBODY = 3  # the last actor has no membership in the workspace that is asked about


class Model:
    """Who may do what, in ten lines and without a database."""

    def __init__(self) -> None:
        self.parent: dict[uuid.UUID, uuid.UUID | None] = {}
        self.held: list[tuple[object, uuid.UUID, set[str]]] = []  # actor, community, permissions; only what carries

    def path(self, place: uuid.UUID | None) -> Iterator[uuid.UUID]:
        while place:
            yield place
            place = self.parent[place]

    def may(self, actor: object, permission: str, place: uuid.UUID) -> bool:
        return any(who == actor and at in self.path(place) and permission in given for who, at, given in self.held)

    def sees(self, actor: object, place: uuid.UUID) -> bool:
        reads = {(who, at) for who, at, given in self.held if "communities:read" in given}
        return any(who == actor and at == place for who, at, _ in self.held) or any(
            (actor, at) in reads for at in self.path(place)
        )


@dataclass
class World:
    model: Model
    workspace: Workspace
    actors: list[Actor]
    communities: list[Community] = field(default_factory=list)


placements = st.tuples(
    st.integers(0, NOBODY - 1),  # who
    st.integers(0, 6),  # where
    st.sets(st.sampled_from(["Guest", "Analyst", "Admin", "manage_member", *CUSTOM]), min_size=1, max_size=2),
    st.sampled_from(["active", "active", "active", "deactivated", "ended", "ends later"]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parents=st.lists(st.integers(0, 5), max_size=6),
    held=st.lists(placements, max_size=8, unique_by=lambda each: each[:2]),
    disabled=st.sets(st.integers(0, NOBODY - 1), max_size=1),
    key_at=st.integers(0, 6),
)
def test_any_tree_and_any_memberships_model_decision_and_sql_agree(db: None, parents, held, disabled, key_at):
    with world(parents, held, disabled, key_at) as made:
        for actor in made.actors:
            for place in made.communities:
                reach = standing(actor, [place.id])[place.id]
                for permission in ASKED:
                    expected = made.model.may(actor, permission, place.id)
                    assert bool(decide(permission, reach)) is expected
                    assert bool(may(actor, permission, place.id)) is expected
            for permission in ASKED:
                where = {each.id for each in communities_where(actor, made.workspace, permission)}
                assert where == {each.id for each in made.communities if made.model.may(actor, permission, each.id)}
            seen = {each.id for each in visible_communities(actor, made.workspace)}
            assert seen == {each.id for each in made.communities if made.model.sees(actor, each.id)}
            assert (made.workspace in visible_workspaces(actor)) is bool(seen)


@contextmanager
def world(parents: list[int], held: list, disabled: set[int], key_at: int) -> Iterator[World]:
    """One workspace that is asked about, and a foreign one where every actor is Admin: nothing of it may flow over."""
    with transaction.atomic():
        model = Model()
        workspace, main = create_workspace(actor=OPERATOR, name="Asked", slug="asked")
        _, foreign_main = create_workspace(actor=OPERATOR, name="Foreign", slug="foreign")
        communities = [main]
        model.parent = {main.id: None}
        for number, parent in enumerate(parents):
            below = communities[parent % len(communities)]
            made = insert_managed_community(actor=OPERATOR, parent=below, name=f"C {number}")
            communities.append(made)
            model.parent[made.id] = below.id
        users = [User.objects.create(name=f"U {n}", email=f"u{n}@x.example", password="unused") for n in range(NOBODY + 1)]
        for user in users:
            give(user, foreign_main, ADMIN)
        roles = _roles(main)
        _place(model, users, communities, roles, held, disabled)
        key = _key(model, communities[key_at % len(communities)])
        yield World(model, workspace, [each.actor for each in users] + [key, SYSTEM], communities)
        transaction.set_rollback(True)


def _roles(main: Community) -> dict[str, tuple[uuid.UUID, set[str]]]:
    found = {name: (role, set(built_in(role).permissions)) for role, name in BUILT_IN.items()}
    for name, permissions in CUSTOM.items():
        row = create_role(actor=OPERATOR, community=main, name=name, permissions=permissions)
        found[name] = (row.id, permissions)
    return found


def _place(model: Model, users, communities, roles, held, disabled) -> None:
    taken = set()
    for who, where, names, state in held:
        place = communities[where % len(communities)]
        if (who, place.id) in taken:
            continue
        taken.add((who, place.id))
        membership = give(users[who], place, *(roles[name][0] for name in names))
        membership.status = "deactivated" if state == "deactivated" else "active"
        membership.ends_at = {"ended": now() - timedelta(seconds=1), "ends later": now() + timedelta(hours=1)}.get(state)
        membership.save()
        if state in ("active", "ends later") and who not in disabled:
            model.held.append((users[who].actor, place.id, set().union(*(roles[name][1] for name in names))))
    for who in disabled:
        users[who].disabled_at = now()
        users[who].save()


def _key(model: Model, place: Community) -> Actor:
    analyst = Role.objects.get(id=ANALYST)
    key, _ = create_api_key(actor=OPERATOR, community=place, name="ci", roles=[analyst])
    model.held.append((key.actor, place.id, set(built_in(ANALYST).permissions)))
    return key.actor


def test_membership_in_main_reaches_communities_made_later(cast: Cast):
    from_before = may(cast.olga.actor, "members:invite", cast.cedar_north.id)

    later = insert_managed_community(actor=OPERATOR, parent=cast.cedar_north, name="Later")

    assert from_before
    assert may(cast.olga.actor, "members:invite", later.id)


def test_membership_below_gives_nothing_above_or_beside(cast: Cast):
    adam = cast.adam.actor

    assert may(adam, "members:invite", cast.alder.id)
    assert not may(adam, "members:invite", cast.main.id)
    assert not may(adam, "members:invite", cast.birch.id)
    assert not may(adam, "members:read", cast.acme_main.id)


def test_outsider_and_neighbour_hold_nothing_anywhere(cast: Cast):
    for stranger in (cast.otto, cast.nora):
        assert not visible_communities(stranger.actor, cast.northwind).exists()
        for place in (cast.main, cast.alder, cast.cedar_north):
            assert not any(may(stranger.actor, permission, place.id) for permission in catalogue())


def test_every_cause_of_a_decision_is_named(cast: Cast):
    give(cast.olga, cast.alder, GUEST)

    decision = may(cast.olga.actor, "members:read", cast.alder.id)

    assert {(each.role.id, each.community) for each in decision.because} == {(ADMIN, cast.main.id), (GUEST, cast.alder.id)}


def test_no_role_held_is_refused_without_cause():
    decision = decide("members:read", [])

    assert (decision.allowed, decision.because) == (False, ())


def test_decision_looks_at_permissions_never_at_a_name():
    impostor = RoleFacts(uuid.uuid4(), "Admin", frozenset())

    assert not decide("members:read", [Held(impostor, uuid.uuid4())])


def test_change_acts_on_the_next_question(cast: Cast):
    before = may(cast.gus.actor, "members:read", cast.cedar_north.id)

    Membership.objects.filter(user=cast.gus).update(status=Membership.Status.DEACTIVATED)

    assert before
    assert not may(cast.gus.actor, "members:read", cast.cedar_north.id)


def test_built_in_roles_hold_what_the_design_says():
    assert built_in(GUEST).permissions == READING
    assert built_in(ANALYST).permissions == READING
    assert built_in(ADMIN).permissions == READING | ADMINISTRATIVE
    assert built_in(MANAGE_MEMBER).permissions == READING | {
        "members:invite",
        "members:assign",
        "members:deactivate",
        "members:remove",
    }
    assert built_in(MANAGE_MEMBER).may_hand_out == {GUEST, ANALYST}


def test_revoked_key_holds_nothing(cast: Cast):
    key, _ = create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[Role.objects.get(id=ADMIN)])
    before = may(key.actor, "members:invite", cast.alder.id)

    key.revoked_at = now()
    key.save()

    assert before
    assert not may(key.actor, "members:invite", cast.alder.id)
    assert not visible_communities(key.actor, cast.northwind).exists()


def test_decision_takes_a_constant_number_of_statements_for_any_number_of_communities(cast: Cast, django_assert_num_queries):
    everywhere = [each.id for each in cast.northwind.communities.all()]

    with django_assert_num_queries(2):
        standing(cast.olga.actor, [cast.alder.id])
    with django_assert_num_queries(2):
        standing(cast.olga.actor, everywhere)
