"""The dialog without a mouse: opened, filled, sent and left with the keyboard alone."""

from playwright.sync_api import Page, expect

from guestlist.invitations.models import Invitation
from tests.browser.conftest import Visit
from tests.browser.steps import says
from tests.cast import Cast

FOCUSED = "() => document.activeElement?.labels?.[0]?.textContent.trim() || document.activeElement?.textContent.trim() || ''"
NAMED = "() => { const by = document.activeElement?.getAttribute('aria-labelledby'); return by && document.getElementById(by)?.textContent.trim() }"


def focused(page: Page) -> str:
    return page.evaluate(NAMED) or page.evaluate(FOCUSED)


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Presses Tab until what has this name has the focus."""
    for _ in range(most):
        if focused(page) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached with Tab")


def open_dialog(page: Page) -> None:
    page.goto("/w/northwind/settings/users")
    tab_to(page, "+ New users")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Email addresses")).to_be_focused()


def test_dialog_is_filled_and_sent_by_keyboard(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    open_dialog(page)

    page.keyboard.type("kim@birch.example, lou@birch.example")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 addresses")).to_be_visible()
    tab_to(page, "Birch")
    page.keyboard.press("Space")
    tab_to(page, "Analyst")
    page.keyboard.press("Space")
    tab_to(page, "Add new users")
    page.keyboard.press("Enter")

    says(page, "2 invited")
    grants = [grant for invitation in Invitation.objects.all() for grant in invitation.grants.all()]
    assert [grant.community for grant in grants] == [cast.birch, cast.birch]


def test_chips_are_corrected_by_keyboard(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    open_dialog(page)

    page.keyboard.type("kim@birch,")
    expect(page.get_by_text("kim@birch is not complete. Correct it, or remove it.")).to_be_visible()
    page.keyboard.press("Backspace")
    page.keyboard.type(".example,")

    expect(page.get_by_role("button", name="Remove kim@birch.example")).to_be_visible()
    expect(page.get_by_text("is not complete")).to_have_count(0)


def test_escape_asks_before_what_was_typed_is_lost(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    open_dialog(page)
    asked: list[str] = []
    page.on("dialog", lambda question: (asked.append(question.message), question.dismiss()))

    page.keyboard.type("kim@birch.example,")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_visible()
    assert asked == ["Close without inviting? The addresses you typed are lost."]


def test_escape_closes_an_untouched_dialog_and_gives_the_focus_back(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    open_dialog(page)

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="+ New users")).to_be_focused()


def test_skip_link_leads_to_the_content(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    page.goto("/w/northwind/settings/users")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("main")).to_be_focused()
