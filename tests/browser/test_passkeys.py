"""Passkeys with Chromium's own authenticator: added, signed in with, joined with, as a second factor. And the authenticator app."""

from playwright.sync_api import Page, expect

from guestlist.users.models import User
from guestlist.users.queries import passkeys_of
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox
from tests.browser.steps import enter, log_in
from tests.cast import PASSWORD, Cast
from tests.invariants import assert_sound
from tests.invitations.acts import invited
from tests.passkeys import now_code

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_authenticator(page: Page, *, willing: bool = True) -> Page:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR | {"isUserVerified": willing}})
    return page


def headline(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


def add_passkey(page: Page, name: str) -> None:
    page.goto("/me/security")
    page.get_by_role("link", name="Add a passkey", exact=True).click()
    page.get_by_label("Name", exact=True).fill(name)
    press(page, "Add the passkey")
    headline(page, "Recovery codes")
    press(page, "I have kept them")
    headline(page, "Security")


def log_out(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/login")


def test_passkey_is_added_and_signs_in_alone(cast: Cast, visit: Visit):
    page = with_authenticator(visit())
    log_in(page, "ana@northwind.example")

    add_passkey(page, "Laptop")
    expect(page.get_by_role("main")).to_contain_text("Laptop")
    log_out(page)
    press(page, "Use a passkey")
    expect(page.get_by_role("button", name="Account menu")).to_be_visible()
    page.goto("/me/security")

    expect(page.get_by_role("main")).to_contain_text("last used")


def test_passkey_is_the_second_step_after_the_password(cast: Cast, visit: Visit):
    page = with_authenticator(visit())
    log_in(page, "ana@northwind.example")
    add_passkey(page, "Laptop")
    log_out(page)

    enter(page, "ana@northwind.example")
    headline(page, "Second step")
    press(page, "Use a passkey")

    expect(page.get_by_role("button", name="Account menu")).to_be_visible()


def test_guest_joins_with_a_passkey(cast: Cast, visit: Visit, mailbox: Mailbox):
    invited(cast, "olga", "jules@birch.example", birch="Analyst")
    page = with_authenticator(visit())
    page.goto(mailbox.link_to("jules@birch.example"))

    page.get_by_label("Name", exact=True).fill("")
    press(page, "Use a passkey instead of a password")
    expect(page.get_by_role("alert")).to_contain_text("Enter your name.")
    page.get_by_label("Name", exact=True).fill("Jules Moreau")
    press(page, "Use a passkey instead of a password")
    headline(page, "You are in Northwind Security")
    log_out(page)
    press(page, "Use a passkey")
    expect(page.get_by_role("button", name="Account menu")).to_be_visible()

    jules = User.objects.get(email="jules@birch.example")
    assert passkeys_of(jules).count() == 1 and not jules.has_usable_password()
    assert_sound()


def test_browser_that_gives_no_passkey_says_so_and_the_password_is_still_there(cast: Cast, visit: Visit):
    page = with_authenticator(visit(), willing=False)
    page.goto("/login")

    press(page, "Use a passkey")

    expect(page.get_by_role("alert")).to_contain_text("The browser gave no passkey.")
    log_in(page, "ana@northwind.example")


def test_app_is_set_up_by_the_key_on_the_page(cast: Cast, visit: Visit):
    page = visit(cast.ana)
    page.goto("/me/security")

    page.get_by_role("link", name="Set up", exact=True).click()
    headline(page, "Confirm it is you")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Confirm")
    expect(page.get_by_role("img", name="QR code of the key below")).to_be_visible()
    page.get_by_label("Code", exact=True).fill(
        now_code(page.get_by_label("Or type this key into the app").input_value().replace(" ", ""))
    )
    press(page, "Set up")
    headline(page, "Recovery codes")
    code = page.locator(".codes code").first.inner_text()
    log_out(page)
    enter(page, "ana@northwind.example")
    page.get_by_label("Code", exact=True).fill(code)
    press(page, "Continue")

    expect(page.get_by_role("button", name="Account menu")).to_be_visible()
