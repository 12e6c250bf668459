"""A domain is believed once the DNS says so, and only while it does (design rule 16)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from time_machine import travel

from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.clock import now
from guestlist.kernel.errors import NotFound
from guestlist.mail.models import Message
from guestlist.members.errors import NotAllowed
from guestlist.sso.commands import check_domain, claim_domain, confirm_domain, prove_a_domain_again, remove_domain
from guestlist.sso.errors import BadDomain, DomainClaimed, DomainTaken, ProofMissing, PublicDomain
from guestlist.sso.models import Domain
from guestlist.sso.rules import domain_name, record_name, record_value
from guestlist.workspaces.models import Workspace
from tests.cast import Cast
from tests.sso.name_server import Records, name_server

NAME = "northwind.example"


@pytest.fixture
def records(settings) -> Iterator[Records]:
    with name_server() as (address, found):
        settings.GUESTLIST_DNS_SERVERS = [address]
        yield found


def claimed(cast: Cast, who: str = "olga", workspace: Workspace | None = None) -> Domain:
    return claim_domain(actor=cast.users[who].actor, workspace=workspace or cast.northwind, name=NAME)


def publish(records: Records, row: Domain) -> None:
    records.setdefault(record_name(row.name), ["v=spf1 -all"]).append(record_value(row.token))


def proved(cast: Cast, records: Records) -> Domain:
    row = claimed(cast)
    publish(records, row)
    return check_domain(actor=cast.olga.actor, domain=row)


def actions() -> list[str]:
    return list(Event.objects.filter(target_kind="domain").order_by("at", "id").values_list("action", flat=True))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Northwind.Example", NAME),
        (" @northwind.example. ", NAME),
        ("büro.example", "xn--bro-hoa.example"),
        ("mail.büro.example", "mail.xn--bro-hoa.example"),
    ],
)
def test_domain_is_kept_as_the_dns_has_it(typed: str, name: str):
    assert domain_name(typed) == name


@pytest.mark.parametrize(
    "typed", ["", "com", "localhost", "north wind.example", "-x.example", "a@b.example", "x..example", "192.0.2.1"]
)
def test_what_is_no_domain_is_refused(typed: str):
    with pytest.raises(BadDomain):
        domain_name(typed)


def test_domain_of_a_mail_provider_is_refused():
    with pytest.raises(PublicDomain):
        domain_name("GMail.com")


def test_claim_alone_proves_nothing(cast: Cast, records: Records):
    row = claimed(cast)

    with pytest.raises(ProofMissing):
        check_domain(actor=cast.olga.actor, domain=row)

    row.refresh_from_db()
    assert row.proved_at is None and row.checked_at


def test_record_in_the_dns_proves(cast: Cast, records: Records):
    row = proved(cast, records)

    assert row.proved_at and row.missing_since is None
    assert actions() == ["domain.claimed", "domain.proved"]


def test_record_of_another_workspace_proves_nothing(cast: Cast, records: Records):
    theirs = claimed(cast, "nora", cast.acme)
    publish(records, theirs)
    row = claimed(cast)

    with pytest.raises(ProofMissing):
        check_domain(actor=cast.olga.actor, domain=row)


def test_servers_that_do_not_answer_prove_nothing(cast: Cast, settings):
    settings.GUESTLIST_DNS_SERVERS = ["127.0.0.1:9"]
    row = claimed(cast)

    with pytest.raises(ProofMissing):
        check_domain(actor=cast.olga.actor, domain=row)


def test_claim_tells_nobody_whether_another_workspace_has_it(cast: Cast, records: Records):
    proved(cast, records)
    theirs = claimed(cast, "nora", cast.acme)

    with pytest.raises(ProofMissing):
        check_domain(actor=cast.nora.actor, domain=theirs)


def test_domain_has_one_owner(cast: Cast, records: Records):
    mine = proved(cast, records)
    theirs = claimed(cast, "nora", cast.acme)
    publish(records, theirs)

    with pytest.raises(DomainTaken) as refused:
        check_domain(actor=cast.nora.actor, domain=theirs)
    assert "Northwind" not in str(refused.value)
    remove_domain(actor=cast.olga.actor, domain=mine)

    assert check_domain(actor=cast.nora.actor, domain=theirs).proved_at


def test_second_claim_is_refused(cast: Cast):
    claimed(cast)

    with pytest.raises(DomainClaimed):
        claimed(cast)


@pytest.mark.parametrize("who", ["adam", "mia", "ana", "gus", "nora", "otto"])
def test_only_who_may_change_connections_touches_domains(cast: Cast, records: Records, who: str):
    row = claimed(cast)
    actor = cast.users[who].actor

    for act in (
        lambda: claim_domain(actor=actor, workspace=cast.northwind, name="other.example"),
        lambda: check_domain(actor=actor, domain=row),
        lambda: remove_domain(actor=actor, domain=row),
        lambda: confirm_domain(actor=actor, workspace=cast.northwind, name=NAME),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_admin_is_not_the_operator(cast: Cast):
    with pytest.raises(NotAllowed):
        confirm_domain(actor=cast.olga.actor, workspace=cast.northwind, name=NAME)


def test_operator_confirms_without_the_dns_for_good(cast: Cast, records: Records):
    row = confirm_domain(actor=OPERATOR, workspace=cast.northwind, name=NAME)

    with travel(now() + timedelta(days=30)):
        assert prove_a_domain_again() == 0

    assert row.by_operator and row.proved_at
    assert check_domain(actor=cast.olga.actor, domain=row).proved_at


def test_operator_cannot_give_a_domain_twice(cast: Cast):
    confirm_domain(actor=OPERATOR, workspace=cast.northwind, name=NAME)

    with pytest.raises(DomainTaken), transaction.atomic():
        confirm_domain(actor=OPERATOR, workspace=cast.acme, name=NAME)


def test_record_is_looked_for_every_day(cast: Cast, records: Records):
    """R-071"""
    proved(cast, records)

    with travel(now(), tick=False) as clock:
        assert prove_a_domain_again() == 0
        clock.shift(timedelta(days=1, minutes=1))
        assert [prove_a_domain_again(), prove_a_domain_again()] == [1, 0]


def test_record_that_stays_away_for_a_week_ends_belief(cast: Cast, records: Records):
    """R-071"""
    row = proved(cast, records)
    records.clear()

    with travel(now(), tick=False) as clock:
        believed = []
        for _ in range(9):
            clock.shift(timedelta(days=1, minutes=1))
            prove_a_domain_again()
            row.refresh_from_db()
            believed.append(row.proved_at is not None)

    assert believed == [True] * 7 + [False] * 2
    assert actions()[2:] == ["domain.missing", "domain.unproved"]
    mails = Message.objects.order_by("id").values_list("to_email", "template")
    assert list(mails) == [(cast.olga.email, f"sso/emails/{each}") for each in ("record_missing", "trust_changed")]


def test_dns_that_fails_says_nothing(cast: Cast, records: Records):
    row = proved(cast, records)
    records[record_name(row.name)] = []

    with travel(now(), tick=False) as clock:
        clock.shift(timedelta(days=2))
        looked = prove_a_domain_again()
        with pytest.raises(ProofMissing):
            check_domain(actor=cast.olga.actor, domain=row)

    row.refresh_from_db()
    assert (looked, row.missing_since, prove_a_domain_again()) == (1, None, 0)
    assert row.proved_at and actions() == ["domain.claimed", "domain.proved"]


def test_record_that_comes_back_is_believed_on(cast: Cast, records: Records):
    row = proved(cast, records)
    kept = dict(records)
    records.clear()

    with travel(now(), tick=False) as clock:
        clock.shift(timedelta(days=2))
        prove_a_domain_again()
        records.update(kept)
        clock.shift(timedelta(days=2))
        prove_a_domain_again()

    row.refresh_from_db()
    assert row.proved_at and row.missing_since is None
    assert actions()[2:] == ["domain.missing", "domain.found_again"]


def test_removed_while_the_dns_was_asked(cast: Cast, records: Records):
    row = claimed(cast)
    publish(records, row)
    remove_domain(actor=cast.olga.actor, domain=row)

    with pytest.raises(NotFound):
        check_domain(actor=cast.olga.actor, domain=row)
