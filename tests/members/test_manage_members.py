"""Design rules 3 and 13: you may manage exactly the people you could have invited, each in their community."""

from collections.abc import Callable

import pytest

from guestlist.access.roles import ADMIN, ANALYST, GUEST, MANAGE_MEMBER
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.members.commands import create_role, deactivate, leave, reactivate, remove, set_roles
from guestlist.members.errors import AboveCeiling, LastAdmin, NoRoles, NotAllowed, UnknownRole
from guestlist.members.models import Membership
from guestlist.members.queries import may
from guestlist.users.models import User
from tests.cast import Cast, give

Act = Callable[..., object]

ACTS: dict[str, Act] = {
    "set_roles": lambda actor, row: set_roles(actor=actor.actor, membership=row, roles=["Guest"]),
    "deactivate": lambda actor, row: deactivate(actor=actor.actor, membership=row),
    "reactivate": lambda actor, row: reactivate(actor=actor.actor, membership=row),
    "remove": lambda actor, row: remove(actor=actor.actor, membership=row),
}


def _row(cast: Cast, short: str, place: str) -> Membership:
    return Membership.objects.get(user=cast.users[short], community=cast.places.get(place) or cast.main)


@pytest.mark.parametrize("act", ACTS)
def test_manager_manages_guests_and_analysts_of_their_community(cast: Cast, act: str):
    ACTS[act](cast.mia, _row(cast, "ana", "birch"))

    row = Membership.objects.filter(user=cast.ana, community=cast.birch).first()
    roles = [role.name for role in row.roles.all()] if row else []
    assert (row.status if row else "gone", roles) == {
        "set_roles": ("active", ["Guest"]),
        "deactivate": ("deactivated", ["Analyst"]),
        "reactivate": ("active", ["Analyst"]),
        "remove": ("gone", []),
    }[act]


@pytest.mark.parametrize("act", ACTS)
def test_who_is_above_the_ceiling_now_cannot_be_touched(cast: Cast, act: str):
    admin = give(cast.otto, cast.birch, ADMIN)

    with pytest.raises(AboveCeiling):
        ACTS[act](cast.mia, admin)

    admin.refresh_from_db()
    assert (admin.status, admin.roles.get().id) == ("active", ADMIN)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("stranger", ["otto", "nora", "ana", "gus", "adam"])
def test_who_may_not_is_refused(cast: Cast, act: str, stranger: str):
    row = _row(cast, "ana", "birch")

    with pytest.raises(NotAllowed):
        ACTS[act](cast.users[stranger], row)

    row.refresh_from_db()
    assert (row.status, row.roles.get().id) == ("active", ANALYST)


def test_adding_a_harmless_role_to_somebody_above_is_refused(cast: Cast):
    admin = give(cast.otto, cast.birch, ADMIN)

    with pytest.raises(AboveCeiling):
        set_roles(actor=cast.mia.actor, membership=admin, roles=["Admin", "Guest"])


def test_manager_cannot_raise_anybody_above_the_ceiling(cast: Cast):
    with pytest.raises(AboveCeiling):
        set_roles(actor=cast.mia.actor, membership=_row(cast, "ana", "birch"), roles=["Admin"])
    with pytest.raises(AboveCeiling):
        set_roles(actor=cast.mia.actor, membership=_row(cast, "mia", "birch"), roles=["Admin"])


def test_role_of_another_community_is_unknown(cast: Cast):
    create_role(actor=OPERATOR, community=cast.alder, name="Reviewer", permissions=["members:read"])

    with pytest.raises(UnknownRole):
        set_roles(actor=cast.olga.actor, membership=_row(cast, "ana", "birch"), roles=["Reviewer"])


def test_role_of_a_community_above_may_be_given(cast: Cast):
    role = create_role(actor=OPERATOR, community=cast.main, name="Reviewer", permissions=["members:read"])

    set_roles(actor=cast.olga.actor, membership=_row(cast, "ana", "birch"), roles=["Reviewer"])

    assert _row(cast, "ana", "birch").roles.get() == role


def test_taking_every_role_away_is_refused(cast: Cast):
    with pytest.raises(NoRoles):
        set_roles(actor=cast.olga.actor, membership=_row(cast, "ana", "birch"), roles=[])


def test_change_is_of_one_community_only(cast: Cast):
    deactivate(actor=cast.olga.actor, membership=_row(cast, "ana", "birch"))

    assert _row(cast, "ana", "alder").status == "active"


def test_deactivating_stops_what_the_membership_carries_below(cast: Cast):
    give(cast.otto, cast.cedar, ANALYST)
    assert may(cast.otto.actor, "members:read", cast.cedar_north.id)

    deactivate(actor=cast.olga.actor, membership=_row(cast, "otto", "cedar"))

    assert not may(cast.otto.actor, "members:read", cast.cedar_north.id)


def test_membership_that_is_gone_is_not_found(cast: Cast):
    row = _row(cast, "ana", "birch")
    remove(actor=cast.olga.actor, membership=_row(cast, "ana", "birch"))

    for act in ACTS.values():
        with pytest.raises(NotFound):
            act(cast.olga, row)


# Everywhere in the workspace


def test_everywhere_stops_all_memberships_of_the_workspace_and_no_other(cast: Cast):
    give(cast.ana, cast.acme_main, GUEST)

    deactivate(actor=cast.olga.actor, membership=_row(cast, "ana", "birch"), everywhere=True)

    states = dict(Membership.objects.filter(user=cast.ana).values_list("community__name", "status"))
    assert states == {"Alder": "deactivated", "Birch": "deactivated", "Acme": "active"}
    assert User.objects.get(id=cast.ana.id).is_active, "nothing a workspace does reaches the account"


def test_everywhere_needs_the_permission_in_the_main_community(cast: Cast):
    with pytest.raises(NotAllowed):
        deactivate(actor=cast.adam.actor, membership=_row(cast, "ana", "alder"), everywhere=True)

    give(cast.otto, cast.alder, GUEST)
    with pytest.raises(NotAllowed):
        deactivate(actor=cast.adam.actor, membership=_row(cast, "otto", "alder"), everywhere=True)

    assert set(Membership.objects.filter(workspace=cast.northwind).values_list("status", flat=True)) == {"active"}


@pytest.mark.parametrize("detour", ["none", "deactivate again"])
def test_deactivated_everywhere_cannot_be_undone_from_one_community(cast: Cast, detour: str):
    deactivate(actor=cast.olga.actor, membership=_row(cast, "ana", "alder"), everywhere=True)
    if detour == "deactivate again":
        deactivate(actor=cast.adam.actor, membership=_row(cast, "ana", "alder"))

    with pytest.raises(NotAllowed):
        reactivate(actor=cast.adam.actor, membership=_row(cast, "ana", "alder"))
    with pytest.raises(NotAllowed):
        remove(actor=cast.adam.actor, membership=_row(cast, "ana", "alder"))
    with pytest.raises(NotAllowed):
        leave(actor=cast.ana.actor, membership=_row(cast, "ana", "alder"))

    assert _row(cast, "ana", "alder").everywhere


def test_reactivated_by_main_comes_back_there_and_may_come_back_elsewhere(cast: Cast):
    deactivate(actor=cast.olga.actor, membership=_row(cast, "ana", "alder"), everywhere=True)

    reactivate(actor=cast.olga.actor, membership=_row(cast, "ana", "alder"))

    assert (_row(cast, "ana", "alder").status, _row(cast, "ana", "birch").status) == ("active", "deactivated")
    reactivate(actor=cast.mia.actor, membership=_row(cast, "ana", "birch"))
    assert _row(cast, "ana", "birch").status == "active"


def test_deactivated_in_one_community_is_reactivated_there(cast: Cast):
    deactivate(actor=cast.mia.actor, membership=_row(cast, "ana", "birch"))

    reactivate(actor=cast.mia.actor, membership=_row(cast, "ana", "birch"))

    assert may(cast.ana.actor, "members:read", cast.birch.id)


def test_everywhere_takes_all_memberships_of_the_workspace_and_no_other(cast: Cast):
    give(cast.ana, cast.acme_main, GUEST)

    remove(actor=cast.olga.actor, membership=_row(cast, "ana", "birch"), everywhere=True)

    assert [row.community for row in Membership.objects.filter(user=cast.ana)] == [cast.acme_main]
    assert User.objects.get(id=cast.ana.id).is_active


def test_everywhere_brings_all_memberships_back(cast: Cast):
    deactivate(actor=cast.olga.actor, membership=_row(cast, "ana", "birch"), everywhere=True)

    reactivate(actor=cast.olga.actor, membership=_row(cast, "ana", "alder"), everywhere=True)

    rows = Membership.objects.filter(user=cast.ana)
    assert [(row.status, row.everywhere) for row in rows] == [("active", False), ("active", False)]


@pytest.mark.parametrize("act", [reactivate, remove])
@pytest.mark.parametrize("who", ["adam", "mia", "nora", "otto"])
def test_everywhere_is_for_who_may_in_main(cast: Cast, act: Act, who: str):
    place = "alder" if who == "adam" else "birch"

    with pytest.raises(NotAllowed):
        act(actor=cast.users[who].actor, membership=_row(cast, "ana", place), everywhere=True)

    assert Membership.objects.filter(user=cast.ana, status="active").count() == 2


@pytest.mark.parametrize("act", [deactivate, remove])
def test_last_admin_stays_everywhere(cast: Cast, act: Act):
    give(cast.olga, cast.birch, GUEST)

    with pytest.raises(LastAdmin):
        act(actor=cast.olga.actor, membership=_row(cast, "olga", "birch"), everywhere=True)

    assert Membership.objects.filter(user=cast.olga, status="active").count() == 2


# Leaving


def test_holder_leaves_one_community(cast: Cast):
    leave(actor=cast.ana.actor, membership=_row(cast, "ana", "birch"))

    assert [row.community for row in Membership.objects.filter(user=cast.ana)] == [cast.alder]


@pytest.mark.parametrize("other", ["olga", "mia", "otto", "nora"])
def test_nobody_leaves_for_somebody_else(cast: Cast, other: str):
    with pytest.raises(NotFound):
        leave(actor=cast.users[other].actor, membership=_row(cast, "ana", "birch"))

    assert _row(cast, "ana", "birch").status == "active"


def test_managers_manage_each_other(cast: Cast):
    give(cast.otto, cast.birch, MANAGE_MEMBER)

    remove(actor=cast.mia.actor, membership=_row(cast, "otto", "birch"))

    assert not Membership.objects.filter(user=cast.otto).exists()
