"""Forgotten the password. The page says the same for every address; only the mailbox knows (design section 4, rule 10)."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox
from tests.browser.steps import join, log_in
from tests.cast import PASSWORD, Cast
from tests.invitations.acts import GOOD_PASSWORD, invited

ANA = "ana@northwind.example"


def ask_for_a_link(page: Page, address: str) -> str:
    """From the sign-in page; answers what the page says then, without the address."""
    page.goto("/login")
    page.get_by_role("link", name="Set a new one").click()
    page.get_by_label("Email", exact=True).fill(address)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    return page.get_by_role("main").inner_text().replace(address, "…")


def choose(page: Page, link: str, password: str) -> None:
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Set password", exact=True).click()


def test_forgotten_password_is_replaced_once(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()

    ask_for_a_link(page, ANA)
    link = mailbox.link_to(ANA)
    choose(page, link, GOOD_PASSWORD)

    expect(page.get_by_role("button", name="Account menu")).to_be_visible()
    log_in(visit(), ANA, GOOD_PASSWORD)
    again = visit()
    again.goto(link)
    expect(again.get_by_role("heading", level=1)).to_have_text("This link has been used, or is too old")
    assert "password was changed" in mailbox.to(ANA)[-1]["Subject"].lower()


def test_new_password_ends_the_other_sessions(cast: Cast, visit: Visit, mailbox: Mailbox):
    elsewhere, page = visit(cast.ana), visit()
    elsewhere.goto("/me")
    ask_for_a_link(page, ANA)

    choose(page, mailbox.link_to(ANA), GOOD_PASSWORD)
    expect(page.get_by_role("button", name="Account menu")).to_be_visible()
    elsewhere.reload()

    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Log in")


def test_weak_password_is_refused_and_the_old_one_stays(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()
    ask_for_a_link(page, ANA)

    choose(page, mailbox.link_to(ANA), "short")

    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    log_in(visit(), ANA, PASSWORD)


def test_address_that_is_only_invited_gets_its_invitation_again(cast: Cast, visit: Visit, mailbox: Mailbox):
    invited(cast, "olga", "jules@birch.example", birch="Analyst")
    first = mailbox.link_to("jules@birch.example")
    page = visit()

    ask_for_a_link(page, "jules@birch.example")

    mails = mailbox.to("jules@birch.example")
    assert len(mails) == 2
    assert mailbox.link_to("jules@birch.example") == first
    join(page, first, "Jules Moreau")


@pytest.mark.parametrize("address", ["nobody@nowhere.example", "jules@birch.example"])
def test_page_says_the_same_for_every_address(cast: Cast, visit: Visit, mailbox: Mailbox, address: str):
    invited(cast, "olga", "jules@birch.example", birch="Analyst")
    page = visit()

    said = ask_for_a_link(page, address)

    assert said == ask_for_a_link(page, ANA)
    assert mailbox.to("nobody@nowhere.example") == []
