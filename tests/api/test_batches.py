import pytest

from guestlist.access.roles import GUEST
from guestlist.api.batches import BatchOut
from guestlist.invitations.commands import invite, run_batches
from guestlist.invitations.models import Batch, Invitation
from guestlist.invitations.rules import Person, Wanted
from tests.api.callers import as_key, as_user, code_of
from tests.cast import Cast

STATEMENTS = 9
PATH = "/workspaces/northwind/batches"


def batch_of(cast: Cast, number: int, by: str = "adam", place: str = "alder") -> Batch:
    people = [Person(f"p{each:04}@x.example") for each in range(number)]
    grants = [Wanted(cast.places[place].id, frozenset({GUEST}))]
    batch = invite(actor=cast.users[by].actor, workspace=cast.northwind, people=people, grants=grants).batch
    assert batch is not None
    return batch


def test_batch_tells_how_far_it_is(cast: Cast):
    batch = batch_of(cast, 501)
    waiting = as_user(cast.adam).get(f"{PATH}/{batch.id}").json()
    run_batches()

    done = as_user(cast.adam).get(f"{PATH}/{batch.id}").json()

    assert (waiting["state"], waiting["done"], waiting["total"], waiting["counts"], waiting["finished_at"]) == (
        "queued",
        0,
        501,
        {},
        None,
    )
    assert (done["state"], done["done"], done["total"], done["counts"]) == ("done", 501, 501, {"invited": 501})
    BatchOut.model_validate(done, extra="forbid")


def test_outcomes_come_in_the_order_given_page_by_page(cast: Cast):
    batch = batch_of(cast, 1001)
    run_batches()
    adam, found, cursor = as_user(cast.adam), [], ""

    while cursor is not None:
        page = adam.get(f"{PATH}/{batch.id}/outcomes", limit=400, cursor=cursor).json()
        found += page["items"]
        cursor = page["next_cursor"]

    assert [each["email"] for each in found] == [f"p{number:04}@x.example" for number in range(1001)]
    assert {each["outcome"] for each in found} == {"invited"}
    assert set(found[0]) == {"email", "outcome", "reason", "invitation", "memberships"}


def test_outcomes_of_a_batch_not_begun_are_empty(cast: Cast):
    batch = batch_of(cast, 501)

    assert as_user(cast.adam).get(f"{PATH}/{batch.id}/outcomes").json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("number", [1, 300])
def test_number_of_statements_does_not_grow_with_the_list(cast: Cast, number: int, django_assert_num_queries):
    batch = batch_of(cast, number, by="olga")
    key = as_key(cast.main)

    with django_assert_num_queries(STATEMENTS):
        assert len(key.get(f"{PATH}/{batch.id}/outcomes", limit=1000).json()["items"]) == number


def test_batch_is_its_makers_and_the_main_communitys(cast: Cast):
    batch = batch_of(cast, 2)

    for caller in (as_user(cast.adam), as_user(cast.olga), as_key(cast.main)):
        assert caller.get(f"{PATH}/{batch.id}").status_code == 200


def test_batch_does_not_exist_for_anybody_else(cast: Cast):
    batch = batch_of(cast, 501)
    nothing = as_user(cast.otto).get("/workspaces/northwind/batches/00000000-0000-7000-8000-00000000beef").content

    for caller in (as_user(cast.mia), as_user(cast.nora), as_user(cast.otto), as_key(cast.alder), as_key(cast.acme_main)):
        for answer in (
            caller.get(f"{PATH}/{batch.id}"),
            caller.get(f"{PATH}/{batch.id}/outcomes"),
            caller.post(f"{PATH}/{batch.id}/cancel"),
        ):
            assert code_of(answer) == (404, "not_found")
            assert answer.content == nothing
    assert code_of(as_user(cast.nora).get(f"/workspaces/acme/batches/{batch.id}")) == (404, "not_found")
    assert Batch.objects.get().state == "queued"


def test_cancelling_stops_a_batch_once(cast: Cast):
    batch = batch_of(cast, 501)
    adam = as_user(cast.adam)

    answer = adam.post(f"{PATH}/{batch.id}/cancel")
    run_batches()

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert not Invitation.objects.exists()
    assert code_of(adam.post(f"{PATH}/{batch.id}/cancel")) == (409, "already_decided")
