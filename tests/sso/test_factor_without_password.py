"""Who comes in through a directory alone and is asked for a second factor: how they get one, and where they show it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from guestlist.kernel import clock
from guestlist.sso.models import Connection
from guestlist.users.models import User
from guestlist.users.queries import has_second_factor
from guestlist.workspaces.models import Workspace
from tests.cast import Cast
from tests.passkeys import now_code
from tests.sso.acts import connect, creating
from tests.sso.provider import OpenId, back, go
from tests.users.test_reset_password import NEW, reset_link

PAGE, APP = "/w/northwind/team/alder/users", "/me/security/app"


@pytest.fixture
def row(cast: Cast, openid: OpenId) -> Connection:
    Workspace.objects.filter(id=cast.northwind.id).update(requires_second_factor=True)
    return creating(cast, connect(cast, issuer=openid.url))


def came_in(row: Connection, openid: OpenId) -> Client:
    client = Client()
    go(client, row, openid)
    assert back(client, row, openid).status_code == 302
    return client


def test_mailbox_gives_a_password_the_password_a_factor_and_the_factor_opens_the_door(
    cast: Cast, row: Connection, openid: OpenId
):
    """R-012"""
    first = came_in(row, openid)
    door = first.get(PAGE, follow=True)
    asked = first.get(APP)["Location"]
    confirm = first.get(asked).content.decode()
    first.post("/me/confirm", {"do": "mail", "next": APP})
    kim, own = User.objects.get(email="kim@corp.example"), Client()
    own.post(f"/password/{reset_link(kim)}", {"password": NEW})
    secret = own.get(APP).context["secret"].replace(" ", "")
    own.post(APP, {"code": now_code(secret)})

    again = came_in(row, openid)
    before = again.get(PAGE)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        again.post("/me/confirm?ask=factor", {"do": "code", "code": now_code(secret), "next": PAGE})
        after = again.get(PAGE)

    assert "/me/security?" in door.content.decode() and "nothing to confirm with" in confirm
    assert has_second_factor(kim) and own.get(PAGE).status_code == 200
    assert before["Location"].startswith("/w/northwind/door") and after.status_code == 200
    assert first.get("/me")["Location"].startswith("/login"), "the new password ended the session before"


def test_directory_that_is_vouched_for_needs_no_factor_here(cast: Cast, row: Connection, openid: OpenId):
    Connection.objects.update(asks_second_factor=True)

    assert came_in(row, openid).get(PAGE).status_code == 200
