"""The way in from My Team, each walked to the place where the guest ends up (mission: seed 003)."""

import pytest
from playwright.sync_api import expect

from guestlist.members.commands import create_role
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox
from tests.browser.steps import (
    enter,
    join,
    log_in,
    open_managed_communities,
    open_team,
    open_team_dialog,
    reach,
    row_of,
    says,
    submit,
    tick,
    type_addresses,
)
from tests.cast import Cast
from tests.invariants import assert_sound
from tests.invitations.acts import GOOD_PASSWORD

DEFAULT_ROLES = ["Guest", "Analyst", "Admin", "manage_member"]


def test_my_team_invites_with_a_role(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()
    log_in(page, "adam@northwind.example")

    sheet = open_team_dialog(page)
    type_addresses(sheet, "jules@alder.example")
    sheet.get_by_label("Role", exact=True).select_option("Analyst")
    submit(sheet, "Send")

    says(page, "1 invited")
    link = mailbox.link_to("jules@alder.example")
    open_team(page, "Users")
    expect(row_of(page, "jules@alder.example")).to_contain_text("Pending")
    early = visit()
    early.goto("/login")
    enter(early, "jules@alder.example", GOOD_PASSWORD)
    expect(early.get_by_role("alert")).to_contain_text("do not match")
    guest = visit()
    join(guest, link, "Jules Moreau")
    page.reload()
    expect(row_of(page, "Jules Moreau")).to_contain_text("Analyst")
    expect(row_of(page, "Jules Moreau")).not_to_contain_text("Pending")
    assert reach(guest, cast) == {"alder"}
    assert_sound()


def test_my_team_offers_default_and_custom_roles(cast: Cast, visit: Visit):
    create_role(actor=cast.olga.actor, community=cast.alder, name="Alder desk", permissions=["members:read"])
    page = visit(cast.adam)
    page.goto("/")

    sheet = open_team_dialog(page)

    assert sheet.get_by_label("Role", exact=True).locator("option").all_inner_texts() == [*DEFAULT_ROLES, "Alder desk"]


@pytest.mark.parametrize(("role", "may_invite"), [("Guest", False), ("Analyst", False), ("manage_member", True), ("Admin", True)])
def test_what_a_guest_may_do_follows_from_the_role(cast: Cast, visit: Visit, mailbox: Mailbox, role: str, may_invite: bool):
    page = visit(cast.adam)
    page.goto("/")
    sheet = open_team_dialog(page)
    type_addresses(sheet, "jules@alder.example")
    sheet.get_by_label("Role", exact=True).select_option(role)
    submit(sheet, "Send")
    says(page, "1 invited")

    guest = visit()
    join(guest, mailbox.link_to("jules@alder.example"), "Jules Moreau")
    guest.get_by_role("link", name="Continue").click()
    open_team(guest, "Invites")

    expect(guest.get_by_role("heading", name="Invites", exact=True)).to_be_visible()
    expect(guest.get_by_role("link", name="Create Invite", exact=True)).to_have_count(1 if may_invite else 0)


def test_single_community_workspace_needs_no_choice_of_community(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()
    log_in(page, "nora@acme.example")

    open_managed_communities(page)
    page.get_by_role("link", name="+ User", exact=True).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("checkbox", name="Acme", exact=True)).to_be_checked()
    type_addresses(sheet, "pia@acme.example")
    tick(sheet, "Acme", "Guest")
    submit(sheet, "Validate")

    says(page, "1 invited")
    guest = visit()
    join(guest, mailbox.link_to("pia@acme.example"), "Pia Holm")
    assert reach(guest, cast) == set()
    assert guest.request.get("/w/acme/team/main/users").status == 200
