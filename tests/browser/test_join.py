"""What the link in the mail does for the person, and what it says when it no longer works (design rules 9 and 10)."""

from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from guestlist.invitations.commands import resend_invitations, revoke_invitations
from guestlist.invitations.models import Invitation
from guestlist.kernel import clock
from guestlist.users.models import User
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox
from tests.browser.steps import enter, join, log_in, reach
from tests.cast import Cast
from tests.invariants import assert_sound
from tests.invitations.acts import GOOD_PASSWORD, ask, held, invited, now

JULES = "jules@birch.example"


@pytest.fixture
def invitation(cast: Cast) -> Invitation:
    return invited(cast, "olga", JULES, birch="Analyst")


def fill(page: Page, password: str) -> None:
    page.get_by_label("Name", exact=True).fill("Jules Moreau")
    page.get_by_label("Password", exact=True).fill(password)


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


def headline(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def type_address(page: Page, address: str) -> None:
    page.get_by_label("Your e-mail address").fill(address)


def test_guest_joins_on_a_phone(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    phone = visit(viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True)

    phone.goto(mailbox.link_to(JULES))
    fill(phone, GOOD_PASSWORD)
    phone.get_by_role("button", name="Join", exact=True).tap()

    headline(phone, "You are in Northwind Security")
    phone.get_by_role("link", name="Continue").tap()
    expect(phone.get_by_role("heading", name="Users", exact=True)).to_be_visible()
    assert reach(phone, cast) == {"birch"}
    assert_sound()


def test_weak_password_keeps_what_was_typed(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    page = visit()
    page.goto(mailbox.link_to(JULES))

    fill(page, "short")
    press(page, "Join")

    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Jules Moreau")
    assert now(invitation).state == "pending"
    page.get_by_label("Password", exact=True).fill(GOOD_PASSWORD)
    press(page, "Join")
    headline(page, "You are in Northwind Security")


def test_link_opened_twice_says_already_accepted(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    link = mailbox.link_to(JULES)
    inside, page = visit(), visit()
    join(inside, link, "Jules Moreau")

    inside.goto(link)
    page.goto(link)

    inside.get_by_role("link", name="Continue", exact=True).click()
    expect(inside.get_by_role("button", name="Account menu")).to_be_visible()

    headline(page, "You joined on")
    page.get_by_role("link", name="Log in", exact=True).click()
    enter(page, JULES, GOOD_PASSWORD)
    expect(page.get_by_role("button", name="Account menu")).to_be_visible()
    assert held(User.objects.get(email=JULES)) == {"birch": {"Analyst"}}


def test_page_left_open_in_two_windows_joins_once(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    link = mailbox.link_to(JULES)
    first, second = visit(), visit()
    for page in (first, second):
        page.goto(link)
        fill(page, GOOD_PASSWORD)

    press(first, "Join")
    headline(first, "You are in")
    press(second, "Join")

    headline(second, "You joined on")
    assert User.objects.filter(email=JULES).count() == 1


def test_declining_needs_the_invited_address(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    page = visit()
    page.goto(mailbox.link_to(JULES))
    page.get_by_text("Decline this invitation").click()

    press(page, "Decline")
    expect(page.get_by_label("Your e-mail address")).to_have_attribute("aria-invalid", "true")
    type_address(page, "somebody@else.example")
    press(page, "Decline")
    expect(page.get_by_label("Your e-mail address")).to_have_value("somebody@else.example")
    assert now(invitation).state == "pending"
    type_address(page, "Jules@Birch.example")
    press(page, "Decline")

    headline(page, "You declined")
    page.goto(mailbox.link_to(JULES))
    headline(page, "You declined on")
    assert not User.objects.filter(email=JULES).exists()
    assert_sound()


def test_link_works_for_24_hours_and_then_no_longer(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    link, sent = mailbox.link_to(JULES), clock.now()
    page = visit()

    with time_machine.travel(sent + timedelta(hours=23, minutes=58), tick=True):
        page.goto(link)
        fill(page, GOOD_PASSWORD)
    with time_machine.travel(sent + timedelta(hours=24, minutes=1), tick=True):
        press(page, "Join")
        headline(page, "This invitation ended on")
        page.goto(link)
        headline(page, "This invitation ended on")

    assert not User.objects.filter(email=JULES).exists()
    assert now(invitation).state == "pending"


def test_link_still_joins_in_its_last_minutes(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    link = mailbox.link_to(JULES)

    with time_machine.travel(clock.now() + timedelta(hours=23, minutes=58), tick=True):
        join(visit(), link, "Jules Moreau")

    assert held(User.objects.get(email=JULES)) == {"birch": {"Analyst"}}


def test_expired_page_mails_a_new_link_to_the_invited_address_only(
    cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation
):
    old = mailbox.link_to(JULES)
    page = visit()
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=True):
        page.goto(old)
        type_address(page, "thief@elsewhere.example")
        press(page, "Send me a new link")
        expect(page.get_by_label("Your e-mail address")).to_have_attribute("aria-invalid", "true")
        assert len(mailbox.to(JULES)) == 1

        type_address(page, JULES)
        press(page, "Send me a new link")
        headline(page, "Look into your mailbox")
        new = mailbox.link_to(JULES)
        page.goto(old)
        headline(page, "A newer e-mail was sent")
        join(page, new, "Jules Moreau")

    assert new != old
    assert mailbox.to("thief@elsewhere.example") == []
    assert held(User.objects.get(email=JULES)) == {"birch": {"Analyst"}}


def test_someone_else_signed_in_sees_both_addresses_and_may_switch(
    cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation
):
    page = visit(cast.otto)
    page.goto(mailbox.link_to(JULES))

    headline(page, "This is for someone else")
    expect(page.get_by_role("main")).to_contain_text(JULES)
    expect(page.get_by_role("main")).to_contain_text("otto@elsewhere.example")
    expect(page.get_by_role("button", name="Join")).to_have_count(0)
    assert now(invitation).state == "pending"

    press(page, "Switch account")
    headline(page, "Set your password")
    fill(page, GOOD_PASSWORD)
    press(page, "Join")
    headline(page, "You are in Northwind Security")
    assert reach(page, cast) == {"birch"}
    assert held(cast.otto) == {}


def test_account_that_is_asked_logs_in_and_accepts(cast: Cast, visit: Visit, mailbox: Mailbox, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    invited(cast, "olga", "otto@elsewhere.example", birch="Guest")
    page = visit()

    page.goto(mailbox.link_to("otto@elsewhere.example"))
    page.get_by_role("link", name="Log in to accept").click()
    enter(page, "otto@elsewhere.example")
    press(page, "Accept")

    headline(page, "You are in Northwind Security")
    assert held(cast.otto) == {"birch": {"Guest"}}


def test_holder_who_is_signed_in_declines_with_one_click(cast: Cast, visit: Visit, mailbox: Mailbox, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    invitation = invited(cast, "olga", "otto@elsewhere.example", birch="Guest")
    page = visit(cast.otto)

    page.goto(mailbox.link_to("otto@elsewhere.example"))
    press(page, "Decline")

    headline(page, "You declined")
    assert now(invitation).state == "declined" and held(cast.otto) == {}


def test_revoked_link_says_so(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    link = mailbox.link_to(JULES)
    page = visit()
    page.goto(link)
    fill(page, GOOD_PASSWORD)

    revoke_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id])
    press(page, "Join")

    headline(page, "This invitation was taken back")
    assert not User.objects.filter(email=JULES).exists()


def test_link_replaced_by_a_newer_one_says_so(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    old = mailbox.link_to(JULES)
    resend_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id])
    page = visit()

    page.goto(old)

    headline(page, "A newer e-mail was sent")
    join(page, mailbox.link_to(JULES), "Jules Moreau")


@pytest.mark.parametrize("harm", ["altered", "cut short", "doubled"])
def test_link_that_was_damaged_does_not_work(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation, harm: str):
    link = mailbox.link_to(JULES)
    other = "A" if link[-5] != "A" else "B"
    damaged = {"altered": link[:-5] + other + link[-4:], "cut short": link[:-6], "doubled": link + link.rpartition("/")[2]}
    page = visit()

    answer = page.goto(damaged[harm])

    assert answer and answer.status == 404
    headline(page, "This link does not work")
    expect(page.locator("body")).not_to_contain_text("Northwind")


def test_invitation_that_changed_meanwhile_is_shown_again(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    page = visit()
    page.goto(mailbox.link_to(JULES))
    fill(page, GOOD_PASSWORD)

    ask(cast, "olga", JULES, cedar="Guest")
    press(page, "Join")

    expect(page.get_by_text("The invitation changed while you were reading.")).to_be_visible()
    expect(page.get_by_role("region", name="Your invitation")).to_contain_text("Cedar")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Jules Moreau")
    assert not User.objects.filter(email=JULES).exists()
    fill(page, GOOD_PASSWORD)
    press(page, "Join")
    headline(page, "You are in Northwind Security")
    assert held(User.objects.get(email=JULES)) == {"birch": {"Analyst"}, "cedar": {"Guest"}}


def test_guest_signs_in_with_the_password_they_chose(cast: Cast, visit: Visit, mailbox: Mailbox, invitation: Invitation):
    join(visit(), mailbox.link_to(JULES), "Jules Moreau")

    page = visit()
    log_in(page, JULES, GOOD_PASSWORD)

    assert reach(page, cast) == {"birch"}
