"""An account has the address already: the way through the pages, and who cannot take it."""

import pytest
from django.test import Client
from django.urls import reverse

from guestlist.mail.models import Message
from guestlist.sso.models import Connection, Identity
from tests.cast import PASSWORD, Cast
from tests.sso.acts import connect, creating, held
from tests.sso.provider import OpenId, back, go
from tests.web.visits import signed_in

OTTO = "otto@elsewhere.example"


@pytest.fixture
def openid(openid: OpenId) -> OpenId:
    openid.claims = {"email": OTTO, "name": "Otto"}
    return openid


@pytest.fixture
def row(cast: Cast, openid: OpenId) -> Connection:
    return creating(cast, connect(cast, issuer=openid.url, domain="elsewhere.example"))


def come_back(client: Client, row: Connection, openid: OpenId) -> None:
    go(client, row, openid)
    assert back(client, row, openid)["Location"] == reverse("sso_link")


def log_in(client: Client, email: str) -> str:
    typed = {"email": email, "password": PASSWORD, "next": reverse("sso_link")}
    return str(client.post(reverse("account_login"), typed)["Location"])


def test_holder_logs_in_once_and_links(cast: Cast, row: Connection, openid: OpenId, client: Client):
    come_back(client, row, openid)
    page = client.get(reverse("sso_link")).content.decode()
    assert f"{reverse('account_login')}?next=" in page and OTTO in page
    assert log_in(client, OTTO) == reverse("sso_link")
    assert not Identity.objects.exists()

    answer = client.post(reverse("sso_link"))

    assert (answer["Location"], held(OTTO)) == ("/w/northwind", {("Alder", "Guest", "sso")})
    assert Identity.objects.get().user == cast.otto
    told = Message.objects.get(template="users/emails/factor_changed")
    assert (told.to_email, told.context["change"], told.context["connection"]) == (OTTO, "directory_linked", row.name)
    again = Client()
    go(again, row, openid)
    assert back(again, row, openid)["Location"] == "/w/northwind"
    assert Message.objects.filter(template="users/emails/factor_changed").count() == 1


def test_looking_links_nothing_and_there_is_nothing_without_a_directory(cast: Cast, row: Connection, openid: OpenId):
    client = signed_in(cast, "otto")
    assert client.post(reverse("sso_link"))["Location"] == reverse("home")
    assert Client().get(reverse("sso_link"))["Location"] == reverse("account_login")
    come_back(client, row, openid)

    client.get(reverse("sso_link"))

    assert not Identity.objects.exists()


def test_somebody_elses_account_is_not_linked(cast: Cast, row: Connection, openid: OpenId):
    """R-067: whoever sits there signed in as another links nothing, and can go on as themselves."""
    client = signed_in(cast, "nora")
    come_back(client, row, openid)

    answer = client.post(reverse("sso_link"))

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Use another account" in text
    assert not Identity.objects.exists()


def test_session_of_another_directory_proves_nothing(cast: Cast, row: Connection, openid: OpenId):
    """R-067: a directory that vouches for the address cannot link it to what another directory opened."""
    client = signed_in(cast, "otto")
    come_back(client, row, openid)
    session = client.session
    session["connection"] = str(row.id)
    session.save()

    answer = client.post(reverse("sso_link"))

    assert answer.status_code == 200
    assert "Log in to link it" in answer.content.decode()
    assert not Identity.objects.exists()
