"""Endpoint × caller × community: each cell of docs/reference/permission-matrix.md is one request (R-040, R-041, R-044, R-047)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from guestlist.access.roles import GUEST
from guestlist.api.site import api
from guestlist.audit.models import Event
from guestlist.invitations.commands import Invited, invite
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR, Actor
from guestlist.kernel.text import read_address
from guestlist.members.commands import create_role
from guestlist.members.models import Membership
from guestlist.sso.commands import confirm_domain
from guestlist.sso.models import Connection
from guestlist.users.commands import create_user
from guestlist.workspaces.models import Community
from tests.api.callers import Caller, as_key, as_user, make_key
from tests.cast import Cast, give, make_cast
from tests.matrix import Row, absent, filled, plant_starlings, rows, undone
from tests.sso.acts import come, connect

pytestmark = pytest.mark.django_db

ENDPOINTS = rows("API")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WORKSPACE = "/workspaces/{workspace}"
CONNECTIONS = f"{WORKSPACE}/connections"
BODIES: dict[tuple[str, str], Callable[[str], Any]] = {
    ("POST", f"{WORKSPACE}/domains"): lambda target: {"name": f"new.{target}.example"},
    ("POST", "/me/addresses"): lambda target: {"email": "new@x.example"},
    ("PATCH", "/me"): lambda target: {"name": "Another"},
    ("POST", f"{WORKSPACE}/communities"): lambda target: {"name": "A new one", "parent": target},
    ("POST", f"{WORKSPACE}/invitations"): lambda target: {
        "emails": ["new@x.example"],
        "grants": [{"community": target, "roles": ["Guest"]}],
    },
    ("PATCH", f"{WORKSPACE}/invitations/{{invitation}}"): lambda target: {
        "grants": [{"community": target, "roles": ["Analyst"]}]
    },
    ("POST", f"{WORKSPACE}/communities/{{community}}/roles"): lambda target: {"name": "A new one", "permissions": ["roles:read"]},
    ("POST", f"{WORKSPACE}/communities/{{community}}/api-keys"): lambda target: {"name": "A new one", "roles": ["Guest"]},
    ("PATCH", f"{WORKSPACE}/roles/{{role}}"): lambda target: {"name": "Renamed"},
    ("PATCH", f"{WORKSPACE}/communities/{{community}}"): lambda target: {"name": "Renamed"},
    ("PATCH", WORKSPACE): lambda target: {"name": "Renamed"},
    ("PATCH", f"{WORKSPACE}/memberships/{{membership}}"): lambda target: {"roles": ["Analyst"]},
    ("POST", CONNECTIONS): lambda target: {
        "name": "A new one",
        "oidc": {"issuer": "https://id.example", "client_id": "guestlist", "client_secret": "hush hush"},
    },
    ("PATCH", f"{CONNECTIONS}/{{connection}}"): lambda target: {"name": "Renamed"},
    ("POST", f"{CONNECTIONS}/{{connection}}/preview"): lambda target: {"claims": {"sub": "00u9"}},
    ("POST", f"{CONNECTIONS}/{{connection}}/attempts/{{attempt}}/let-in"): lambda target: {
        "grants": [{"community": "birch", "roles": ["Guest"]}]
    },
}


@dataclass
class Stage:
    """The cast, and a caller for each column of the table."""

    cast: Cast
    callers: dict[str, Caller]


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """One for all rows: what a row makes and a request does is undone."""
    with django_db_blocker.unblock(), undone():
        cast = make_cast()
        plant_starlings(cast)
        connect(cast)
        callers = {who: as_user(user) for who, user in cast.users.items()}
        callers["anonymous"] = Caller()
        keys = {"northwind": cast.main, "alder": cast.places["alder"], "acme": cast.acme_main}
        callers |= {f"key_of_{name}": as_key(place) for name, place in keys.items()}
        yield Stage(cast, callers)


@pytest.mark.parametrize("row", ENDPOINTS, ids=str)
def test_each_caller_gets_the_answer_of_the_table(stage: Stage, row: Row):
    path, body = path_of(stage.cast, row), _body(row)

    answers = {who: _ask(stage.callers[who], row.verb, path, body) for who in row.expected}

    assert {who: str(status) for who, (status, _, _) in answers.items()} == row.expected
    assert not [who for who, (status, changed, _) in answers.items() if changed and (status >= 300 or row.verb == "GET")]
    assert not [who for who, (_, _, said) in answers.items() if who not in ("nora", "key_of_acme") and "starling" in said]


@pytest.mark.parametrize(("path", "verbs"), absent(ENDPOINTS), ids=lambda part: part if isinstance(part, str) else "")
def test_verb_that_is_not_in_the_table_is_refused(stage: Stage, path: str, verbs: list[str]):
    asked = filled(path, dict.fromkeys(SUBJECTS, "northwind"))

    answers = {(who, verb): _ask(stage.callers[who], verb, asked) for who in ("key_of_northwind", "anonymous") for verb in verbs}

    assert {status for status, _, _ in answers.values()} == {405}


OURS = [row for row in ENDPOINTS if re.search(r"{(?!workspace)\w+}", row.path) and row.place == "birch"]


@pytest.mark.parametrize("row", OURS, ids=str)
def test_our_ids_are_nothing_in_the_neighbours_workspace(stage: Stage, row: Row):
    """R-042: Acme's Admin and its key put ids of Northwind into their own paths."""
    path = path_of(stage.cast, row).replace("/northwind/", "/acme/").replace("/birch", f"/{stage.cast.birch.id}")

    answers = {who: _ask(stage.callers[who], row.verb, path, _body(row))[:2] for who in ("nora", "key_of_acme")}

    assert set(answers.values()) == {(404, False)}


@pytest.mark.parametrize("where", ["parent", "grant", "role granted", "role held", "role named", "role moved to"])
def test_our_ids_in_a_body_are_nothing_to_the_neighbour(stage: Stage, where: str):
    """R-042: the same for what a body names."""
    ours = str(role(stage.cast, stage.cast.birch))
    theirs, main = role(stage.cast, stage.cast.acme_main), str(stage.cast.acme_main.id)
    held = Membership.objects.get(user__email="starling@acme.example").id
    verb, path, body = {
        "parent": ("POST", "/communities", {"name": "New", "parent": str(stage.cast.birch.id)}),
        "grant": ("POST", "/invitations", _asking(str(stage.cast.birch.id), "Guest")),
        "role granted": ("POST", "/invitations", _asking(main, ours)),
        "role held": ("PATCH", f"/memberships/{held}", {"roles": [ours]}),
        "role named": ("POST", f"/communities/{main}/roles", {"name": "New", "permissions": [], "may_hand_out": [ours]}),
        "role moved to": ("DELETE", f"/roles/{theirs}", {"move_to": ours}),
    }[where]

    answers = {who: _ask(stage.callers[who], verb, f"/workspaces/acme{path}", body)[:2] for who in ("nora", "key_of_acme")}

    assert set(answers.values()) == {(422, False)}


def _asking(community: str, role: str) -> dict[str, Any]:
    return {"emails": ["new@x.example"], "grants": [{"community": community, "roles": [role]}]}


@pytest.mark.parametrize("asleep", [{"status": "deactivated"}, {"ends_at": LONG_AGO}], ids=["deactivated", "ended"])
def test_membership_asleep_opens_nothing(stage: Stage, asleep: dict[str, Any]):
    """R-054: the Admin of main, deactivated or ended, is answered like Otto everywhere."""
    asked = [row for row in ENDPOINTS if row.place in ("", "birch")]
    stage.cast.users["olga"].memberships.update(**asleep)

    answers = {str(row): _status(stage, "olga", row) for row in asked}

    assert answers == {str(row): int(row.expected["otto"]) for row in asked}


def test_every_endpoint_has_its_rows():
    """Default deny: an endpoint joins the table before it joins the API."""
    offered = {(verb.upper(), path) for path, verbs in api.get_openapi_schema(path_prefix="")["paths"].items() for verb in verbs}

    assert offered == {row.operation for row in ENDPOINTS}


def _ask(caller: Caller, verb: str, path: str, body: Any = None) -> tuple[int, bool, str]:
    """The status, whether anything was changed, and what was said."""
    with undone():
        before = Event.objects.count()
        response = caller.send(verb, path, body)
        changed = Event.objects.count() > before
    return response.status_code, changed, response.content.decode().lower()


def _status(stage: Stage, who: str, row: Row) -> int:
    with undone():
        return _ask(stage.callers[who], row.verb, path_of(stage.cast, row), _body(row))[0]


def _body(row: Row) -> Any:
    return BODIES.get(row.operation, lambda _: None)(row.place)


def path_of(cast: Cast, row: Row) -> str:
    """With something in the row's community for each name in the path."""
    place = cast.main if row.place == "main" else cast.places[row.place or "birch"]
    return filled(row.path, {name: make(cast, place) for name, make in SUBJECTS.items() if f"{{{name}}}" in row.path})


def guest(cast: Cast, place: Community) -> UUID:
    address = read_address(f"guest@{place.slug}.example")
    with transaction.atomic():
        user = create_user(actor=OPERATOR, address=address, name="Guest", password_hash="!", language="en")
    return give(user, place, GUEST).id


def invitation(cast: Cast, place: Community) -> UUID | None:
    return invited(cast, place, OPERATOR, 1).outcomes[0].invitation


def batch(cast: Cast, place: Community) -> UUID | None:
    made = invited(cast, place, cast.users["olga"].actor, 501).batch
    return made and made.id


def invited(cast: Cast, place: Community, actor: Actor, number: int) -> Invited:
    people = [Person(f"p{each}@{place.slug}.example") for each in range(number)]
    return invite(actor=actor, workspace=cast.northwind, people=people, grants=[Wanted(place.id, frozenset({GUEST}))])


def role(cast: Cast, place: Community) -> UUID:
    return create_role(actor=OPERATOR, community=place, name=f"Of {place.slug}", permissions=["members:read"]).id


def key(cast: Cast, place: Community) -> UUID:
    return make_key(place, [GUEST])[0].id


def domain(cast: Cast, place: Community) -> UUID:
    """One that needs no DNS."""
    return confirm_domain(actor=OPERATOR, workspace=cast.northwind, name=f"{place.slug}.example").id


def session(cast: Cast, place: Community) -> UUID:
    """Of a guest in the community."""
    holder = Membership.objects.get(id=guest(cast, place)).user
    as_user(holder)
    return holder.sessions.get().id


def attempt(cast: Cast, place: Community) -> UUID:
    row = Connection.objects.get(workspace=cast.northwind)
    come(row)
    return row.attempts.get().id


SUBJECTS: dict[str, Callable[[Cast, Community], object]] = {
    "workspace": lambda cast, place: "northwind",
    "community": lambda cast, place: place.slug,
    "membership": guest,
    "user": lambda cast, place: Membership.objects.get(id=guest(cast, place)).user_id,
    "invitation": invitation,
    "batch": batch,
    "role": role,
    "domain": domain,
    "session": session,
    "key": key,
    "address": lambda cast, place: Membership.objects.get(id=guest(cast, place)).user.emailaddress_set.get().id,
    "connection": lambda cast, place: Connection.objects.get(workspace=cast.northwind).id,
    "attempt": attempt,
}
