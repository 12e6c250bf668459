"""A seeded life of two workspaces, compared at its end with what the driver was told and what the mail server took."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import Count

from guestlist.invitations.commands import accept_as_new_user
from guestlist.invitations.models import LINK_PURPOSE, Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.kernel.errors import Refusal
from guestlist.kernel.links import read_link
from guestlist.mail.models import Message
from guestlist.members.models import Membership
from tests.cast import Cast
from tests.flows.driver import PASSWORD, TOKEN, UNREACHABLE, Driver
from tests.smtp_sink import SmtpSink

SEEDS = range(4)
STEPS = 120


@pytest.fixture(params=[(seed, policy) for seed in SEEDS for policy in ("ask", "add")], ids=str)
def driver(request: pytest.FixtureRequest, cast: Cast, settings, caplog: pytest.LogCaptureFixture) -> Iterator[Driver]:
    seed, settings.GUESTLIST_EXISTING_USERS = request.param
    caplog.set_level("DEBUG", logger="guestlist")
    caplog.set_level("DEBUG", logger="django")
    caplog.set_level("ERROR", logger="mail.log")  # the mail server's own, which repeats every mail
    with SmtpSink() as sink, time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False) as clock:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        sink.refuse(UNREACHABLE, "550 5.1.1 no such user")
        driver = Driver(cast, sink, clock, random.Random(seed), settings.GUESTLIST_EXISTING_USERS)
        driver.run(STEPS)
        yield driver


def test_after_a_busy_life_everything_told_is_true(driver: Driver, caplog: pytest.LogCaptureFixture):
    assert driver.ledger.accepted and driver.ledger.refusals and driver.sink.messages, "the dice made something happen"

    every_acknowledged_invitation_exists_once(driver)
    everybody_is_exactly_where_they_were_told(driver)
    no_mail_arrived_twice_without_a_reason(driver)
    at_most_one_link_of_an_invitation_works(driver)
    no_link_joins_a_second_time(driver)
    no_secret_is_kept_anywhere(driver, caplog.text)


def every_acknowledged_invitation_exists_once(driver: Driver) -> None:
    """I-01."""
    rows = Invitation.objects.select_related("workspace", "message")
    found = {row.id: (row.workspace.slug, row.email_key) for row in rows}
    assert found == driver.ledger.invitations
    assert all(row.message for row in rows)
    pending = Invitation.objects.filter(state="pending").values("workspace", "email_key").annotate(times=Count("id"))
    assert all(each["times"] == 1 for each in pending)


def everybody_is_exactly_where_they_were_told(driver: Driver) -> None:
    """Nothing lost, nothing given on top."""
    found: dict[str, dict[UUID, set[UUID]]] = defaultdict(dict)
    for row in Membership.objects.filter(email_key__endswith="@birch.example").prefetch_related("roles"):
        found[row.email_key][row.community_id] = {role.id for role in row.roles.all()}
    assert found == {address: dict(places) for address, places in driver.ledger.places.items()}
    accounts = EmailAddress.objects.filter(email__endswith="@birch.example").values_list("email", flat=True)
    assert sorted(accounts) == sorted(found), "one account each, and none for whoever joined nothing"


def no_mail_arrived_twice_without_a_reason(driver: Driver) -> None:
    """I-03: copies only where a reply was lost, and then the same Message-ID, recipient and link."""
    copies = defaultdict(list)
    for each in driver.sink.messages:
        copies[each.message["Message-ID"]].append((each.recipient, TOKEN.findall(each.text)))
    known = dict(Message.objects.values_list("message_id", "to_email"))
    assert all(len({str(each) for each in same}) == 1 for same in copies.values())
    assert all(known[key] == same[0][0] for key, same in copies.items())
    assert sum(len(same) - 1 for same in copies.values()) <= driver.ledger.drops
    assert set(Message.objects.filter(state="sent").values_list("message_id", flat=True)) <= set(copies)
    assert UNREACHABLE not in {each.recipient for each in driver.sink.messages}
    assert not Message.objects.filter(to_email=UNREACHABLE).exclude(state__in=("failed", "cancelled", "queued")).exists()


def at_most_one_link_of_an_invitation_works(driver: Driver) -> None:
    """I-04: every link that went out belongs to an invitation of that address; the dead ones are refused and change nothing."""
    live = defaultdict(set)
    for address, token in driver.tokens():
        opened = open_invitation(token)
        assert opened.invitation.email_key == address
        if opened.state == "pending":
            live[opened.invitation.id].add(read_link(LINK_PURPOSE, token).version)
        else:
            before = Membership.objects.count()
            with pytest.raises(Refusal):
                accept_as_new_user(token=token, shown=opened.shown, name="Late", password=PASSWORD, language="en")
            assert Membership.objects.count() == before
    assert all(len(versions) == 1 for versions in live.values())


def no_link_joins_a_second_time(driver: Driver) -> None:
    """I-17: one effect per link."""
    assert len(set(driver.ledger.accepted)) == len(driver.ledger.accepted)
    assert {open_invitation(token).state for token in driver.ledger.accepted} == {"accepted"}


def no_secret_is_kept_anywhere(driver: Driver, log: str) -> None:
    """I-14: neither rows nor log lines hold a link or a password."""
    rows = [str(row) for model in apps.get_models() if model._meta.managed for row in model.objects.values()]
    everything = "\n".join([*rows, log])
    assert len(everything) > 10_000
    assert PASSWORD not in everything
    for _, token in driver.tokens():
        assert token not in everything and token.rpartition(".")[2] not in everything
