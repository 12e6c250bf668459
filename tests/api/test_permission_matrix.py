"""Who gets which answer, endpoint by endpoint: caller × target. A new endpoint without its rows fails here."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from guestlist.access.roles import GUEST
from guestlist.api.site import api
from guestlist.invitations.commands import Invited, invite
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR, Actor
from guestlist.kernel.text import read_address
from guestlist.members.commands import create_role
from guestlist.members.models import Membership
from guestlist.sso.models import Connection
from guestlist.users.commands import create_user
from guestlist.workspaces.models import Community
from tests.api.callers import Caller, as_key, as_user
from tests.cast import Cast, give
from tests.sso.acts import come, connect

# olga: Admin of main. adam: Admin of Alder. mia: manage_member in Birch. ana: Analyst in Alder and Birch. gus: Guest in Cedar.
# nora: Admin of Acme. otto: nowhere. Keys are Admins of the community they are named after.
CALLERS = ["olga", "adam", "mia", "ana", "gus", "nora", "otto", "nobody", "key_main", "key_alder", "key_acme"]
TARGETS = ["main", "alder", "birch", "cedar"]

WORKSPACE = "/workspaces/{workspace}"
CONNECTIONS = f"{WORKSPACE}/connections"
MEMBER = "olga adam mia ana gus key_main key_alder"
SEES = {
    "main": "olga key_main",
    "alder": "olga adam ana key_main key_alder",
    "birch": "olga mia ana key_main",
    "cedar": "olga gus key_main",
}
INVITES = {
    "main": "olga key_main",
    "alder": "olga adam key_main key_alder",
    "birch": "olga mia key_main",
    "cedar": "olga key_main",
}
ADMINISTERS = INVITES | {"birch": "olga key_main"}


def table(good: int, may: dict[str, str], *, seen: dict[str, str] | None = None, member: int = 404) -> dict[str, dict[str, int]]:
    """Per target: `good` for whoever may, 403 for whoever only sees it, `member` for everybody else in the workspace, 401 for
    nobody, and 404 for all the others."""
    return {
        target: {
            caller: 401
            if caller == "nobody"
            else good
            if caller in may[target].split()
            else 403
            if seen and caller in seen[target].split()
            else member
            if caller in MEMBER.split()
            else 404
            for caller in CALLERS
        }
        for target in TARGETS
    }


EVERY_MEMBER = dict.fromkeys(TARGETS, MEMBER)
IN_MAIN = dict.fromkeys(TARGETS, "olga key_main")
MADE_BATCH = dict.fromkeys(TARGETS, "olga key_main")
BELOW = {"main": MEMBER, "alder": SEES["alder"], "birch": SEES["birch"], "cedar": SEES["cedar"]}
# The main community stays, and so does one with a community below it: 409, also where there is every right.
MAIN_STAYS, CEDAR_STAYS = (table(409, ADMINISTERS, seen=SEES)[each] for each in ("main", "cedar"))

READS_HISTORY = dict.fromkeys(TARGETS, "olga adam key_main key_alder")

# A key has no account. The session asked for belongs to somebody who is none of the callers.
OWN = {
    target: {each: 401 if each == "nobody" else 404 if each.startswith("key_") else 200 for each in CALLERS} for target in TARGETS
}

MATRIX: dict[tuple[str, str], dict[str, dict[str, int]]] = {
    ("get", "/me"): {target: {each: 401 if each == "nobody" else 200 for each in CALLERS} for target in TARGETS},
    ("get", WORKSPACE): table(200, EVERY_MEMBER),
    ("patch", WORKSPACE): table(200, dict.fromkeys(TARGETS, SEES["main"]), seen=EVERY_MEMBER),
    ("patch", "/me"): OWN,
    ("get", "/me/sessions"): OWN,
    ("delete", "/me/sessions/{session}"): {
        target: {each: 401 if each == "nobody" else 404 for each in CALLERS} for target in TARGETS
    },
    ("get", f"{WORKSPACE}/permissions"): table(200, EVERY_MEMBER),
    ("get", f"{WORKSPACE}/audit"): table(200, READS_HISTORY, seen=EVERY_MEMBER),
    ("get", f"{WORKSPACE}/communities"): table(200, EVERY_MEMBER),
    ("post", f"{WORKSPACE}/communities"): table(201, ADMINISTERS, seen=SEES, member=422),
    ("get", f"{WORKSPACE}/communities/{{community}}"): table(200, SEES),
    ("patch", f"{WORKSPACE}/communities/{{community}}"): table(200, ADMINISTERS, seen=SEES),
    ("delete", f"{WORKSPACE}/communities/{{community}}"): table(204, ADMINISTERS, seen=SEES)
    | {"main": MAIN_STAYS, "cedar": CEDAR_STAYS},
    ("get", f"{WORKSPACE}/communities/{{community}}/members"): table(200, SEES),
    ("get", f"{WORKSPACE}/communities/{{community}}/roles"): table(200, SEES),
    ("post", f"{WORKSPACE}/communities/{{community}}/roles"): table(201, ADMINISTERS, seen=SEES),
    ("get", f"{WORKSPACE}/roles/{{role}}"): table(200, BELOW),
    ("patch", f"{WORKSPACE}/roles/{{role}}"): table(200, ADMINISTERS, seen=BELOW),
    ("delete", f"{WORKSPACE}/roles/{{role}}"): table(204, ADMINISTERS, seen=BELOW),
    ("get", f"{WORKSPACE}/roles/{{role}}/holders"): table(200, BELOW),
    ("get", f"{WORKSPACE}/memberships/{{membership}}"): table(200, SEES),
    ("patch", f"{WORKSPACE}/memberships/{{membership}}"): table(200, INVITES, seen=SEES),
    ("delete", f"{WORKSPACE}/memberships/{{membership}}"): table(204, INVITES, seen=SEES),
    ("get", f"{WORKSPACE}/users"): table(200, EVERY_MEMBER),
    ("get", f"{WORKSPACE}/users/{{user}}"): table(200, SEES),
    ("get", f"{WORKSPACE}/users/{{user}}/why?permission=members:read&community={{community}}"): table(200, SEES),
    ("post", f"{WORKSPACE}/users/{{user}}/deactivate"): table(200, IN_MAIN, seen=SEES),
    ("post", f"{WORKSPACE}/users/{{user}}/reactivate"): table(200, IN_MAIN, seen=SEES),
    ("post", f"{WORKSPACE}/users/{{user}}/remove"): table(204, IN_MAIN, seen=SEES),
    ("get", f"{WORKSPACE}/invitations"): table(200, EVERY_MEMBER),
    ("post", f"{WORKSPACE}/invitations"): table(200, INVITES, seen=SEES, member=422),
    ("get", f"{WORKSPACE}/invitations/{{invitation}}"): table(200, INVITES),
    ("patch", f"{WORKSPACE}/invitations/{{invitation}}"): table(200, INVITES),
    ("post", f"{WORKSPACE}/invitations/{{invitation}}/resend"): table(200, INVITES),
    ("post", f"{WORKSPACE}/invitations/{{invitation}}/revoke"): table(200, INVITES),
    ("get", f"{WORKSPACE}/batches/{{batch}}"): table(200, MADE_BATCH),
    ("get", f"{WORKSPACE}/batches/{{batch}}/outcomes"): table(200, MADE_BATCH),
    ("post", f"{WORKSPACE}/batches/{{batch}}/cancel"): table(200, MADE_BATCH),
    ("get", CONNECTIONS): table(200, IN_MAIN, seen=EVERY_MEMBER),
    ("post", CONNECTIONS): table(201, IN_MAIN, seen=EVERY_MEMBER),
    ("get", f"{CONNECTIONS}/{{connection}}"): table(200, IN_MAIN, seen=EVERY_MEMBER),
    ("patch", f"{CONNECTIONS}/{{connection}}"): table(200, IN_MAIN, seen=EVERY_MEMBER),
    ("delete", f"{CONNECTIONS}/{{connection}}"): table(204, IN_MAIN, seen=EVERY_MEMBER),
    ("post", f"{CONNECTIONS}/{{connection}}/enable"): table(200, IN_MAIN, seen=EVERY_MEMBER),
    ("post", f"{CONNECTIONS}/{{connection}}/disable"): table(200, IN_MAIN, seen=EVERY_MEMBER),
    ("post", f"{CONNECTIONS}/{{connection}}/preview"): table(200, IN_MAIN, seen=EVERY_MEMBER),
    ("get", f"{CONNECTIONS}/{{connection}}/attempts"): table(200, IN_MAIN, seen=EVERY_MEMBER),
    ("post", f"{CONNECTIONS}/{{connection}}/attempts/{{attempt}}/let-in"): table(200, IN_MAIN, seen=EVERY_MEMBER),
}
BODIES: dict[tuple[str, str], Callable[[str], Any]] = {
    ("patch", "/me"): lambda target: {"name": "Another"},
    ("post", f"{WORKSPACE}/communities"): lambda target: {"name": "A new one", "parent": target},
    ("post", f"{WORKSPACE}/invitations"): lambda target: {
        "emails": ["new@x.example"],
        "grants": [{"community": target, "roles": ["Guest"]}],
    },
    ("patch", f"{WORKSPACE}/invitations/{{invitation}}"): lambda target: {
        "grants": [{"community": target, "roles": ["Analyst"]}]
    },
    ("post", f"{WORKSPACE}/communities/{{community}}/roles"): lambda target: {"name": "A new one", "permissions": ["roles:read"]},
    ("patch", f"{WORKSPACE}/roles/{{role}}"): lambda target: {"name": "Renamed"},
    ("patch", f"{WORKSPACE}/communities/{{community}}"): lambda target: {"name": "Renamed"},
    ("patch", WORKSPACE): lambda target: {"name": "Renamed"},
    ("patch", f"{WORKSPACE}/memberships/{{membership}}"): lambda target: {"roles": ["Analyst"]},
    ("post", CONNECTIONS): lambda target: {
        "name": "A new one",
        "oidc": {"issuer": "https://id.example", "client_id": "guestlist", "client_secret": "hush hush"},
    },
    ("patch", f"{CONNECTIONS}/{{connection}}"): lambda target: {"name": "Renamed"},
    ("post", f"{CONNECTIONS}/{{connection}}/preview"): lambda target: {"claims": {"sub": "00u9"}},
    ("post", f"{CONNECTIONS}/{{connection}}/attempts/{{attempt}}/let-in"): lambda target: {
        "grants": [{"community": target, "roles": ["Guest"]}]
    },
}


@pytest.mark.parametrize("endpoint", MATRIX, ids=" ".join)
def test_each_caller_gets_the_answer_of_the_table(cast: Cast, endpoint: tuple[str, str]):
    callers = {name: caller_named(cast, name) for name in CALLERS}
    found: dict[str, dict[str, int]] = {}
    for target in TARGETS:
        place = cast.main if target == "main" else cast.places[target]
        path = endpoint[1].format(**subject(cast, place, endpoint[1]))
        path += "?members=remove" if endpoint == ("delete", f"{WORKSPACE}/communities/{{community}}") else ""
        body = BODIES.get(endpoint, lambda _: None)(target)
        found[target] = {name: status_of(caller, endpoint[0], path, body) for name, caller in callers.items()}

    assert found == MATRIX[endpoint]


def test_every_endpoint_has_its_rows():
    offered = {(verb, path) for path, verbs in api.get_openapi_schema(path_prefix="")["paths"].items() for verb in verbs}

    assert offered == {(verb, path.partition("?")[0]) for verb, path in MATRIX}


def caller_named(cast: Cast, name: str) -> Caller:
    keys = {"key_main": cast.main, "key_alder": cast.places["alder"], "key_acme": cast.acme_main}
    if name in keys:
        return as_key(keys[name])
    return Caller() if name == "nobody" else as_user(cast.users[name])


def subject(cast: Cast, place: Community, path: str) -> dict[str, str]:
    """Something in the community for each thing that the path names."""
    return {name: str(SUBJECTS[name](cast, place)) for name in re.findall(r"{(\w+)}", path)}


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


def session(cast: Cast, place: Community) -> UUID:
    """Of a guest in the community."""
    holder = Membership.objects.get(id=guest(cast, place)).user
    as_user(holder)
    return holder.sessions.get().id


def connection(cast: Cast, place: Community) -> UUID:
    """One for each community, though all are of the workspace: a target gets its own."""
    found = Connection.objects.filter(workspace=cast.northwind, name=place.name).first()
    return (found or connect(cast, name=place.name)).id


def attempt(cast: Cast, place: Community) -> UUID:
    row = Connection.objects.get(id=connection(cast, place))
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
    "session": session,
    "connection": connection,
    "attempt": attempt,
}


def status_of(caller: Caller, verb: str, path: str, body: Any) -> int:
    """The answer, without its effect on the next caller."""
    with transaction.atomic():
        answer = caller.send(verb, path, body)
        transaction.set_rollback(True)
    return answer.status_code
