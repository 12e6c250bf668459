"""The same Idempotency-Key from the same caller within 24 hours: one effect, one answer."""

import threading

import pytest
import time_machine
from django.db import connection

from guestlist.api.models import KeptAnswer
from guestlist.invitations.models import Batch, Invitation
from guestlist.mail.models import Message
from guestlist.workspaces.models import Community
from tests.api.callers import Caller, as_key, as_user, code_of
from tests.cast import Cast, make_cast

PATH = "/workspaces/northwind/invitations"


def ask(caller: Caller, *emails: str, key: str = "first", place: str = "birch", **more):
    body = {"emails": list(emails or ["a@x.example"]), "grants": [{"community": place, "roles": ["Guest"]}], **more}
    return caller.post(PATH, body, Idempotency_Key=key)


def test_repeat_has_one_effect_and_the_same_answer(cast: Cast):
    olga = as_user(cast.olga)

    first, again = ask(olga), ask(olga)

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert (Batch.objects.count(), Message.objects.count()) == (1, 1)


def test_repeat_of_a_large_request_answers_202_again(cast: Cast):
    olga, emails = as_user(cast.olga), [f"p{n}@x.example" for n in range(501)]

    answers = [ask(olga, *emails) for _ in range(2)]

    assert [each.status_code for each in answers] == [202, 202]
    assert Batch.objects.count() == 1


def test_without_a_key_each_request_counts(cast: Cast):
    olga = as_user(cast.olga)
    body = {"emails": ["a@x.example"], "grants": [{"community": "birch", "roles": ["Guest"]}]}

    olga.post(PATH, body), olga.post(PATH, body)

    assert Batch.objects.count() == 2
    assert not KeptAnswer.objects.exists()


def test_key_used_for_something_else_is_a_conflict(cast: Cast):
    olga = as_user(cast.olga)
    ask(olga)

    assert code_of(ask(olga, "b@x.example")) == (409, "idempotency_conflict")
    assert code_of(
        olga.post("/workspaces/northwind/communities", {"name": "New", "parent": "main"}, Idempotency_Key="first")
    ) == (
        409,
        "idempotency_conflict",
    )
    assert Invitation.objects.count() == 1


def test_key_of_one_caller_is_nothing_to_another(cast: Cast):
    answers = [ask(caller) for caller in (as_user(cast.olga), as_user(cast.mia), as_key(cast.main))]

    assert len({each.json()["batch"] for each in answers}) == 3


def test_key_is_forgotten_after_24_hours(cast: Cast):
    olga = as_user(cast.olga)
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        first = ask(olga)
        clock.shift(86_399)
        assert ask(olga).json() == first.json()
        clock.shift(1)

        assert ask(olga).json() != first.json()
    assert KeptAnswer.objects.count() == 1


def test_refused_request_keeps_nothing(cast: Cast):
    olga = as_user(cast.olga)
    assert code_of(ask(olga, place="nowhere")) == (422, "unknown_community")

    assert ask(olga).status_code == 200


def test_community_is_made_once(cast: Cast):
    olga, body = as_user(cast.olga), {"name": "Delta", "parent": "main"}

    first, again = (olga.post("/workspaces/northwind/communities", body, Idempotency_Key="k") for _ in range(2))

    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert Community.objects.filter(name="Delta").count() == 1


def test_answer_kept_is_not_shown_to_whoever_lost_sight(cast: Cast):
    mia = as_user(cast.mia)
    ask(mia)
    cast.mia.memberships.all().delete()

    assert code_of(ask(mia)) == (404, "not_found")


@pytest.mark.parametrize("key", ["", "x" * 256, "clé", "a\tb"])
def test_key_that_cannot_be_kept_is_refused(cast: Cast, key: str):
    assert code_of(ask(as_user(cast.olga), key=key)) == (422, "bad_idempotency_key")
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_at_once_have_one_effect():
    callers = [as_user(make_cast().olga)] * 4
    answers, gate = [], threading.Barrier(len(callers))

    def send(caller: Caller) -> None:
        fresh = Caller(headers=caller.headers)
        fresh.client.cookies = caller.client.cookies
        gate.wait()
        answers.append(ask(fresh))
        connection.close()

    threads = [threading.Thread(target=send, args=[caller]) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [each.status_code for each in answers] == [200] * 4
    assert len({each.content for each in answers}) == 1
    assert sum("Idempotent-Replayed" in each for each in answers) == 3
    assert (Batch.objects.count(), Message.objects.count()) == (1, 1)
