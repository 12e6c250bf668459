"""What people do over and over, by the words they read on the page."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.cast import PASSWORD, Cast
from tests.invitations.acts import GOOD_PASSWORD

PLACES = ("main", "alder", "birch", "cedar", "cedar-north")


def log_in(page: Page, address: str, password: str = PASSWORD) -> None:
    page.goto("/login")
    enter(page, address, password)
    expect(page.get_by_role("button", name="Account menu")).to_be_visible()


def enter(page: Page, address: str, password: str = PASSWORD) -> None:
    """Fills in the page of signing in, and sends it; what comes then is the caller's to wait for."""
    page.get_by_label("Email", exact=True).fill(address)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()


def confirm_it_is_me(page: Page) -> None:
    """For the five minutes in which pages that change trust do not ask."""
    page.goto("/me/confirm")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page).to_have_url(re.compile("/me/security$"))


def open_account_menu(page: Page) -> Locator:
    page.get_by_role("button", name="Account menu").click()
    menu = page.get_by_role("navigation", name="Account menu")
    expect(menu).to_be_visible()
    return menu


def open_managed_communities(page: Page) -> None:
    open_account_menu(page).get_by_role("link", name="Managed Communities", exact=True).click()


def community_tree(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Communities", exact=True)


def open_user_center_dialog(page: Page, community: str = "") -> Locator:
    """Avatar > Managed Communities > Users > + User."""
    open_managed_communities(page)
    if community:
        community_tree(page).get_by_role("link", name=community, exact=True).click()
        expect(page.get_by_role("heading", name=community, exact=True)).to_be_visible()
    page.get_by_role("region").get_by_role("link", name="Users", exact=True).click()
    page.get_by_role("link", name="+ User", exact=True).click()
    return opened(page, "Add users")


def open_settings_users(page: Page) -> None:
    """Settings > Workspace > Users."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings", exact=True).click()
    side = page.get_by_role("navigation", name="Settings", exact=True)
    side.get_by_role("link", name="Workspace", exact=True).click()
    side.get_by_role("link", name="Users", exact=True).click()


def open_settings_dialog(page: Page) -> Locator:
    open_settings_users(page)
    page.get_by_role("link", name="+ New users", exact=True).click()
    return opened(page, "New users")


def open_team(page: Page, entry: str) -> None:
    """My Team > Invites, or Users."""
    side = page.get_by_role("navigation", name="Main")
    side.get_by_role("link", name="My Team").click()
    side.get_by_role("link", name=entry).click()


def open_team_dialog(page: Page) -> Locator:
    open_team(page, "Invites")
    page.get_by_role("link", name="Create Invite", exact=True).click()
    return opened(page, "Create Invite")


def opened(page: Page, title: str) -> Locator:
    sheet = page.get_by_role("dialog", name=title)
    expect(sheet).to_be_visible()
    return sheet


def roles_offered(sheet: Locator, community: str) -> list[str]:
    """What the row offers once it is ticked; leaves it as it was."""
    row = sheet.get_by_role("checkbox", name=community, exact=True)
    group = sheet.get_by_role("group", name=f"Roles in {community}", exact=True)
    ticked = row.is_checked()
    row.check()
    expect(group).to_be_visible()
    offered = [each.strip() for each in group.locator("label").all_inner_texts()]
    row.set_checked(ticked)
    return offered


def communities_offered(sheet: Locator) -> list[str]:
    return [each.strip() for each in sheet.locator(".grant-row label > b").all_inner_texts()]


def row_of(page: Page, person: str) -> Locator:
    return page.get_by_role("row").filter(has_text=person)


def type_addresses(sheet: Locator, addresses: str) -> None:
    box = sheet.get_by_label("Email addresses")
    box.fill(addresses)
    box.blur()


def tick(sheet: Locator, community: str, *roles: str) -> None:
    """Ticks the community, and these roles in it."""
    sheet.get_by_role("checkbox", name=community, exact=True).check()
    group = sheet.get_by_role("group", name=f"Roles in {community}", exact=True)
    for role in roles:
        group.get_by_role("checkbox", name=role, exact=True).check()


def submit(sheet: Locator, label: str) -> None:
    sheet.get_by_role("button", name=label, exact=True).click()


def says(page: Page, words: str) -> None:
    """The toast, or the banner of a refusal."""
    expect(page.get_by_text(words, exact=True).first).to_be_visible()


def join(page: Page, link: str, name: str, password: str = GOOD_PASSWORD) -> None:
    page.goto(link)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("^You are in "))).to_be_visible()


def reach(page: Page, cast: Cast) -> set[str]:
    """The communities of Northwind, by slug, whose members this browser's user may see."""
    answers = {slug: page.request.get(f"/w/{cast.northwind.slug}/team/{slug}/users").status for slug in PLACES}
    assert set(answers.values()) <= {200, 404}, answers
    return {slug for slug, status in answers.items() if status == 200}


def names_in_tree(page: Page) -> list[str]:
    """What Managed Communities lists, top to bottom."""
    open_managed_communities(page)
    expect(page.get_by_role("heading", name="User Center", exact=True)).to_be_visible()
    return [each.strip() for each in community_tree(page).locator("a.node b").all_inner_texts()]
