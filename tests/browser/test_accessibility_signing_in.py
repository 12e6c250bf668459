"""The same for the pages on the way in (test_accessibility.py): signing in, joining, the second factor."""

import time_machine
from playwright.sync_api import expect

from guestlist.users.commands import add_passkey, add_totp, request_password_reset
from tests.browser.conftest import Visit
from tests.browser.looks import findings
from tests.browser.mailbox import Mailbox
from tests.cast import PASSWORD, Cast
from tests.invitations.acts import invited, now
from tests.passkeys import now_code, stored_passkey

SECRET = "JBSWY3DPEHPK3PXP"
LATER = "2099-01-01T00:00:00Z"


def test_pages_of_signing_in(cast: Cast, visit: Visit, mailbox: Mailbox):
    request_password_reset(user=cast.ana)
    link = mailbox.link_to("ana@northwind.example")
    page = visit()
    found = []

    for path in ("/login", "/sso", "/password", link, "/nothing-here"):
        page.goto(path)
        found += findings(page, path.partition("/password/")[1] or path)
    page.goto("/login")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += findings(page, "sign-in refused")
    page.goto("/password")
    page.get_by_label("Email", exact=True).fill("ana@northwind.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    found += findings(page, "link sent")

    assert not found, "\n".join(found)


def test_pages_of_joining(cast: Cast, visit: Visit, mailbox: Mailbox, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    jules = invited(cast, "olga", "jules@birch.example", birch="Analyst", cedar="Guest")
    invited(cast, "olga", "otto@elsewhere.example", birch="Analyst")
    link, known = mailbox.link_to("jules@birch.example"), mailbox.link_to("otto@elsewhere.example")
    found = []

    page = visit()
    page.goto(link)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_text("Decline this invitation").click()
    found += findings(page, "join, with mistakes")
    page.goto(known)
    found += findings(page, "join, known")
    holder = visit(cast.otto)
    for name, url in (("join, holder", known), ("join, other", link)):
        holder.goto(url)
        found += findings(holder, name)
    page.goto(link[:-3])
    found += findings(page, "damaged link")
    with time_machine.travel(LATER):
        page.goto(link)
        found += findings(page, "expired")
    page.goto(link)
    page.get_by_label("Name", exact=True).fill("Jules Moreau")
    page.get_by_label("Password", exact=True).fill("seven tall ships at anchor")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You are in")
    found += findings(page, "joined")
    visit_again = visit()
    visit_again.goto(link)
    found += findings(visit_again, "already accepted")

    assert now(jules).state == "accepted"
    assert not found, "\n".join(found)


def test_pages_of_the_second_factor(cast: Cast, visit: Visit):
    page = visit(cast.ana)
    paths = ["/me/security", "/me/confirm", "/me/confirm?ask=factor"]
    found = [each for path in paths if page.goto(path) for each in findings(page, path)]
    page.goto("/me/security/app")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_label("Code", exact=True)).to_be_visible()
    page.get_by_role("button", name="Set up", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += findings(page, "app, with a mistake")
    passkey = add_passkey(user=cast.ana, name="Phone", credential=stored_passkey())
    add_totp(user=cast.ana, secret=SECRET, code=now_code(SECRET))
    paths = ["", "/codes", "/passkeys/new", f"/passkeys/{passkey.id}/rename", f"/passkeys/{passkey.id}/remove", "/app/remove"]
    found += [each for path in paths if page.goto(f"/me/security{path}") for each in findings(page, path)]
    page.goto("/me/confirm")
    found += findings(page, "confirm, with everything")
    half = visit()
    half.goto("/login")
    half.get_by_label("Email", exact=True).fill("ana@northwind.example")
    half.get_by_label("Password", exact=True).fill(PASSWORD)
    half.get_by_role("button", name="Log in", exact=True).click()
    expect(half.get_by_role("heading", level=1)).to_have_text("Second step")
    found += findings(half, "second step")

    assert not found, "\n".join(found)
