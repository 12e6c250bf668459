"""API keys over the API: made, listed, revoked; the key itself is said once."""

from guestlist.access.roles import ADMIN, GUEST
from guestlist.api.keys import KeyMade, KeyOut
from guestlist.api.models import KeptAnswer
from guestlist.members.models import ApiKey
from tests.api.callers import Caller, as_key, as_user, code_of, make_key
from tests.cast import Cast

ALDER = "/workspaces/northwind/communities/alder/api-keys"
ONE = "/workspaces/northwind/api-keys"


def test_key_is_made_and_opens_what_its_roles_open(cast: Cast):
    answer = as_user(cast.adam).post(ALDER, {"name": "ci", "roles": ["Guest"]})

    row, key = ApiKey.objects.get(), answer.json()["key"]
    assert answer.status_code == 201
    KeyMade.model_validate(answer.json(), extra="forbid")
    assert answer.json()["roles"] == [{"id": str(GUEST), "name": "Guest"}]
    assert (row.name, row.community, key[:7]) == ("ci", cast.alder, row.hint)
    reader = Caller(headers={"Authorization": f"Bearer {key}"})
    assert reader.get("/workspaces/northwind/communities/alder/members").status_code == 200


def test_key_is_said_once_and_kept_nowhere(cast: Cast):
    adam = as_user(cast.adam)

    first, again = (adam.post(ALDER, {"name": "ci", "roles": ["Guest"]}, Idempotency_Key="one") for _ in range(2))

    assert again.json() == first.json() | {"key": None}
    assert ApiKey.objects.count() == 1
    assert first.json()["key"] not in KeptAnswer.objects.get().body
    assert first.json()["key"] not in adam.get(ALDER).content.decode()


def test_list_has_those_that_work(cast: Cast):
    kept, gone = make_key(cast.alder, [GUEST], "b")[0], make_key(cast.alder, [GUEST], "a")[0]
    make_key(cast.birch, [GUEST])
    adam = as_user(cast.adam)

    assert adam.delete(f"{ONE}/{gone.id}").status_code == 204
    items = adam.get(ALDER).json()["items"]

    assert [each["id"] for each in items] == [str(kept.id)]
    KeyOut.model_validate(items[0], extra="forbid")


def test_revoked_key_is_nobody_at_its_next_request(cast: Cast):
    caller = as_key(cast.alder, ADMIN)
    mine = ApiKey.objects.get()

    done = caller.delete(f"{ONE}/{mine.id}")

    assert done.status_code == 204
    assert code_of(caller.get("/me")) == (401, "unauthenticated")


def test_bodies_that_cannot_be_used_are_refused(cast: Cast):
    adam = as_user(cast.adam)

    assert code_of(adam.post(ALDER, {"name": "ci", "roles": []})) == (422, "no_roles")
    assert code_of(adam.post(ALDER, {"name": "ci", "roles": ["Wizard"]})) == (422, "unknown_role")
    assert code_of(adam.post(ALDER, {"name": " ", "roles": ["Guest"]})) == (422, "place_name_missing")
    assert not ApiKey.objects.exists()
