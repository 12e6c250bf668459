"""Who is signed in is not signed out by a link: a directory that brings another account asks first."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from guestlist.kernel import clock
from guestlist.sso.commands import disable_connection
from guestlist.sso.models import Connection
from guestlist.users.models import User
from tests.cast import Cast
from tests.sso.provider import OpenId, back, go
from tests.web.visits import signed_in

SWITCH = reverse("sso_switch")


def come_back(client: Client, row: Connection, openid: OpenId) -> str:
    go(client, row, openid)
    return str(back(client, row, openid)["Location"])


def holder(client: Client) -> str:
    return str(client.session["_auth_user_id"])


@pytest.mark.parametrize("who", ["ana", "nora", "otto"])
def test_another_account_is_asked_about_first(cast: Cast, row: Connection, openid: OpenId, who: str):
    client = signed_in(cast, who)
    there = come_back(client, row, openid)
    page, before = client.get(SWITCH).context, holder(client)

    done = client.post(SWITCH)

    kim = User.objects.get(email="kim@corp.example")
    assert (there, before) == (SWITCH, str(cast.users[who].id))
    assert (page["here"]["email"], page["there"]["email"]) == (cast.users[who].email, kim.email)
    assert (done["Location"], holder(client), client.session["connection"]) == ("/w/northwind", str(kim.id), str(row.id))


def test_same_account_and_nobody_are_not_asked(cast: Cast, row: Connection, openid: OpenId, client: Client):
    assert [come_back(client, row, openid) for _ in range(2)] == ["/w/northwind"] * 2


def test_nothing_is_switched_without_an_arrival_or_too_late(cast: Cast, row: Connection, openid: OpenId):
    client = signed_in(cast, "ana")
    without = client.post(SWITCH)["Location"]
    come_back(client, row, openid)
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        late = client.post(SWITCH)["Location"]

    assert (without, late, holder(client)) == ("/", "/", str(cast.ana.id))
    assert Client().post(SWITCH)["Location"].startswith("/login")


def test_connection_switched_off_meanwhile_switches_nobody(cast: Cast, row: Connection, openid: OpenId):
    client = signed_in(cast, "ana")
    come_back(client, row, openid)
    disable_connection(actor=cast.olga.actor, connection=row)

    assert client.post(SWITCH).status_code == 404
    assert holder(client) == str(cast.ana.id)
