"""Signing in, joining and inviting with JavaScript off (design section 4, Screens)."""

import pytest
from playwright.sync_api import Page, expect

from guestlist.invitations.models import Invitation
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_community
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox
from tests.browser.steps import join, log_in, open_account_menu, open_settings_users, open_team, reach, says, submit, tick
from tests.cast import Cast
from tests.invitations.acts import invited


@pytest.fixture
def page(visit: Visit, cast: Cast) -> Page:
    page = visit(java_script_enabled=False)
    log_in(page, "olga@northwind.example")
    return page


def test_inviting_from_the_settings_and_joining(cast: Cast, page: Page, visit: Visit, mailbox: Mailbox):
    open_settings_users(page)
    page.get_by_role("link", name="+ New users", exact=True).click()
    sheet = page.get_by_role("main")
    sheet.get_by_label("Email addresses").fill("theo@birch.example, iris@cedar.example")
    tick(sheet, "Birch", "Analyst")
    submit(sheet, "Add new users")

    says(page, "2 invited")
    guest = visit(java_script_enabled=False)
    join(guest, mailbox.link_to("theo@birch.example"), "Théo Blanc")
    assert reach(guest, cast) == {"birch"}


def test_inviting_from_the_user_center(cast: Cast, page: Page):
    open_account_menu(page).get_by_role("link", name="Managed Communities", exact=True).click()
    page.get_by_role("link", name="+ User", exact=True).click()
    sheet = page.get_by_role("main")
    sheet.get_by_label("Email addresses").fill("theo@birch.example")
    tick(sheet, "Birch", "Guest")
    submit(sheet, "Validate")

    says(page, "1 invited")


def test_inviting_from_my_team(cast: Cast, page: Page):
    open_team(page, "Invites")
    page.get_by_role("link", name="Create Invite", exact=True).click()
    sheet = page.get_by_role("main")
    sheet.get_by_label("Email addresses").fill("theo@birch.example")
    sheet.get_by_label("Role", exact=True).select_option("Guest")
    submit(sheet, "Send")

    says(page, "1 invited")


def test_form_with_a_mistake_comes_back_as_it_was_typed(cast: Cast, page: Page):
    page.goto("/w/northwind/settings/users/new")
    page.get_by_label("Email addresses").fill("theo@birch.example")
    page.get_by_role("checkbox", name="Birch", exact=True).check()
    submit(page.get_by_role("main"), "Add new users")

    expect(page.get_by_role("alert")).to_contain_text("Pick at least one role in Birch.")
    expect(page.get_by_label("Email addresses")).to_have_value("theo@birch.example")
    expect(page.get_by_role("checkbox", name="Birch", exact=True)).to_be_checked()
    assert not Invitation.objects.exists()


def test_checking_first_tells_and_changes_nothing(cast: Cast, page: Page):
    page.goto("/w/northwind/settings/users/new")
    page.get_by_label("Email addresses").fill("theo@birch.example ana@northwind.example nonsense")
    tick(page.get_by_role("main"), "Birch", "Guest")
    submit(page.get_by_role("main"), "Check first")

    outcome = page.locator("live-preview")
    for words in ("1 invited", "1 updated", "1 to correct"):
        expect(outcome.get_by_text(words, exact=True)).to_be_visible()
    assert not Invitation.objects.exists()


def test_community_beyond_the_first_twenty_is_found_by_name(cast: Cast, page: Page):
    for number in range(25):
        create_community(actor=OPERATOR, parent=cast.main, name=f"Depot {number:02}")
    page.goto("/w/northwind/settings/users/new")
    page.get_by_label("Email addresses").fill("theo@birch.example")
    tick(page.get_by_role("main"), "Birch", "Guest")
    expect(page.get_by_role("checkbox", name="Depot 24", exact=True)).to_have_count(0)

    page.get_by_label("Find a community", exact=True).fill("depot 24")
    submit(page.get_by_role("main"), "Find")
    tick(page.get_by_role("main"), "Depot 24", "Analyst")
    expect(page.get_by_role("checkbox", name="Birch", exact=True)).to_be_checked()
    submit(page.get_by_role("main"), "Add new users")

    says(page, "1 invited")
    assert Invitation.objects.get().grants.count() == 2


def test_invitation_is_revoked_after_a_question(cast: Cast, page: Page):
    invitation = invited(cast, "olga", "theo@birch.example", birch="Guest")
    page.goto(f"/w/northwind/invitations/{invitation.id}")

    page.get_by_role("link", name="Revoke…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Revoke the invitation of theo@birch.example?")
    page.get_by_role("button", name="Revoke", exact=True).click()

    says(page, "1 revoked")
    assert Invitation.objects.get().state == "revoked"
