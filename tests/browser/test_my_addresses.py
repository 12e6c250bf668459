"""My e-mail addresses, from adding one to giving the old one up."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.looks import findings
from tests.browser.mailbox import Mailbox, text_of
from tests.browser.steps import confirm_it_is_me, log_in, open_account_menu, says
from tests.cast import Cast
from tests.users.addresses import asked, held

OWN, HOME = "ana@northwind.example", "ana@home.example"


def test_address_is_added_made_primary_and_the_old_one_removed(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit(cast.ana)
    confirm_it_is_me(page)
    open_account_menu(page).get_by_role("link", name="Account settings", exact=True).click()
    page.get_by_role("link", name="Change or add", exact=True).click()
    page.get_by_role("link", name="Add an address", exact=True).click()
    page.get_by_label("Email", exact=True).fill("ana@home")
    page.get_by_role("button", name="Send the link", exact=True).click()
    expect(page.get_by_label("Email", exact=True)).to_have_value("ana@home")
    page.get_by_label("Email", exact=True).fill(HOME)
    page.get_by_role("button", name="Send the link", exact=True).click()
    expect(page.get_by_text("Waiting for confirmation", exact=True)).to_be_visible()

    page.goto(mailbox.link_to(HOME))
    page.get_by_role("button", name="Confirm the address", exact=True).click()
    says(page, f"{HOME} is confirmed.")
    act(page, f"Make {HOME} primary…", "Make primary")
    says(page, f"{HOME} is your primary address now.")
    act(page, f"Remove {OWN}…", "Remove")
    says(page, f"{OWN} is removed.")

    assert "If it was not you" in text_of(mailbox.to(OWN)[-1])
    log_in(visit(), HOME)
    stranger = visit()
    stranger.goto("/login")
    stranger.get_by_label("Email", exact=True).fill(OWN)
    stranger.get_by_label("Password", exact=True).fill("correct horse battery staple")
    stranger.get_by_role("button", name="Log in", exact=True).click()
    says(stranger, "This e-mail and password do not match.")


def act(page: Page, link: str, button: str) -> None:
    page.get_by_role("link", name=link, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\?$"))
    page.get_by_role("button", name=button, exact=True).click()


def test_pages_of_addresses_are_for_all(cast: Cast, visit: Visit):
    row, link = held(cast.ana), f"/address/{asked(cast.ana, 'later@home.example')}"
    page, nora = visit(cast.ana), visit(cast.nora)
    confirm_it_is_me(page)
    paths = ["/me/addresses", f"/me/addresses/{row.id}/primary", f"/me/addresses/{row.id}/remove", link, "/me/addresses/new"]
    found = [each for path in paths if page.goto(path) for each in findings(page, path)]
    page.get_by_role("button", name="Send the link", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += findings(page, "new, with a mistake")
    nora.goto(link)
    found += findings(nora, "link of another account")
    page.goto(link)
    page.get_by_role("button", name="Confirm the address", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("E-mail addresses")
    page.goto(link)
    found += findings(page, "link that is over")

    assert not found, "\n".join(found)
