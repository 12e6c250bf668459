"""A community's life on its pages: made, renamed, moved after a look at who gains and loses, deleted."""

from playwright.sync_api import expect

from guestlist.members.models import Membership
from guestlist.workspaces.models import Community
from tests.browser.conftest import Visit
from tests.browser.steps import open_managed_communities, says
from tests.cast import Cast
from tests.invariants import assert_sound


def test_community_is_made_renamed_moved_and_deleted(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    page.goto("/")
    open_managed_communities(page)

    page.get_by_role("link", name="+ Community").click()
    sheet = page.get_by_role("dialog", name="New community below Northwind Security")
    sheet.get_by_label("Name").fill("Dogwood")
    sheet.get_by_role("button", name="Create").click()
    says(page, "Dogwood is there.")

    page.get_by_role("link", name="All communities").click()
    tree = page.get_by_role("navigation", name="Tree of communities")
    tree.get_by_role("button", name="Actions for Dogwood").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    sheet = page.get_by_role("dialog", name="Edit Dogwood")
    sheet.get_by_label("Name", exact=True).fill("Elm")
    sheet.get_by_role("button", name="Save").click()
    says(page, "Saved.")

    page.get_by_role("region", name="Elm").get_by_role("button", name="Actions for Elm").click()
    page.get_by_role("link", name="Move…").click()
    page.get_by_role("radio", name="Alder").check()
    page.get_by_role("button", name="Check first").click()
    expect(page.get_by_role("region", name="Gain access")).to_contain_text("Adam Okafor")
    expect(page.get_by_role("region", name="Lose access")).to_contain_text("Nobody.")
    assert Community.objects.get(name="Elm").parent == cast.main
    page.get_by_role("button", name="Move", exact=True).click()
    says(page, "Elm lies below Alder now.")

    page.get_by_role("region", name="Elm").get_by_role("button", name="Actions for Elm").click()
    page.get_by_role("link", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    says(page, "Elm is gone.")
    assert not Community.objects.filter(name="Elm").exists()
    assert_sound()


def test_members_of_a_deleted_community_move_without_script(cast: Cast, visit: Visit):
    page = visit(cast.olga, java_script_enabled=False)
    page.goto(f"/me/communities/{cast.birch.id}/delete")

    page.get_by_role("radio", name="Move them to another community").check()
    page.get_by_role("radio", name="Cedar Northwind Security", exact=True).check()
    page.get_by_label("Type Birch to confirm").fill("Birch")
    page.get_by_role("button", name="Delete", exact=True).click()

    says(page, "Birch is gone.")
    assert Membership.objects.get(user=cast.mia).community == cast.cedar


def test_checklist_comes_first_and_is_put_away(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    page.goto("/")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Setup checklist")
    expect(page.get_by_role("main")).to_contain_text("2 of 7")
    page.get_by_role("button", name="Send a mail to olga@northwind.example").click()
    says(page, "A mail to olga@northwind.example is on its way.")
    page.get_by_role("button", name="Put away").click()

    side = page.get_by_role("navigation", name="Settings", exact=True)
    expect(side.get_by_role("link", name="Setup checklist")).to_have_count(0)
    side.get_by_role("link", name="General").click()
    expect(page.get_by_label("Short name")).to_have_value("northwind")
