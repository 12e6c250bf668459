"""R-043: a body takes the fields of its shape and no other; an answer holds those of its shape. Server-set fields are no inputs."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db.models import Model

from guestlist.api.site import api
from guestlist.audit.models import Event
from guestlist.invitations.models import Batch, Grant, Invitation
from guestlist.members.models import ApiKey, Membership, Role
from guestlist.sso.models import Attempt, Connection, Domain, Identity
from guestlist.users.models import User
from guestlist.workspaces.models import Community, Workspace
from tests.api.callers import as_key, as_user
from tests.cast import Cast

WORKSPACE = "/workspaces/{workspace}"
# Each operation with a body, with the models it writes.
BODIES: dict[tuple[str, str], tuple[type[Model], ...]] = {
    ("patch", "/me"): (User,),
    ("post", "/me/addresses"): (EmailAddress, User),
    ("patch", WORKSPACE): (Workspace,),
    ("post", f"{WORKSPACE}/communities"): (Community,),
    ("patch", f"{WORKSPACE}/communities/{{community}}"): (Community,),
    ("post", f"{WORKSPACE}/communities/{{community}}/roles"): (Role,),
    ("post", f"{WORKSPACE}/communities/{{community}}/api-keys"): (ApiKey,),
    ("patch", f"{WORKSPACE}/roles/{{role}}"): (Role,),
    ("delete", f"{WORKSPACE}/roles/{{role}}"): (Role,),
    ("patch", f"{WORKSPACE}/memberships/{{membership}}"): (Membership, User),
    ("post", f"{WORKSPACE}/invitations"): (Invitation, Batch, Grant),
    ("patch", f"{WORKSPACE}/invitations/{{invitation}}"): (Invitation, Grant),
    ("post", f"{WORKSPACE}/domains"): (Domain,),
    ("post", f"{WORKSPACE}/connections"): (Connection,),
    ("patch", f"{WORKSPACE}/connections/{{connection}}"): (Connection,),
    ("post", f"{WORKSPACE}/connections/{{connection}}/preview"): (Connection, Identity),
    ("post", f"{WORKSPACE}/connections/{{connection}}/attempts/{{attempt}}/let-in"): (Attempt, Identity),
}


def _schema(operation: tuple[str, str]) -> dict[str, Any]:
    verb, path = operation
    document = api.get_openapi_schema(path_prefix="")
    body = document["paths"][path][verb]["requestBody"]["content"]["application/json"]["schema"]
    ref = body.get("$ref") or next(each["$ref"] for each in body["anyOf"] if "$ref" in each)
    return document["components"]["schemas"][ref.rpartition("/")[2]]


def test_every_operation_with_a_body_is_tried():
    paths = api.get_openapi_schema(path_prefix="")["paths"]

    assert set(BODIES) == {(verb, path) for path, verbs in paths.items() for verb in verbs if "requestBody" in verbs[verb]}


@pytest.mark.parametrize("operation", BODIES, ids=" ".join)
def test_field_of_the_model_that_is_no_input_is_refused(cast: Cast, operation: tuple[str, str]):
    verb, path = operation
    membership = cast.ana.memberships.get(community=cast.birch)
    asked = path.format(
        workspace="northwind",
        community="birch",
        role=cast.olga.id,
        membership=membership.id,
        invitation=cast.olga.id,
        connection=cast.olga.id,
        attempt=cast.olga.id,
    )
    caller, inputs = as_user(cast.olga), _schema(operation)["properties"]
    names = {name for model in BODIES[operation] for each in model._meta.get_fields() for name in (each.name, f"{each.name}_id")}
    before = Event.objects.count()

    answers = {name: caller.send(verb, asked, {name: "1"}) for name in sorted(names - inputs.keys())}

    assert {name for name, answer in answers.items() if answer.status_code != 422} == set()
    assert {name for name, answer in answers.items() if name not in answer.content.decode()} == set()
    assert Event.objects.count() == before


def test_answer_that_passes_its_response_model_by_holds_the_fields_of_its_shape(cast: Cast):
    body = {"emails": ["new@x.example"], "grants": [{"community": "birch", "roles": ["Guest"]}]}

    answer = as_key(cast.main).post("/workspaces/northwind/invitations", body).json()

    shapes = api.get_openapi_schema(path_prefix="")["components"]["schemas"]
    assert set(answer) == set(shapes["InvitedOut"]["properties"])
    assert set(answer["outcomes"][0]) == set(shapes["OutcomeOut"]["properties"])
