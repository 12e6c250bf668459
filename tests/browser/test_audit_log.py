"""An admin reads what happened, unfolds an event, narrows the list and takes it away; and looks at the workspace in pictures."""

import csv

from playwright.sync_api import expect

from guestlist.members.commands import remove
from guestlist.members.models import Membership
from tests.browser.conftest import Visit
from tests.cast import Cast
from tests.invitations.acts import invited

JULES = "jules@birch.example"


def test_admin_filters_unfolds_and_downloads_the_history(cast: Cast, visit: Visit):
    invited(cast, "olga", JULES, birch="Analyst")
    remove(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.gus))
    page = visit(cast.olga)
    page.goto("/w/northwind/settings/users")

    page.get_by_role("navigation", name="Settings", exact=True).get_by_role("link", name="Audit log").click()
    expect(page.get_by_text(f"Olga Lindqvist invited {JULES} to Birch as Analyst.")).to_be_visible()
    page.get_by_label("Done to").fill("gus@northwind.example")
    page.get_by_label("About").select_option("Members")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator(".events > li")).to_have_count(2)
    expect(page.get_by_text(JULES)).to_have_count(0)

    expect(page.get_by_text("membership.removed")).not_to_be_visible()
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("membership.removed")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    with download.value.path().open(newline="") as file:
        found = [row["event"] for row in csv.DictReader(file)]
    assert found == ["Olga Lindqvist removed Gus Petit from Cedar.", "The operator added Gus Petit to Cedar as Guest."]

    page.get_by_role("link", name="Show everything").click()
    expect(page.get_by_text(f"Olga Lindqvist invited {JULES} to Birch as Analyst.")).to_be_visible()


def test_pictures_have_their_numbers_behind_them(cast: Cast, visit: Visit):
    invited(cast, "olga", JULES, birch="Analyst")
    page = visit(cast.olga)
    page.goto("/w/northwind/settings/overview")

    expect(page.get_by_role("img", name="0 of 1 invitation of the last 12 weeks is accepted.")).to_be_visible()
    page.get_by_text("The numbers").last.click()

    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Cedar", exact=True))
    expect(row.get_by_role("cell")).to_have_text(["1", "1", ""])
