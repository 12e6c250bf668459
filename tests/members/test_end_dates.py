"""A membership may end by itself: then it carries nothing, and holder and admins were told some days before, once."""

from datetime import UTC, datetime, timedelta

import pytest

from guestlist.access.permissions import MEMBER_VERBS, READING
from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.audit.models import Event
from guestlist.config.worker import work_once
from guestlist.invitations.commands import invite
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR
from guestlist.mail.models import Message
from guestlist.members.commands import create_role, deactivate, remind_of_ends, set_end
from guestlist.members.errors import AboveCeiling, EndInThePast, LastAdmin, NotAllowed
from guestlist.members.models import Membership
from guestlist.members.queries import Filter, communities_where, may, members_of, visible_workspaces
from tests.cast import Cast, give, role_named
from tests.flows.together import together

SOON = timedelta(days=5)


def row(cast: Cast, who: str, place: str) -> Membership:
    return Membership.objects.get(user=cast.users[who], community=cast.places.get(place) or cast.main)


def mailed() -> list[str]:
    return sorted(Message.objects.values_list("to_email", flat=True))


def test_end_is_set_and_taken_away_by_who_may_assign(cast: Cast):
    ends = clock.now() + SOON

    assert set_end(actor=cast.mia.actor, membership=row(cast, "ana", "birch"), ends_at=ends).ends_at == ends
    assert set_end(actor=cast.mia.actor, membership=row(cast, "ana", "birch"), ends_at=None).ends_at is None

    history = Event.objects.filter(action="membership.end_changed").order_by("id")
    assert [(each.before["ends_at"], each.after["ends_at"]) for each in history] == [
        (None, ends.isoformat()),
        (ends.isoformat(), None),
    ]


@pytest.mark.parametrize("who", ["otto", "nora", "ana", "gus", "adam"])
def test_who_may_not_assign_may_not_end(cast: Cast, who: str):
    with pytest.raises(NotAllowed):
        set_end(actor=cast.users[who].actor, membership=row(cast, "ana", "birch"), ends_at=clock.now() + SOON)

    assert row(cast, "ana", "birch").ends_at is None


def test_end_of_somebody_above_the_ceiling_is_refused(cast: Cast):
    admin = give(cast.otto, cast.birch, ADMIN)

    with pytest.raises(AboveCeiling):
        set_end(actor=cast.mia.actor, membership=admin, ends_at=clock.now() + SOON)


def test_end_in_the_past_is_refused(cast: Cast):
    with pytest.raises(EndInThePast):
        set_end(actor=cast.mia.actor, membership=row(cast, "ana", "birch"), ends_at=clock.now() - SOON)


def test_last_admin_gets_no_end(cast: Cast):
    with pytest.raises(LastAdmin):
        set_end(actor=cast.olga.actor, membership=row(cast, "olga", "main"), ends_at=clock.now() + SOON)

    assert row(cast, "olga", "main").ends_at is None


def test_ended_membership_carries_nothing_anywhere(cast: Cast):
    give(cast.otto, cast.cedar, ADMIN)
    Membership.objects.filter(user=cast.otto).update(ends_at=clock.now() - timedelta(seconds=1))

    ended = row(cast, "otto", "cedar")
    assert ended.state == "ended"
    assert not may(cast.otto.actor, "members:read", cast.cedar.id)
    assert not may(cast.otto.actor, "members:read", cast.cedar_north.id)
    assert not visible_workspaces(cast.otto.actor).exists()
    assert not communities_where(cast.otto.actor, cast.northwind, "members:read").exists()
    with pytest.raises(NotAllowed):
        deactivate(actor=cast.otto.actor, membership=row(cast, "gus", "cedar"))


def test_ended_membership_is_not_inherited_in_a_list(cast: Cast):
    give(cast.otto, cast.cedar, ADMIN)
    Membership.objects.filter(user=cast.otto).update(ends_at=clock.now() - SOON)

    rows = members_of(cast.olga.actor, cast.northwind, cast.cedar_north, Filter(), inherited=True)

    assert [each.membership.user for each in rows] == [cast.gus, cast.olga]


def test_inviting_who_has_ended_there_says_so_like_one_deactivated(cast: Cast):
    Membership.objects.filter(user=cast.ana, community=cast.birch).update(ends_at=clock.now() - SOON)

    done = invite(
        actor=cast.olga.actor,
        workspace=cast.northwind,
        people=[Person("ana@northwind.example")],
        grants=[Wanted(cast.birch.id, frozenset({GUEST, ANALYST}))],
    )

    assert [(each.outcome, each.reason) for each in done.outcomes] == [("refused", "deactivated")]


# The reminder


def test_holder_and_who_can_manage_them_are_reminded_once(cast: Cast):
    set_end(actor=cast.mia.actor, membership=row(cast, "ana", "birch"), ends_at=clock.now() + SOON)

    done = [remind_of_ends(), remind_of_ends()]

    assert done == [1, 0]
    assert mailed() == ["ana@northwind.example", "mia@northwind.example", "olga@northwind.example"]
    assert set(Message.objects.values_list("workspace_id", flat=True)) == {cast.northwind.id}


def test_who_cannot_manage_them_is_not_told(cast: Cast):
    row_of_admin = give(cast.otto, cast.birch, ADMIN)
    Membership.objects.filter(id=row_of_admin.id).update(ends_at=clock.now() + SOON)

    remind_of_ends()

    assert mailed() == ["olga@northwind.example", "otto@elsewhere.example"], "Mia is below the Admin of Birch"


def test_end_further_off_is_not_spoken_of_yet(cast: Cast, time_machine):
    set_end(actor=cast.mia.actor, membership=row(cast, "ana", "birch"), ends_at=clock.now() + timedelta(days=30))
    assert remind_of_ends() == 0

    time_machine.move_to(clock.now() + timedelta(days=24))

    assert remind_of_ends() == 1


def test_end_that_was_moved_is_reminded_of_again(cast: Cast):
    set_end(actor=cast.mia.actor, membership=row(cast, "ana", "birch"), ends_at=clock.now() + SOON)
    remind_of_ends()

    set_end(actor=cast.mia.actor, membership=row(cast, "ana", "birch"), ends_at=clock.now() + timedelta(days=6))

    assert remind_of_ends() == 1


@pytest.mark.parametrize("change", [{"status": "deactivated"}, {"ends_at": datetime(2020, 1, 1, tzinfo=UTC)}])
def test_what_carries_nothing_is_not_reminded_of(cast: Cast, change: dict):
    Membership.objects.filter(user=cast.ana).update(ends_at=clock.now() + SOON)
    Membership.objects.filter(user=cast.ana).update(**change)

    assert remind_of_ends() == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_remind_once(cast: Cast):
    Membership.objects.filter(user=cast.ana).update(ends_at=clock.now() + SOON)

    assert sum(together(remind_of_ends, remind_of_ends)) == 2
    assert mailed().count("ana@northwind.example") == 2, "one for each of her two communities"


def test_worker_reminds(cast: Cast):
    Membership.objects.filter(user=cast.ana, community=cast.birch).update(ends_at=clock.now() + SOON)

    work_once(lambda: True)

    assert "ana@northwind.example" in mailed()


def test_nobody_puts_off_the_end_of_their_own(cast: Cast):
    mine, ends = row(cast, "mia", "birch"), clock.now() + SOON
    boss = Membership.objects.get(user=cast.olga)
    role = create_role(
        actor=OPERATOR, community=cast.birch, name="Keeper", permissions=READING | MEMBER_VERBS, may_give=[role_named("Guest")]
    )
    mine.roles.set([role])
    set_end(actor=cast.olga.actor, membership=mine, ends_at=ends)

    for later in (None, ends + SOON):
        with pytest.raises(NotAllowed):
            set_end(actor=cast.mia.actor, membership=mine, ends_at=later)

    assert set_end(actor=cast.mia.actor, membership=mine, ends_at=ends - timedelta(days=1)).ends_at < ends
    assert set_end(actor=cast.olga.actor, membership=mine, ends_at=None).ends_at is None
    assert set_end(actor=cast.olga.actor, membership=boss, ends_at=None).ends_at is None
