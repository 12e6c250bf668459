"""What becomes of invitations already out, as an admin sees and changes it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from guestlist.access.roles import GUEST
from guestlist.invitations.models import Invitation
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox, deliver
from tests.browser.steps import join, open_team, row_of, says
from tests.cast import Cast, give
from tests.invitations.acts import ask, invited, now

JULES = "jules@birch.example"
LISTS = {
    "settings": "/w/northwind/settings/users",
    "team": "/w/northwind/team/birch/users",
    "user center": "/me/communities/{}/users",
}


def open_list(page: Page, cast: Cast, name: str) -> None:
    page.goto(LISTS[name].format(cast.birch.id))


def open_invites(page: Page, place: str = "birch") -> None:
    page.goto(f"/w/northwind/team/{place}/invites")


def from_row_menu(page: Page, address: str, entry: str) -> Locator:
    page.get_by_role("button", name=f"Actions for {address}").click()
    page.get_by_role("link", name=entry, exact=True).click()
    return page.locator("dialog")


@pytest.mark.parametrize("name", LISTS)
def test_invited_people_are_pending_in_the_list_and_can_be_filtered(cast: Cast, visit: Visit, name: str):
    invited(cast, "olga", JULES, birch="Analyst")
    page = visit(cast.olga)
    open_list(page, cast, name)
    expect(row_of(page, JULES)).to_contain_text("Pending")
    expect(row_of(page, JULES)).to_contain_text("Invited by Olga Lindqvist")

    status = page.get_by_role("navigation", name="Filter by status")
    status.get_by_role("link", name="Pending", exact=True).click()
    expect(row_of(page, "Mia Santos")).to_have_count(0)
    expect(row_of(page, JULES)).to_be_visible()
    status.get_by_role("link", name="Active", exact=True).click()

    expect(row_of(page, "Mia Santos")).to_be_visible()
    expect(row_of(page, JULES)).to_have_count(0)


def test_search_narrows_the_list_while_one_types(cast: Cast, visit: Visit):
    invited(cast, "olga", JULES, birch="Analyst")
    page = visit(cast.olga)
    open_list(page, cast, "settings")

    page.get_by_role("searchbox", name="Search a user").fill("jules")

    expect(row_of(page, "Mia Santos")).to_have_count(0)
    expect(row_of(page, JULES)).to_be_visible()
    expect(page).to_have_url(re.compile("q=jules"))


def test_mail_that_could_not_be_delivered_shows_with_its_reason(cast: Cast, visit: Visit, mailbox: Mailbox):
    invitation = invited(cast, "olga", "jules@gone.example", birch="Analyst")
    deliver()
    page = visit(cast.olga)
    reason = "550 5.1.1 There is no mailbox of this name here"

    for path in ("/w/northwind/team/birch/invites", LISTS["settings"], LISTS["team"]):
        page.goto(path)
        expect(row_of(page, "jules@gone.example")).to_contain_text("E-mail failed")
        expect(row_of(page, "jules@gone.example")).to_contain_text(reason)
    page.goto(f"/w/northwind/invitations/{invitation.id}")

    expect(page.get_by_text(reason)).to_be_visible()


def test_delivery_shows_once_the_mail_server_took_the_mail(cast: Cast, visit: Visit, mailbox: Mailbox):
    invited(cast, "olga", JULES, birch="Analyst")
    page = visit(cast.olga)
    open_invites(page)
    expect(row_of(page, JULES)).to_contain_text("Queued")

    deliver()
    page.reload()

    expect(row_of(page, JULES)).to_contain_text("Sent")


def test_sending_again_makes_a_new_link_and_ends_the_old(cast: Cast, visit: Visit, mailbox: Mailbox):
    invited(cast, "olga", JULES, birch="Analyst")
    old = mailbox.link_to(JULES)
    page = visit(cast.olga)
    open_invites(page)

    question = from_row_menu(page, JULES, "Send again")
    expect(question.get_by_role("heading")).to_have_text(f"Send the invitation to {JULES} again?")
    question.get_by_role("button", name="Send again", exact=True).click()

    says(page, "1 sent again")
    new = mailbox.link_to(JULES)
    guest = visit()
    guest.goto(old)
    expect(guest.get_by_role("heading", level=1)).to_have_text("A newer e-mail was sent")
    join(guest, new, "Jules Moreau")


def test_sending_again_from_the_page_of_the_invitation(cast: Cast, visit: Visit, mailbox: Mailbox):
    invitation = invited(cast, "olga", JULES, birch="Analyst")
    mailbox.link_to(JULES)
    page = visit(cast.olga)
    open_invites(page)

    page.get_by_role("link", name=JULES).click()
    page.get_by_role("button", name="Send again", exact=True).click()

    says(page, "1 sent again")
    assert now(invitation).version == 2
    assert len(mailbox.to(JULES)) == 2


def test_revoking_asks_first_and_cancel_changes_nothing(cast: Cast, visit: Visit, mailbox: Mailbox):
    invitation = invited(cast, "olga", JULES, birch="Analyst")
    link = mailbox.link_to(JULES)
    page = visit(cast.olga)
    open_invites(page)

    question = from_row_menu(page, JULES, "Revoke…")
    expect(page.get_by_role("alertdialog")).to_have_accessible_name(f"Revoke the invitation of {JULES}?")
    question.get_by_role("link", name="Cancel").click()
    expect(question).to_have_count(0)
    assert now(invitation).state == "pending"
    from_row_menu(page, JULES, "Revoke…").get_by_role("button", name="Revoke", exact=True).click()

    says(page, "1 revoked")
    expect(row_of(page, JULES)).to_have_count(0)
    page.get_by_role("navigation", name="Filter by status").get_by_role("link", name="Revoked").click()
    expect(row_of(page, JULES)).to_be_visible()
    guest = visit()
    guest.goto(link)
    expect(guest.get_by_role("heading", level=1)).to_have_text("This invitation was taken back")


def test_many_are_revoked_at_once(cast: Cast, visit: Visit):
    ask(cast, "olga", "a@birch.example b@birch.example c@birch.example", birch="Guest")
    page = visit(cast.olga)
    open_invites(page)
    expect(page.get_by_role("button", name="Revoke…")).to_have_count(0)

    page.get_by_role("checkbox", name="Select all on this page").check()
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("checkbox", name="Select b@birch.example").uncheck()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Revoke…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Revoke 2 invitations?")
    page.get_by_role("button", name="Revoke", exact=True).click()

    says(page, "2 revoked")
    assert list(Invitation.objects.filter(state="pending").values_list("email", flat=True)) == ["b@birch.example"]


def test_many_are_sent_again_at_once(cast: Cast, visit: Visit, mailbox: Mailbox):
    addresses = ["a@birch.example", "b@birch.example"]
    ask(cast, "olga", " ".join(addresses), birch="Guest")
    deliver()
    page = visit(cast.olga)
    open_list(page, cast, "settings")

    for address in addresses:
        page.get_by_role("checkbox", name=f"Select {address}").check()
    page.get_by_role("button", name="Send again", exact=True).click()

    says(page, "2 sent again")
    assert [len(mailbox.to(address)) for address in addresses] == [2, 2]


def test_admin_of_one_community_sees_only_its_part(cast: Cast, visit: Visit):
    invitation = invited(cast, "olga", JULES, birch="Analyst", alder="Guest")
    invited(cast, "olga", "kim@birch.example", birch="Analyst")
    page = visit(cast.adam)
    open_invites(page, "alder")

    expect(row_of(page, JULES)).to_contain_text("Alder")
    expect(row_of(page, JULES)).not_to_contain_text("Birch")
    expect(row_of(page, "kim@birch.example")).to_have_count(0)
    page.goto(f"/w/northwind/invitations/{invitation.id}")
    expect(page.get_by_role("main")).not_to_contain_text("Birch")
    page.get_by_role("link", name="Revoke…").click()
    page.get_by_role("button", name="Revoke", exact=True).click()

    says(page, "1 revoked")
    assert now(invitation).state == "pending"


def test_switcher_changes_the_team(cast: Cast, visit: Visit):
    page = visit(cast.ana)
    page.goto("/")
    expect(page.get_by_role("main")).to_contain_text("Adam Okafor")

    page.get_by_role("button", name="Switch").click()
    page.get_by_role("navigation", name="Switch").get_by_role("link", name="Birch").click()

    expect(page.get_by_role("main")).to_contain_text("Mia Santos")
    open_team(page, "Users")
    expect(page).to_have_url(re.compile("/team/birch/users$"))


def test_switcher_changes_the_workspace(cast: Cast, visit: Visit):
    give(cast.nora, cast.cedar, GUEST)
    page = visit(cast.nora)
    page.goto("/w/acme")

    page.get_by_role("button", name="Switch").click()
    page.get_by_role("navigation", name="Switch").get_by_role("link", name="Northwind Security").click()

    expect(page.get_by_role("main")).to_contain_text("Gus Petit")
    expect(page).to_have_url(re.compile("/w/northwind/team/cedar/users$"))


def test_batch_with_mistakes_shows_each_outcome(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    page.goto("/w/northwind/settings/users/new")
    page.get_by_label("Email addresses").fill("kim@birch.example, a@@b.example, ana@northwind.example")
    page.get_by_label("Email addresses").blur()
    page.get_by_role("checkbox", name="Birch", exact=True).check()
    page.get_by_role("group", name="Roles in Birch").get_by_role("checkbox", name="Guest").check()

    page.get_by_role("button", name="Add new users").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Outcomes")
    for words in ("1 invited", "1 updated", "1 to correct"):
        expect(page.get_by_role("heading", name=words)).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="a@@b.example")).to_contain_text("Not a whole e-mail address.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download those to correct").click()
    assert "a@@b.example" in download.value.path().read_text()
