"""More than 500 people are a batch that the worker does, part by part, each person once (design rule 7)."""

from datetime import timedelta

import pytest
import time_machine

from guestlist.audit.models import Event
from guestlist.invitations.commands import Invited, batches, cancel_batch, invite, run_batches
from guestlist.invitations.errors import AlreadyDecided
from guestlist.invitations.models import Batch, Grant, Invitation
from guestlist.invitations.queries import fetch_batch, outcomes_of
from guestlist.invitations.rules import Person
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.clock import now
from guestlist.kernel.errors import NotFound
from guestlist.mail.models import Message
from guestlist.members.commands import remove
from guestlist.members.models import Membership
from tests.cast import Cast
from tests.invitations.acts import live_grants, wanted


def people(count: int, start: int = 0) -> list[Person]:
    return [Person(f"p{number}@birch.example") for number in range(start, start + count)]


def send(cast: Cast, asked: list[Person], actor: str = "olga", **places: str) -> Invited:
    grants = wanted(cast, **(places or {"birch": "Guest"}))
    return invite(actor=cast.users[actor].actor, workspace=cast.northwind, people=asked, grants=grants)


def all_outcomes(batch: Batch) -> list[dict[str, object]]:
    found, place = [], 0
    while place is not None:
        page, place = outcomes_of(Batch.objects.get(id=batch.id), after=place, limit=300)
        found += page
    return found


def test_500_are_done_at_once(cast: Cast):
    done = send(cast, people(500))

    assert (done.batch.state, done.counts) == ("done", {"invited": 500})
    assert Invitation.objects.count() == Message.objects.count() == 500


def test_501_wait_for_the_worker_and_nothing_is_done_before(cast: Cast):
    done = send(cast, people(501))

    assert (done.batch.state, done.batch.total, done.batch.done, done.outcomes) == ("queued", 501, 0, [])
    assert not Invitation.objects.exists()

    assert run_batches() == 2

    batch = Batch.objects.get()
    assert (batch.state, batch.done, batch.counts) == ("done", 501, {"invited": 501})
    assert Invitation.objects.count() == Message.objects.count() == 501


def test_1200_people_get_their_outcomes_in_the_order_given(cast: Cast):
    asked = people(1200)
    asked[3], asked[700], asked[1199] = Person("a@b"), Person("gus@northwind.example"), Person("x" * 300)

    batch = send(cast, asked).batch
    run_batches()

    outcomes = all_outcomes(batch)
    assert [each["email"] for each in outcomes] == [each.email for each in asked]
    by_place = {place: outcomes[place]["outcome"] for place in (0, 3, 700, 1199)}
    assert by_place == {0: "invited", 3: "invalid", 700: "added", 1199: "invalid"}
    assert Batch.objects.get().counts == {"invited": 1197, "invalid": 2, "added": 1}


def test_outcomes_are_read_page_by_page_while_it_runs(cast: Cast):
    batch = send(cast, people(1200)).batch
    steps = iter([False, True])
    run_batches(stop=lambda: next(steps))

    found, more = outcomes_of(Batch.objects.get(), after=450, limit=100)

    assert [each["email"] for each in found] == [f"p{number}@birch.example" for number in range(450, 500)]
    assert more is None, "the rest is not done yet"
    assert outcomes_of(Batch.objects.get(), after=0, limit=50)[1] == 50
    assert Batch.objects.get(id=batch.id).done == 500


def test_rights_are_asked_when_it_runs(cast: Cast):
    """R-046: demoted between queueing and running."""
    send(cast, people(501), actor="mia")
    remove(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.mia))

    run_batches()

    assert Batch.objects.get().counts == {"refused": 501}
    assert {(each["outcome"], each["reason"]) for each in all_outcomes(Batch.objects.get())} == {("refused", "not_allowed")}
    assert not Invitation.objects.exists() and not Message.objects.exists()


def test_rights_lost_between_two_parts_stop_the_rest(cast: Cast):
    """R-045, R-046: and in the middle."""
    send(cast, people(1000), actor="mia")
    steps = iter([False, True])
    run_batches(stop=lambda: next(steps))
    remove(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.mia))

    run_batches()

    assert Batch.objects.get().counts == {"invited": 500, "refused": 500}


def test_entries_of_one_address_in_different_parts_are_joined(cast: Cast):
    asked = people(1200)
    asked[10] = Person("jules@birch.example", grants=tuple(wanted(cast, birch="Guest")))
    asked[1100] = Person("JULES@birch.example", grants=tuple(wanted(cast, alder="Analyst")))
    asked[1150] = Person("Jules@Birch.example", grants=tuple(wanted(cast, alder="Analyst")))

    batch = send(cast, asked).batch
    run_batches()

    outcomes = all_outcomes(batch)
    assert outcomes[1100] == outcomes[10] | {"email": outcomes[1100]["email"]}
    assert (outcomes[1150]["outcome"], outcomes[1150]["reason"]) == ("refused", "duplicate")
    jules = Invitation.objects.get(email_key="jules@birch.example")
    assert live_grants(jules) == {"birch by Olga Lindqvist": {"Guest"}, "alder by Olga Lindqvist": {"Analyst"}}
    assert Message.objects.filter(to_email="jules@birch.example").count() == 1


def test_cancelled_batch_stops_and_keeps_what_it_did(cast: Cast):
    batch = send(cast, people(1000)).batch
    steps = iter([False, True])
    run_batches(stop=lambda: next(steps))

    cancelled = cancel_batch(actor=cast.olga.actor, batch=batch)

    assert (cancelled.state, cancelled.done) == ("cancelled", 500)
    assert run_batches() == 0
    assert Invitation.objects.count() == 500
    assert Event.objects.filter(action="batch.cancelled", target_id=batch.id).count() == 1
    with pytest.raises(AlreadyDecided):
        cancel_batch(actor=cast.olga.actor, batch=batch)


def test_worker_that_stops_in_time_lets_the_next_one_go_on_at_once(cast: Cast):
    send(cast, people(1000))
    steps = iter([False, True])

    assert run_batches(stop=lambda: next(steps)) == 1
    assert run_batches() == 1
    assert Batch.objects.get().state == "done"


class Killed(BaseException):
    """Nobody catches it, as nobody catches a kill."""


def test_killed_in_the_middle_of_a_part_goes_on_and_does_no_person_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    send(cast, people(1200))
    real, parts = batches.close_part, []

    def close_part(*args: object) -> None:
        parts.append(args)
        if len(parts) == 2:
            raise Killed
        real(*args)

    monkeypatch.setattr(batches, "close_part", close_part)
    with pytest.raises(Killed):
        run_batches()
    assert (Invitation.objects.count(), Batch.objects.get().done) == (500, 500), "the part it was at is as if never begun"

    assert run_batches() == 0, "leased to the one that was killed"
    with time_machine.travel(now() + timedelta(minutes=6)):
        assert run_batches() == 2

    assert Batch.objects.get().counts == {"invited": 1200}
    assert Invitation.objects.count() == Grant.objects.count() == Message.objects.count() == 1200
    assert [each["email"] for each in all_outcomes(Batch.objects.get())] == [each.email for each in people(1200)]


def test_part_that_cannot_be_done_ends_the_batch_visibly_and_is_not_tried_for_ever(cast: Cast):
    batch = send(cast, people(1000)).batch
    batch.parts.filter(number=1).update(entries=[{"not": "an entry"}])

    run_batches()

    batch.refresh_from_db()
    assert (batch.state, batch.done, batch.counts) == ("failed", 500, {"invited": 500})
    assert batch.finished_at is not None
    assert Event.objects.filter(action="batch.failed", target_id=batch.id).count() == 1
    assert run_batches() == 0


def test_oldest_batch_comes_first(cast: Cast):
    first, second = send(cast, people(501)).batch, send(cast, people(501, 600)).batch

    run_batches()

    assert Batch.objects.get(id=first.id).state == "done"
    assert Batch.objects.get(id=second.id).state == "queued"


def test_nothing_waiting_is_nothing_to_do(cast: Cast):
    assert run_batches() == 0


# Who sees it


def test_batch_is_seen_by_its_maker_and_by_who_may_invite_in_main(cast: Cast):
    batch = send(cast, people(501), actor="mia").batch

    for seer in (cast.mia.actor, cast.olga.actor, OPERATOR):
        assert fetch_batch(seer, cast.northwind, batch.id) == batch
    for stranger in (cast.otto, cast.nora, cast.adam, cast.gus):
        with pytest.raises(NotFound):
            fetch_batch(stranger.actor, cast.northwind, batch.id)
    with pytest.raises(NotFound):
        fetch_batch(cast.nora.actor, cast.acme, batch.id)
