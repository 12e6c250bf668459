"""The way in from the workspace's settings, each walked to the place where the guest ends up (mission: seed 002)."""

import re

from playwright.sync_api import expect

from guestlist.users.models import User
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox, text_of
from tests.browser.steps import (
    join,
    log_in,
    open_account_menu,
    open_settings_dialog,
    open_settings_users,
    reach,
    row_of,
    says,
    submit,
    tick,
    type_addresses,
)
from tests.cast import PASSWORD, Cast
from tests.invariants import assert_sound
from tests.invitations.acts import held


def test_settings_invite_several_people_with_other_roles_in_each_community(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()
    log_in(page, "olga@northwind.example")

    sheet = open_settings_dialog(page)
    type_addresses(sheet, "theo@birch.example, iris@cedar.example")
    tick(sheet, "Birch", "Analyst")
    tick(sheet, "Cedar", "Guest")
    submit(sheet, "Add new users")

    says(page, "2 invited")
    expect(row_of(page, "theo@birch.example")).to_contain_text("Pending")
    for address, name in (("theo@birch.example", "Théo Blanc"), ("iris@cedar.example", "Iris Klein")):
        guest = visit()
        join(guest, mailbox.link_to(address), name)
        assert reach(guest, cast) == {"birch", "cedar", "cedar-north"}
        assert held(User.objects.get(email=address)) == {"birch": {"Analyst"}, "cedar": {"Guest"}}
        guest.goto("/me")
        expect(guest.get_by_role("listitem").filter(has_text="Birch").filter(has_text="Leave")).to_contain_text("Analyst")
        expect(guest.get_by_role("link", name="Leave Northwind Security…")).to_have_count(0)
    assert_sound()


def test_settings_add_existing_account_at_once_without_mail(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()
    log_in(page, "olga@northwind.example")

    sheet = open_settings_dialog(page)
    type_addresses(sheet, "nora@acme.example")
    tick(sheet, "Birch", "Analyst")
    submit(sheet, "Add new users")

    says(page, "1 added at once")
    assert mailbox.to("nora@acme.example") == []
    nora = visit()
    log_in(nora, "nora@acme.example", PASSWORD)
    assert reach(nora, cast) == {"birch"}
    open_account_menu(nora).get_by_role("link", name="Notifications").click()
    expect(nora.get_by_text("Olga Lindqvist added you to Birch as Analyst")).to_be_visible()
    assert_sound()


def test_welcome_mail_says_who_invites_where_and_until_when(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit(cast.olga)
    page.goto("/")

    sheet = open_settings_dialog(page)
    type_addresses(sheet, "theo@birch.example")
    tick(sheet, "Birch", "Analyst")
    submit(sheet, "Add new users")
    says(page, "1 invited")

    (mail,) = mailbox.to("theo@birch.example")
    assert mail["Subject"] == "Olga Lindqvist invites you to Northwind Security"
    assert "Birch: Analyst" in text_of(mail) and "Set your password" in text_of(mail)
    guest = visit()
    guest.goto(mailbox.link_to("theo@birch.example"))
    for words in ("Olga Lindqvist", "Northwind Security", "Birch", "Analyst", "theo@birch.example"):
        expect(guest.get_by_role("region", name="Your invitation")).to_contain_text(words)
    expect(guest.get_by_text("23 h left")).to_be_visible()


def test_settings_list_is_the_page_of_the_workspaces_users(cast: Cast, visit: Visit):
    page = visit()
    log_in(page, "olga@northwind.example")

    open_settings_users(page)

    expect(page).to_have_url(re.compile("/w/northwind/settings/users$"))
    for name in ("Olga Lindqvist", "Adam Okafor", "Mia Santos", "Ana Ferreira", "Gus Petit"):
        expect(row_of(page, name)).to_be_visible()
    expect(page.get_by_text("Nora Whitfield")).to_have_count(0)
    expect(page.get_by_text("Otto Brandt")).to_have_count(0)
