"""The three ways in, each walked from signing in to the place where the guest ends up (mission: seeds 000 to 003)."""

from playwright.sync_api import expect

from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_community
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox
from tests.browser.steps import (
    join,
    log_in,
    names_in_tree,
    open_account_menu,
    open_managed_communities,
    reach,
    submit,
    tabs,
    tick,
    type_addresses,
)
from tests.cast import Cast
from tests.invariants import assert_sound


def test_user_center_invites_into_managed_community(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()
    log_in(page, "adam@northwind.example")

    open_managed_communities(page)
    tabs(page, "Alder").get_by_role("link", name="Users", exact=True).click()
    page.get_by_role("link", name="+ User", exact=True).click()
    sheet = page.get_by_role("dialog")
    type_addresses(sheet, "jules@alder.example")
    tick(sheet, "Alder", "Analyst")
    submit(sheet, "Validate")

    expect(page.get_by_role("row", name="jules@alder.example")).to_contain_text("Pending")
    guest = visit()
    join(guest, mailbox.link_to("jules@alder.example"), "Jules Moreau")
    guest.get_by_role("link", name="Continue").click()
    assert names_in_tree(guest) == ["Alder"]
    assert reach(guest, cast) == {"alder"}
    assert_sound()
