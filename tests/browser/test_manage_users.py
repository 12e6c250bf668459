"""My Team > Users > a user > Role > Save; and ending what somebody has."""

from playwright.sync_api import Page, expect

from guestlist.access.roles import GUEST
from guestlist.members.models import Membership
from tests.browser.conftest import Visit
from tests.browser.steps import open_settings_users, open_team, reach, row_of, says
from tests.cast import Cast, give


def open_user(page: Page, name: str) -> None:
    """My Team > Users > the user."""
    page.goto("/")
    open_team(page, "Users")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def roles_of(cast: Cast, place: str) -> list[str]:
    row = Membership.objects.get(user=cast.ana, community=cast.places[place])
    return sorted(role.name for role in row.roles.all())


def test_role_is_changed_on_the_users_page_and_holds_at_once(cast: Cast, visit: Visit):
    mia, ana = visit(cast.mia), visit(cast.ana)
    expected = {"alder", "birch"}
    assert reach(ana, cast) == expected
    open_user(mia, "Ana Ferreira")
    dropdown = mia.get_by_label("Role", exact=True)
    expect(dropdown).to_have_count(1)
    expect(dropdown.locator("option:checked")).to_have_text("Analyst")
    assert dropdown.locator("option").all_inner_texts() == ["Guest", "Analyst", "manage_member"]

    dropdown.select_option("manage_member")
    expect(mia.locator("#differences")).to_contain_text("Ask people in")
    mia.get_by_role("button", name="Save", exact=True).click()

    says(mia, "Saved.")
    assert roles_of(cast, "birch") == ["manage_member"]
    ana.goto("/w/northwind/team/birch/users")
    expect(ana.get_by_role("link", name="Create Invite", exact=True)).to_be_visible()
    mia.get_by_label("Role", exact=True).select_option("Guest")
    mia.get_by_role("button", name="Save", exact=True).click()
    says(mia, "Saved.")
    ana.reload()
    expect(ana.get_by_role("link", name="Create Invite", exact=True)).to_have_count(0)


def test_leaving_without_save_changes_nothing(cast: Cast, visit: Visit):
    page = visit(cast.mia)
    open_user(page, "Ana Ferreira")

    page.get_by_label("Role", exact=True).select_option("Guest")
    expect(page.locator("#differences")).to_contain_text("Not saved:")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Users").click()

    expect(page.get_by_role("heading", name="Users", exact=True)).to_be_visible()
    assert roles_of(cast, "birch") == ["Analyst"]


def test_role_is_saved_without_javascript(cast: Cast, visit: Visit):
    page = visit(cast.mia, java_script_enabled=False)
    open_user(page, "Ana Ferreira")

    page.get_by_text("More roles", exact=True).click()
    page.get_by_role("checkbox", name="Guest", exact=True).check()
    page.get_by_role("button", name="What would change?").click()
    expect(page.locator("#differences")).to_contain_text("The permissions stay the same.")
    page.get_by_role("button", name="Save", exact=True).click()

    says(page, "Saved.")
    assert roles_of(cast, "birch") == ["Analyst", "Guest"]


def test_user_is_deactivated_from_the_row_menu_and_removed_from_their_page(cast: Cast, visit: Visit):
    give(cast.ana, cast.cedar, GUEST)
    olga, ana = visit(cast.olga), visit(cast.ana)
    olga.goto("/w/northwind/team/birch/users")

    olga.get_by_role("button", name="Actions for Ana Ferreira").click()
    olga.get_by_role("link", name="Deactivate…", exact=True).click()
    question = olga.get_by_role("alertdialog", name="Deactivate Ana Ferreira in Birch?")
    expect(question).to_contain_text("Analyst in Birch ends at once.")
    question.get_by_role("button", name="Deactivate Ana", exact=True).click()
    says(olga, "Ana Ferreira is deactivated")
    expect(row_of(olga, "Ana Ferreira")).to_contain_text("Deactivated")
    assert reach(ana, cast) == {"alder", "cedar", "cedar-north"}

    open_settings_users(olga)
    olga.get_by_role("link", name="Ana Ferreira", exact=True).click()
    olga.get_by_role("link", name="Remove everywhere…", exact=True).click()
    question = olga.get_by_role("alertdialog", name="Remove Ana Ferreira from all of Northwind Security?")
    expect(question).to_contain_text("So it does in Cedar North below it.")
    question.get_by_role("button", name="Remove Ana", exact=True).click()

    says(olga, "Ana Ferreira is removed")
    assert reach(ana, cast) == set()


def test_many_are_changed_after_a_preview(cast: Cast, visit: Visit):
    give(cast.gus, cast.birch, GUEST)
    page = visit(cast.mia)
    page.goto("/w/northwind/team/birch/users")

    for name in ("Ana Ferreira", "Gus Petit"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    page.get_by_role("button", name="Change role…", exact=True).click()
    page.get_by_label("New role").select_option("Guest")
    page.get_by_role("button", name="Show what would change").click()
    expect(row_of(page, "Ana Ferreira")).to_contain_text("Will change")
    expect(row_of(page, "Gus Petit")).to_contain_text("Is so already")
    page.get_by_role("button", name="Change roles (1)").click()

    expect(page.get_by_role("heading", name="1 changed")).to_be_visible()
    assert roles_of(cast, "birch") == ["Guest"]


def test_page_answers_why(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    page.goto("/")
    open_settings_users(page)
    page.get_by_role("link", name="Ana Ferreira", exact=True).click()

    page.get_by_label("Permission").select_option("members:read")
    page.get_by_label("Community").fill("Birch")
    page.get_by_role("button", name="Ask", exact=True).click()

    expect(page.get_by_text("Yes: Analyst in Birch, given by Operator on")).to_be_visible()
