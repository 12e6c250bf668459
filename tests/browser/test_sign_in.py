"""Log in, log out (design section 4, Screens)."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.steps import enter, log_in, open_account_menu
from tests.cast import Cast


def test_wrong_password_keeps_the_address(cast: Cast, visit: Visit):
    page = visit()
    page.goto("/login")

    enter(page, "olga@northwind.example", "wrong")

    expect(page.get_by_role("alert")).to_contain_text("This e-mail and password do not match.")
    expect(page.get_by_label("Email", exact=True)).to_have_value("olga@northwind.example")


def test_page_asked_for_opens_after_logging_in(cast: Cast, visit: Visit):
    page = visit()

    page.goto("/w/northwind/team/birch/invites")
    enter(page, "Olga@Northwind.example")

    expect(page.get_by_role("heading", level=1)).to_have_text("Invites")


def test_logging_out_closes_every_page(cast: Cast, visit: Visit):
    page = visit()
    log_in(page, "olga@northwind.example")

    open_account_menu(page).get_by_role("button", name="Log Out", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    page.goto("/w/northwind/settings/users")

    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
