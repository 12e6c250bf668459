"""Page × verb × person: each cell of docs/reference/permission-matrix.md is one request (R-040, R-041, R-044, R-047)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from guestlist.access.roles import ADMIN, GUEST
from guestlist.audit.models import Event
from guestlist.invitations.models import Invitation
from guestlist.kernel.actors import OPERATOR
from guestlist.mail.models import Message
from guestlist.members.commands import create_role
from guestlist.members.models import MembershipRole
from guestlist.sso.commands import confirm_domain
from guestlist.web.urls import urlpatterns
from tests.api.callers import as_key, make_key
from tests.cast import Cast, make_cast
from tests.matrix import Row, absent, filled, plant_starlings, rows, undone
from tests.sso.acts import come, connect
from tests.web.visits import ask, signed_in

pytestmark = pytest.mark.django_db

PAGES = rows("Pages")
# Birch is not in their sight: whatever they ask for, nothing of it is in the answer.
BLIND = ("adam", "gus", "nora", "otto", "anonymous", "key_of_northwind")
# One for everybody, because making one costs more than a request: who asks is said with each request.
BROWSER = Client()
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SECRETS = ("jules@birch.example", "Desk of Birch", "Clerk of Birch", "Mia Santos")


@dataclass
class Stage:
    """The cast, what each caller sends along, and what the placeholders of the table stand for: all of it in Birch."""

    cast: Cast
    sent: dict[str, dict[str, str]]
    values: dict[str, object]


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """One for all rows: what a request does is undone before the next."""
    with django_db_blocker.unblock(), undone():
        cast = make_cast()
        plant_starlings(cast)
        sent = {
            who: {"Cookie": f"{settings.SESSION_COOKIE_NAME}={signed_in(cast, who).session.session_key}"} for who in cast.users
        }
        sent |= {"anonymous": {}, "key_of_northwind": as_key(cast.main).headers}
        yield Stage(cast, sent, _values(cast))


def _values(cast: Cast) -> dict[str, object]:
    ask(cast, "birch", "jules@birch.example")
    invitation = Invitation.objects.get(email="jules@birch.example")
    membership = cast.ana.memberships.get(community=cast.birch)
    desk = create_role(actor=OPERATOR, community=cast.birch, name="Desk of Birch", permissions=["members:read"])
    MembershipRole.objects.create(membership=membership, role=desk)
    connection = connect(cast, issuer="http://localhost:1")
    come(connection)
    return {
        "slug": "northwind",
        "connection": connection.id,
        "attempt": connection.attempts.get().id,
        "team": "birch",
        "community": cast.birch.id,
        "tab": "users",
        "form": "csv",
        "invitation": invitation.id,
        "batch": invitation.batch_id,
        "membership": membership.id,
        "user": cast.mia.id,
        "act": "deactivate",
        "name": "none",
        "token": "no-such-token",
        "role": desk.id,
        "key": make_key(cast.birch, [GUEST], "Clerk of Birch")[0].id,
        "session": cast.ana.sessions.get().id,
        "passkey": 1,
        "address": cast.ana.emailaddress_set.get().id,
        "identity": uuid4(),
        "domain": confirm_domain(actor=OPERATOR, workspace=cast.northwind, name="birch.example").id,
    }


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_each_person_is_answered_as_the_table_says(stage: Stage, row: Row):
    path = filled(row.path, stage.values)

    answers = {who: _ask(stage.sent[who], row.verb, path) for who in row.expected}

    assert {who: answer for who, (answer, _) in answers.items()} == row.expected
    assert not [(who, word) for who in BLIND for word in SECRETS if word in answers[who][1]]
    assert not [who for who, (_, page) in answers.items() if who != "nora" and "starling" in page.lower()]


@pytest.mark.parametrize(("path", "verbs"), absent(PAGES), ids=lambda part: part if isinstance(part, str) else "")
def test_verb_that_is_not_in_the_table_is_refused(stage: Stage, path: str, verbs: list[str]):
    asked = filled(path, stage.values)

    answers = {(who, verb): _ask(stage.sent[who], verb, asked)[0] for who in ("olga", "anonymous") for verb in verbs}

    assert set(answers.values()) == {"405"}


def test_starlings_sing_at_home_and_nowhere_else(stage: Stage):
    """R-047: in lists, searches and mails; the cells above look at the pages and exports."""
    lists = [f"settings/{page}?q=starling" for page in ("users", "roles", "audit")]
    heard = {
        who: "starling bird" in "".join(_ask(stage.sent[who], "GET", f"/w/{slug}/{page}")[1].lower() for page in lists)
        for who, slug in (("nora", "acme"), ("olga", "northwind"), ("otto", "acme"), ("olga", "acme"))
    }
    mails = {row.workspace_id: [] for row in Message.objects.all()}
    for row in Message.objects.all():
        mails[row.workspace_id].append(f"{row.to_email} {row.context}".lower())

    assert heard == {"nora": True, "olga": False, "otto": False}
    assert "starling" in "".join(mails[stage.cast.acme.id])
    assert "starling" not in "".join(mails[stage.cast.northwind.id])


OURS = [
    row for row in PAGES if re.search(r"<(?!slug|form|name|token|session|tab|act)\w+>|birch", row.path) and "<slug>" in row.path
]


@pytest.mark.parametrize("row", OURS, ids=str)
def test_our_ids_are_nothing_in_the_neighbours_workspace(stage: Stage, row: Row):
    """R-042: Nora, who may do everything in Acme, puts ids of Northwind into her own addresses."""
    path = filled(row.path, stage.values | {"slug": "acme"})

    answer, page = _ask(stage.sent["nora"], row.verb, path)

    # Ids that name nothing leave nothing ticked: she is sent back.
    assert answer == ("302" if "?invitation=" in path else "404")
    assert not [word for word in SECRETS if word in page]


@pytest.mark.parametrize("asleep", [{"status": "deactivated"}, {"ends_at": LONG_AGO}], ids=["deactivated", "ended"])
def test_membership_asleep_opens_nothing(stage: Stage, asleep: dict[str, Any]):
    """R-054: the Admin of main, deactivated or ended, is answered like Otto on every page."""
    stage.cast.users["olga"].memberships.update(**asleep)

    answers = {str(row): _ask(stage.sent["olga"], row.verb, filled(row.path, stage.values))[0] for row in PAGES}

    assert answers == {str(row): row.expected["otto"] for row in PAGES}


def test_pending_invitation_opens_nothing(stage: Stage):
    """R-054: Otto, asked to be Admin of main and not there yet."""
    stage.cast.northwind.existing_users = "ask"
    stage.cast.northwind.save()
    ask(stage.cast, "main", "otto@elsewhere.example", role=ADMIN)

    answers = {str(row): _ask(stage.sent["otto"], row.verb, filled(row.path, stage.values))[0] for row in PAGES}

    assert answers == {str(row): row.expected["otto"] for row in PAGES}


def test_every_page_has_a_row():
    """Default deny: a page joins the table before it joins the site."""
    routes = {"/" + re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", str(each.pattern)) for each in urlpatterns}

    assert routes == {row.operation[1] for row in PAGES}


def _ask(sent: dict[str, str], verb: str, path: str) -> tuple[str, str]:
    """The cell, and what the page says."""
    with undone():
        before = Event.objects.count()
        response = BROWSER.generic(verb, path, content_type="application/x-www-form-urlencoded", headers=sent)
        BROWSER.cookies.clear()
        content = b"".join(response.streaming_content) if response.streaming else response.content
        done = " done" if Event.objects.count() > before else ""
    return f"{response.status_code}{done}", content.decode()
