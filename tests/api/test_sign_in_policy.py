"""The policy of the door and the domains, over the API."""

from guestlist.kernel.clock import now
from guestlist.members.models import Membership
from guestlist.sso.models import Connection, Domain
from guestlist.workspaces.models import Workspace
from tests.api.callers import as_key, as_user, code_of
from tests.cast import Cast
from tests.sso.name_server import name_server

PATH = "/workspaces/northwind"


def test_policy_is_read_and_changed_part_by_part(cast: Cast):
    key = as_key(cast.main)

    key.patch(PATH, {"policy": {"session_idle": 900, "session_lifetime": 7200}})
    done = key.patch(PATH, {"policy": {"session_idle": None, "requires_second_factor": True}})

    assert done.status_code == 200
    policy = as_key(cast.alder).get(PATH).json()["policy"]
    assert policy["session_idle"] is None
    assert (policy["session_lifetime"], policy["requires_second_factor"], policy["sso_only"]) == (7200, True, False)


def test_sso_only_with_break_glass_in_one_request(cast: Cast):
    key = as_key(cast.main)
    assert code_of(key.patch(PATH, {"policy": {"sso_only": True}})) == (409, "no_connection")
    Connection.objects.create(workspace=cast.northwind, name="Okta", protocol="oidc", enabled_at=now(), tested_at=now())
    assert code_of(key.patch(PATH, {"policy": {"sso_only": True}})) == (409, "last_admin")

    done = key.patch(PATH, {"policy": {"sso_only": True, "break_glass": [str(cast.olga.id)]}})

    assert done.json()["policy"]["sso_only"] is True
    assert Membership.objects.get(user=cast.olga).break_glass


def test_refused_policy_changes_nothing_else(cast: Cast):
    answer = as_key(cast.main).patch(PATH, {"name": "Renamed", "policy": {"session_idle": 5}})

    assert code_of(answer) == (422, "bad_session_limit")
    assert Workspace.objects.get(id=cast.northwind.id).name == "Northwind Security"


def test_admin_of_a_managed_community_may_not(cast: Cast):
    assert code_of(as_user(cast.adam).patch(PATH, {"policy": {"session_idle": 900}})) == (403, "not_allowed")


def test_domain_from_claim_to_proof(cast: Cast, settings):
    key = as_key(cast.main)
    row = key.post(f"{PATH}/domains", {"name": "Northwind.example"}).json()
    with name_server() as (address, records):
        settings.GUESTLIST_DNS_SERVERS = [address]
        early = key.post(f"{PATH}/domains/{row['id']}/check")
        records[row["record"]["name"]] = [row["record"]["value"]]
        done = key.post(f"{PATH}/domains/{row['id']}/check")

    assert row["proved_at"] is None and row["record"]["name"] == "_guestlist.northwind.example"
    assert code_of(early) == (409, "proof_missing")
    assert done.json()["proved_at"]
    assert [each["name"] for each in key.get(f"{PATH}/domains").json()["items"]] == ["northwind.example"]


def test_neighbour_reaches_no_domain(cast: Cast):
    row = as_key(cast.main).post(f"{PATH}/domains", {"name": "northwind.example"}).json()

    for caller in (as_user(cast.nora), as_user(cast.otto), as_key(cast.acme_main)):
        assert code_of(caller.get(f"{PATH}/domains/{row['id']}")) == (404, "not_found")
    assert code_of(as_key(cast.acme_main).delete(f"/workspaces/acme/domains/{row['id']}")) == (404, "not_found")
    assert Domain.objects.count() == 1


def test_claim_sent_twice_with_a_key_is_one(cast: Cast):
    key = as_key(cast.main)

    answers = [key.post(f"{PATH}/domains", {"name": "northwind.example"}, Idempotency_Key="once") for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 201]
    assert Domain.objects.count() == 1
