"""Ways to a directory that come to nothing are counted under their source: 300 in ten minutes (users/rules.py)."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from guestlist.kernel import clock
from guestlist.sso.models import Connection
from guestlist.users.commands import count_try
from guestlist.users.models import Tries
from guestlist.users.rules import limits_of_directories
from tests.cast import Cast
from tests.sso.acts import connect
from tests.sso.provider import OpenId, back, go
from tests.sso.test_saml import connect_saml
from tests.web.visits import confirmed, signed_in

HERE = "127.0.0.1"


def used_up(times: int = 300) -> None:
    for _ in range(times):
        count_try(limits_of_directories(HERE))


def counted() -> int:
    return sum(Tries.objects.filter(key=f"directories:{HERE}").values_list("failures", flat=True))


def test_source_that_keeps_coming_is_told_to_wait_and_others_are_not(cast: Cast, row: Connection, openid: OpenId):
    """R-008"""
    used_up()
    saml = connect_saml(cast, "Entra")
    start, acs = reverse("sso_start", args=[row.id]), reverse("sso_acs", args=[saml.id])

    answers = [Client().get(start), Client().get(reverse("sso_callback", args=[row.id])), Client().post(acs), Client().get(acs)]

    assert [each.status_code for each in answers] == [429] * 4
    assert all("Too many sign-ins from your network" in each.content.decode() for each in answers)
    assert Client().get(start, REMOTE_ADDR="203.0.113.9").status_code == 302
    Tries.objects.update(ends_at=clock.now() - timedelta(seconds=1))
    assert Client().get(start).status_code == 302


def test_picture_on_somebodys_page_uses_up_nothing(cast: Cast, row: Connection):
    start = reverse("sso_start", args=[row.id])

    assert Client().get(start, headers={"Sec-Fetch-Dest": "image"}).status_code == 404
    assert counted() == 0
    assert Client().get(start, headers={"Sec-Fetch-Dest": "document"}).status_code == 302


def test_password_is_slowed_by_none_of_it(cast: Cast, row: Connection):
    used_up()

    assert Client().post("/login", {"email": "ana@northwind.example", "password": "wrong"}).status_code == 422


def test_who_arrives_is_not_counted(cast: Cast, row: Connection, openid: OpenId, client: Client):
    """An office of hundreds behind one address signs in at nine."""
    used_up(299)
    go(client, row, openid)

    assert (counted(), back(client, row, openid).status_code) == (300, 429)
    Tries.objects.update(failures=7)
    assert back(client, row, openid).status_code == 302
    assert counted() == 6, "the way there was one of the seven"


def test_admin_who_tests_is_not_counted(cast: Cast, row: Connection, openid: OpenId):
    olga = confirmed(signed_in(cast, "olga"))
    go(olga, row, openid, "sso_test")

    assert back(olga, row, openid).status_code == 200
    assert counted() == 0


def test_directory_that_is_down_counts_against_nobody(cast: Cast, row: Connection, openid: OpenId, client: Client):
    down = connect(cast, name="Down", issuer="https://no-such-name.invalid")

    assert Client().get(reverse("sso_start", args=[down.id])).status_code == 400
    go(client, row, openid)
    openid.status = {"/keys": 500}
    assert (back(client, row, openid).status_code, counted()) == (400, 0)


def test_who_is_refused_at_the_directory_is_counted(cast: Cast, row: Connection, openid: OpenId, client: Client):
    go(client, row, openid)

    assert (back(client, row, openid, code="", error="access_denied").status_code, counted()) == (400, 1)


def test_answers_made_up_are_counted(cast: Cast, row: Connection):
    saml = connect_saml(cast, "Entra")
    Client().get(reverse("sso_callback", args=[row.id]), {"state": "made up", "code": "c"})
    Client().post(reverse("sso_acs", args=[saml.id]), {"SAMLResponse": "!!!"})
    Client().get(reverse("sso_start", args=[cast.northwind.id]))

    assert counted() == 2
