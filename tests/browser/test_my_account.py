"""My account: end another session, take note of what others did, close the account."""

from playwright.sync_api import expect

from guestlist.access.roles import ANALYST
from guestlist.invitations.commands import invite
from guestlist.invitations.rules import Person, Wanted
from tests.browser.conftest import Visit
from tests.browser.steps import log_in, open_account_menu, says
from tests.cast import PASSWORD, Cast


def test_ending_another_session_signs_that_browser_out(cast: Cast, visit: Visit):
    here, there = visit(), visit()
    log_in(here, "ana@northwind.example")
    log_in(there, "ana@northwind.example")

    open_account_menu(here).get_by_role("link", name="Account settings", exact=True).click()
    expect(here.get_by_text("This browser", exact=True)).to_have_count(1)
    here.get_by_role("link", name="End the session in Chrome on Linux…").click()
    here.get_by_role("alertdialog").get_by_role("button", name="End session", exact=True).click()
    says(here, "The session has ended.")
    there.goto("/me")

    expect(there.get_by_role("heading", level=1)).to_have_text("Log in")


def test_bell_leads_to_what_others_did(cast: Cast, visit: Visit):
    grants = [Wanted(cast.birch.id, frozenset({ANALYST}))]
    invite(actor=cast.olga.actor, workspace=cast.northwind, people=[Person("nora@acme.example")], grants=grants)
    page = visit(cast.nora)

    page.goto("/me")
    page.get_by_role("link", name="Notifications, 1 new").click()

    expect(page.get_by_text("Olga Lindqvist added you to Birch as Analyst")).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("link", name="Notifications", exact=True)).to_be_visible()


def test_holder_closes_their_account(cast: Cast, visit: Visit):
    page = visit(cast.ana)
    page.goto("/me")

    page.get_by_role("link", name="Close my account…").click()
    page.get_by_label("Type ana@northwind.example to confirm").fill("ana@northwind.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Close my account", exact=True).click()

    expect(page.get_by_text("Your account is closed.")).to_be_visible()
    page.goto("/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
