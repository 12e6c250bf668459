"""Sign in through identity providers that are not ours: `oidc-provider` in the shape of an Okta org, and `samlp`. `make flows` runs these.

A provider listens on 127.0.0.1 and Guestlist on localhost: two sites to a browser, as they are in life.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from guestlist.kernel import clock
from guestlist.members.commands import remove
from guestlist.members.models import Membership
from guestlist.sso.commands import GroupRule, change_connection, create_connection, enable_connection, let_in
from guestlist.sso.models import Attempt, Connection, Domain, Identity
from guestlist.sso.queries import attempts_of
from guestlist.sso.rules import Oidc, read_metadata
from guestlist.users.models import User
from tests.browser.conftest import Visit
from tests.browser.steps import enter, log_in, reach
from tests.cast import Cast, role_named
from tests.flows.providers import Directory, directory
from tests.invariants import assert_sound
from tests.invitations.acts import invited
from tests.sso.acts import creating, held
from tests.sso.identity_provider import CERTIFICATE, PRIVATE

pytestmark = pytest.mark.flows

KIM, OTTO, NORA = "kim@corp.example", "otto@elsewhere.example", "nora@acme.example"
PEOPLE = {
    "kim": {"sub": "00u1kim", "email": KIM, "email_verified": True, "name": "Kim Lee", "groups": ["Everyone"]},
    "lou": {"sub": "00u2lou", "email": "lou@corp.example", "name": "Lou Sand", "groups": ["Everyone", "SOC analysts"]},
    "otto": {"sub": "00u3otto", "email": OTTO, "email_verified": True, "name": "Otto Brandt"},
    "mallory": {"sub": "00u4mallory", "email": NORA, "email_verified": True, "name": "Nora Whitfield"},
}


@pytest.fixture(scope="session")
def okta() -> Iterator[Directory]:
    with directory("okta.mjs") as found:
        yield found


@pytest.fixture(scope="session")
def idp() -> Iterator[Directory]:
    with directory("saml.mjs", KEY=PRIVATE, CERTIFICATE=CERTIFICATE) as found:
        yield found


@pytest.fixture(params=["Okta", "SAML"])
def fresh(request: pytest.FixtureRequest, cast: Cast, site: str) -> Iterator[Connection]:
    """A connection of Northwind as an admin makes it: with the provider's side done, and not yet tested. Northwind has proved the
    domains it hires from; Acme has proved its own."""
    domains = {"corp.example": cast.northwind, "elsewhere.example": cast.northwind, "acme.example": cast.acme}
    for name, workspace in domains.items():
        Domain.objects.create(workspace=workspace, name=name, token="t", proved_at=clock.now())
    if request.param == "Okta":
        yield connect_okta(cast, request.getfixturevalue("okta"), site)
    else:
        yield connect_saml(cast, request.getfixturevalue("idp"))
    assert_sound()


@pytest.fixture
def row(fresh: Connection) -> Connection:
    """The connection, on."""
    Connection.objects.filter(id=fresh.id).update(tested_at=clock.now(), enabled_at=clock.now())
    fresh.refresh_from_db()
    return fresh


def connect_okta(cast: Cast, okta: Directory, base_url: str) -> Connection:
    okta.employ(**PEOPLE)
    olga = cast.olga.actor
    row = create_connection(
        actor=olga, workspace=cast.northwind, name="Okta", preset="okta", provider=Oidc(okta.url, "not yet", "not yet")
    )
    client = okta.register(base_url + reverse("sso_callback", args=[row.id]))
    return change_connection(actor=olga, connection=row, provider=Oidc(okta.url, *client))


def connect_saml(cast: Cast, idp: Directory) -> Connection:
    idp.employ(**PEOPLE)
    provider = read_metadata(idp.metadata())
    return create_connection(actor=cast.olga.actor, workspace=cast.northwind, name="SAML", provider=provider)


def come(page: Page, row: Connection, name: str, purpose: str = "sso_start") -> None:
    page.goto(reverse(purpose, args=[row.id]))
    page.get_by_label("Username").fill(name)
    page.get_by_role("button", name="Sign in").click()


def assert_in(page: Page) -> None:
    expect(page.get_by_role("button", name="Account menu")).to_be_visible()
    assert urlsplit(page.url).path.startswith("/w/northwind")


def assert_refused(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("You cannot come in yet")
    expect(page.get_by_role("main")).to_contain_text("Ask an administrator of Northwind Security")
    page.goto("/w/northwind")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


def test_admin_tests_and_switches_on_and_new_people_come_in(cast: Cast, fresh: Connection, visit: Visit):
    admin, kim, again = visit(), visit(), visit()
    log_in(admin, "olga@northwind.example")
    creating(cast, fresh)

    come(admin, fresh, "kim", "sso_test")
    expect(admin.get_by_role("heading", level=1)).to_have_text(f"Test of {fresh.name}")
    expect(admin.get_by_role("main")).to_contain_text("with these roles")
    assert held(KIM) == set()
    enable_connection(actor=cast.olga.actor, connection=fresh)
    come(kim, fresh, "kim")
    assert_in(kim)
    come(again, fresh, "kim")

    assert_in(again)
    assert held(KIM) == {("Alder", "Guest", "sso")}
    assert reach(again, cast) == {"alder"}
    assert again.request.get("/w/acme/team/main/users").status == 404
    assert (User.objects.filter(email=KIM).count(), Identity.objects.filter(connection=fresh).count()) == (1, 1)


def test_group_brings_its_own_role(cast: Cast, row: Connection, visit: Visit):
    creating(cast, row, groups=(GroupRule("SOC analysts", cast.birch, role_named("Analyst")),))
    page = visit()

    come(page, row, "lou")

    assert_in(page)
    assert held("lou@corp.example") == {("Birch", "Analyst", "sso")}
    assert reach(page, cast) == {"birch"}


def test_creation_off_refuses_until_an_admin_lets_in(cast: Cast, row: Connection, visit: Visit):
    creating(cast, row, on=False)
    page = visit()

    come(page, row, "kim")
    assert_refused(page)
    seen = attempts_of(cast.olga.actor, cast.northwind).get()
    assert (seen.email, seen.name, seen.reason) == (KIM, "Kim Lee", "not_invited")
    assert not User.objects.filter(email=KIM).exists()
    let_in(actor=cast.olga.actor, attempt=seen)
    admitted = visit()
    come(admitted, row, "kim")

    assert_in(admitted)
    assert held(KIM) == {("Alder", "Guest", "sso")}


def test_removed_person_is_not_let_back(cast: Cast, row: Connection, visit: Visit):
    creating(cast, row)
    first, later = visit(), visit()
    come(first, row, "kim")
    assert_in(first)

    remove(actor=cast.olga.actor, membership=Membership.objects.get(email_key=KIM))
    come(later, row, "kim")

    assert_refused(later)
    assert held(KIM) == set()
    assert first.request.get("/w/northwind/team/alder/users").status == 404


def test_address_in_the_domain_of_another_workspace_is_not_believed(cast: Cast, row: Connection, visit: Visit):
    creating(cast, row)
    page = visit()

    come(page, row, "mallory")

    assert_refused(page)
    assert Attempt.objects.get().reason == "foreign_domain"
    assert held(NORA) == {("Acme", "Admin", "setup")}
    assert not Identity.objects.exists()


def test_holder_of_an_account_links_it_once(cast: Cast, row: Connection, visit: Visit):
    creating(cast, row)
    page, later = visit(), visit()

    come(page, row, "otto")
    expect(page.get_by_role("heading", level=1)).to_have_text("Link your account")
    assert not Identity.objects.exists()
    page.get_by_role("link", name="Log in to link it").click()
    enter(page, OTTO)
    page.get_by_role("button", name=f"Link to {row.name}").click()
    assert_in(page)
    come(later, row, "otto")

    assert_in(later)
    assert Identity.objects.get().user == cast.otto
    assert held(OTTO) == {("Alder", "Guest", "sso")}


def test_pending_invitation_is_fulfilled_instead_of_the_default(cast: Cast, row: Connection, visit: Visit):
    creating(cast, row)
    invitation = invited(cast, "olga", KIM, birch="Analyst")
    page = visit()

    come(page, row, "kim")

    assert_in(page)
    invitation.refresh_from_db()
    assert invitation.state == "accepted"
    assert held(KIM) == {("Birch", "Analyst", "invited")}
    assert reach(page, cast) == {"birch"}


def test_provider_that_stopped_gives_a_clear_page_and_passwords_go_on(cast: Cast, site: str, visit: Visit):
    with directory("okta.mjs") as stopping:
        row = connect_okta(cast, stopping, site)
        Connection.objects.filter(id=row.id).update(tested_at=clock.now(), enabled_at=clock.now())
    page = visit()

    page.goto(reverse("sso_start", args=[row.id]))
    expect(page.get_by_role("heading", level=1)).to_have_text("Could not sign you in with Okta")
    page.get_by_role("link", name="Log in another way").click()
    log_in(page, "olga@northwind.example")

    assert_in(page)
    assert not Attempt.objects.exists()
