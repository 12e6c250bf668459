"""Every page opens for those who may see it, and for nobody else."""

import pytest
from django.test import Client

from guestlist.invitations.models import Invitation
from guestlist.kernel.links import sign_link
from tests.cast import PASSWORD, Cast
from tests.web.visits import ask, signed_in


def pages(cast: Cast) -> list[str]:
    invitation = Invitation.objects.get()
    return [
        "/w/northwind/settings/users",
        "/w/northwind/settings/users/new",
        "/w/northwind/team/birch/users",
        "/w/northwind/team/birch/invites",
        "/w/northwind/team/birch/invites/new",
        f"/me/communities/{cast.birch.id}/users",
        f"/me/communities/{cast.birch.id}/roles",
        f"/me/communities/{cast.birch.id}/keys",
        f"/me/communities/{cast.birch.id}/users/new",
        *(f"/me/communities/{cast.birch.id}/{page}" for page in ("new", "edit", "move", "delete")),
        "/w/northwind/settings/general",
        "/w/northwind/settings/setup",
        f"/w/northwind/invitations/{invitation.id}",
        f"/w/northwind/batches/{invitation.batch_id}",
    ]


def test_admin_opens_every_page(cast: Cast):
    ask(cast, "birch", "jules@birch.example")
    client = signed_in(cast, "olga")

    answers = {path: client.get(path).status_code for path in pages(cast)}

    assert set(answers.values()) == {200}, answers


@pytest.mark.parametrize("who", ["otto", "nora", "gus"])
def test_outsider_and_neighbour_see_the_same_nothing(cast: Cast, who: str):
    ask(cast, "birch", "jules@birch.example")
    client = signed_in(cast, who)

    answers = {path: client.get(path) for path in pages(cast)[2:]}

    assert {answer.status_code for answer in answers.values()} == {404}, answers
    assert not any(b"jules" in answer.content or b"Birch" in answer.content for answer in answers.values())


def test_own_pages_open(cast: Cast):
    client = signed_in(cast, "ana")

    for path in ("/me", "/me/notifications", "/me/password", "/me/close", "/me/export", "/help/roles"):
        assert client.get(path).status_code == 200
    assert client.get("/").url == "/w/northwind"
    assert client.get("/w/northwind").url == "/w/northwind/team/alder/users"


def test_guest_joins_with_a_password_and_is_signed_in(cast: Cast, client: Client):
    ask(cast, "birch", "jules@birch.example")
    invitation = Invitation.objects.get()
    path = f"/join/{sign_link('invitation', invitation.id, '1')}"
    shown = client.get(path).context["shown"]

    answer = client.post(path, {"do": "join", "name": "Jules Moreau", "password": PASSWORD, "shown": shown})

    assert answer.status_code == 200
    assert b"Northwind Security" in answer.content
    assert client.get("/w/northwind/team/birch/users").status_code == 200
    assert client.get("/w/northwind/team/alder/users").status_code == 404


def test_login_page_signs_in(cast: Cast, client: Client):
    wrong = client.post("/login", {"email": "olga@northwind.example", "password": "wrong"})
    right = client.post("/login", {"email": "Olga@Northwind.example", "password": PASSWORD})

    assert wrong.status_code == 422
    assert right.status_code == 302
    assert client.get("/me").status_code == 200
