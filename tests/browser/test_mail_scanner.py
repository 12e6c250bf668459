"""Security products open every link of a mail, run its scripts and press what they find. None of that may decide for the person."""

from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from guestlist.audit.models import Event
from guestlist.invitations.models import Invitation
from guestlist.users.commands import request_password_reset
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox
from tests.browser.steps import join, log_in, reach
from tests.cast import PASSWORD, Cast
from tests.invitations.acts import GOOD_PASSWORD, invited, state_of_everything

JULES = "jules@birch.example"
UNFOLDS = "summary, button[type=button]"
LEADS_ELSEWHERE = "button:not([type=button]), input[type=submit], main a"


@pytest.fixture
def link(cast: Cast, mailbox: Mailbox) -> str:
    invited(cast, "olga", JULES, birch="Analyst")
    return mailbox.link_to(JULES)


def facts() -> tuple[object, ...]:
    invitations = tuple(Invitation.objects.values_list("state", "version", "renewals").order_by("id"))
    return state_of_everything(), invitations, Event.objects.count()


def fetch(method: str, url: str) -> int:
    try:
        with urlopen(Request(url, method=method, headers={"User-Agent": "LinkScanner/1.0"})) as answer:
            return answer.status
    except HTTPError as refusal:
        return refusal.code


def press_everything(page: Page, url: str) -> int:
    """First what unfolds and shows, then, each on a page loaded anew, what leads elsewhere; answers how many there were."""
    page.goto(url)
    for control in page.locator(UNFOLDS).all():
        control.dispatch_event("click")
    count = page.locator(LEADS_ELSEWHERE).count()
    for number in range(count):
        page.goto(url)
        with page.expect_navigation():
            page.locator(LEADS_ELSEWHERE).nth(number).dispatch_event("click")
    return count


def submit_every_form(page: Page, url: str) -> int:
    """As a script would: past the buttons and past the browser's own checks."""
    page.goto(url)
    count = page.locator("form").count()
    for number in range(count):
        page.goto(url)
        with page.expect_navigation():
            page.locator("form").nth(number).evaluate("form => form.submit()")
    return count


def test_client_that_gets_and_heads_the_link_changes_nothing(cast: Cast, visit: Visit, link: str):
    before = facts()

    answers = [fetch(method, link) for method in ("GET", "HEAD") * 10]

    assert set(answers) == {200}
    assert facts() == before
    guest = visit()
    join(guest, link, "Jules Moreau")
    assert reach(guest, cast) == {"birch"}


def test_client_that_posts_an_empty_form_changes_nothing(cast: Cast, link: str):
    before = facts()

    answer = fetch("POST", link)

    assert answer == 403
    assert facts() == before


def test_browser_that_presses_every_button_changes_nothing(cast: Cast, visit: Visit, link: str):
    """R-022"""
    before = facts()
    scanner = visit()

    pressed = press_everything(scanner, link)
    submitted = submit_every_form(scanner, link)

    assert (pressed, submitted) == (3, 2)  # Join, the passkey and Decline
    assert facts() == before
    guest = visit()
    join(guest, link, "Jules Moreau")
    assert reach(guest, cast) == {"birch"}


def test_scanner_does_not_use_up_the_link_of_an_account(cast: Cast, visit: Visit, mailbox: Mailbox, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    invited(cast, "olga", "otto@elsewhere.example", birch="Guest")
    link = mailbox.link_to("otto@elsewhere.example")
    before = facts()
    scanner = visit()

    press_everything(scanner, link)
    submit_every_form(scanner, link)

    assert facts() == before
    person = visit(cast.otto)
    person.goto(link)
    person.get_by_role("button", name="Accept").click()
    expect(person.get_by_role("heading", level=1)).to_have_text("You are in Northwind Security")


def test_scanner_does_not_use_up_a_password_link(cast: Cast, visit: Visit, mailbox: Mailbox):
    request_password_reset(user=cast.ana)
    link = mailbox.link_to("ana@northwind.example")
    before = facts()
    scanner = visit()

    fetch("GET", link)
    fetch("HEAD", link)
    press_everything(scanner, link)
    submit_every_form(scanner, link)

    assert facts() == before
    log_in(visit(), "ana@northwind.example", PASSWORD)
    person = visit()
    person.goto(link)
    person.get_by_label("Password", exact=True).fill(GOOD_PASSWORD)
    person.get_by_role("button", name="Set password").click()
    expect(person.get_by_role("button", name="Account menu")).to_be_visible()
