"""R-024: every link in a mail leads to the configured address, whatever the request says where it is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from guestlist.kernel import clock
from guestlist.mail.commands import deliver_due
from tests.api.callers import Caller
from tests.cast import Cast
from tests.invitations.acts import invited, link, mail_taken
from tests.smtp_sink import SmtpSink
from tests.web.test_invite_form import NEW, form
from tests.web.visits import ask, signed_in

ELSEWHERE = {
    "Host": {"host": "evil.example"},
    "Host with a port": {"host": "evil.example:8000"},
    "X-Forwarded-Host": {"x_forwarded_host": "evil.example"},
    "Forwarded": {"forwarded": "host=evil.example;proto=https"},
    "X-Forwarded-Proto": {"x_forwarded_proto": "https", "x_forwarded_port": "8443"},
    "X-Original-Host": {"x_original_host": "evil.example", "x_rewrite_url": "https://evil.example/"},
}
Act = Callable[[Cast, dict[str, str]], object]


def reset(cast: Cast, headers: dict[str, str]) -> object:
    return Client().post("/password", {"email": cast.ana.email}, headers=headers)


def invite(cast: Cast, headers: dict[str, str]) -> object:
    return signed_in(cast, "olga").post(NEW, form(cast, "jules@birch.example"), headers=headers)


def invite_by_api(cast: Cast, headers: dict[str, str]) -> object:
    body = {"emails": ["jules@birch.example"], "grants": [{"community": "birch", "roles": ["Guest"]}]}
    return Caller(signed_in(cast, "olga")).post("/workspaces/northwind/invitations", body, **headers)


def resend(cast: Cast, headers: dict[str, str]) -> object:
    row = ask(cast, "birch", "jules@birch.example")[0]
    return signed_in(cast, "olga").post("/w/northwind/invitations/resend", {"id": str(row.id)}, headers=headers)


def renew(cast: Cast, headers: dict[str, str]) -> object:
    row = invited(cast, "olga", "jules@birch.example", birch="Guest")
    mail_taken(row)
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        return Client().post(f"/join/{link(row)}", {"do": "renew", "email": row.email}, headers=headers)


ACTS: list[Act] = [reset, invite, invite_by_api, resend, renew]


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE.keys())
@pytest.mark.parametrize("act", ACTS)
def test_link_leads_to_the_configured_address(cast: Cast, act: Act, headers: dict[str, str], settings: Settings):
    """R-024: even where the server takes every host."""
    act(cast, headers)

    with SmtpSink() as sink, time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        deliver_due()

    assert sink.messages
    for mail in sink.messages:
        assert "http://localhost:8000/" in mail.text
        assert "evil" not in mail.raw.decode() and "8443" not in mail.raw.decode()


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:8000@evil.example", "localhost:8000.evil.example"]
)
def test_request_for_another_host_is_refused(cast: Cast, host: str, settings: Settings):
    """R-024"""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]

    assert Client().post("/password", {"email": cast.ana.email}, headers={"host": host}).status_code == 400
