"""The pages in French: none of the English the catalogue knows, and no English that never went through it."""

import re

import pytest
from django.utils.translation.trans_real import translation
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox, text_of
from tests.browser.steps import tick, type_addresses
from tests.cast import Cast
from tests.invitations.acts import ask, invited

WORDS = """() => {
  const text = [...document.querySelectorAll("body, body *:not(script, template, [lang=en], [lang=en] *)")].flatMap((each) => [
    ...[...each.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data),
    ...["aria-label", "placeholder", "title", "data-selected", "data-ask"].map((name) => each.getAttribute(name) ?? ""),
  ]);
  return [document.title, ...text].map((each) => each.trim().replace(/\\s+/g, " ")).filter(Boolean);
}"""
ENGLISH = re.compile(r"\b(the|and|you|your|with|of|this|not|is|are|to)\b", re.IGNORECASE)


def leftovers(page: Page) -> set[str]:
    catalogue = translation("fr")._catalog.items()
    known = {source for source, text in catalogue if isinstance(source, str) and source != text}
    return {words for words in page.evaluate(WORDS) if words in known or ENGLISH.search(words)}


@pytest.fixture
def olga_page(cast: Cast, visit: Visit) -> Page:
    cast.olga.language = "fr"
    cast.olga.save()
    return visit(cast.olga)


def test_pages_of_people_and_invitations_are_in_french(cast: Cast, olga_page: Page):
    invitation = invited(cast, "olga", "jules@birch.example", birch="Analyst")
    batch = ask(cast, "olga", "kim@birch.example nonsense", birch="Guest").batch
    paths = [
        "/w/northwind/settings/users",
        "/w/northwind/settings/users?q=nobody-here",
        "/w/northwind/team/birch/invites",
        f"/w/northwind/invitations/{invitation.id}",
        f"/w/northwind/invitations/revoke?invitation={invitation.id}",
        f"/w/northwind/batches/{batch.id}",
        f"/me/communities/{cast.birch.id}/users",
        f"/me/communities/{cast.birch.id}/roles",
        "/me",
        "/help/roles",
    ]

    found = {path: leftovers(olga_page) for path in paths if olga_page.goto(path)}

    assert {path: words for path, words in found.items() if words} == {}
    expect(olga_page.locator("html")).to_have_attribute("lang", "fr")


def test_dialog_is_in_french(cast: Cast, olga_page: Page):
    olga_page.goto("/w/northwind/settings/users/new")
    sheet = olga_page.get_by_role("main")
    sheet.locator("textarea[id=emails]").fill("kim@birch.example, a@@b.example, ana@northwind.example")
    sheet.locator("textarea[id=emails]").blur()
    sheet.get_by_role("checkbox", name="Birch", exact=True).check()
    sheet.get_by_role("checkbox", name="Guest", exact=True).check()
    expect(sheet.locator("live-preview .outcome")).to_have_count(3)

    assert leftovers(olga_page) == set()


def test_guest_is_invited_and_joins_in_french(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit(cast.olga)
    page.goto("/w/northwind/settings/users/new")
    type_addresses(page.get_by_role("main"), "jules@birch.example")
    tick(page.get_by_role("main"), "Birch", "Guest")
    page.get_by_text("Message and options").click()
    page.get_by_label("Language of the e-mail").select_option("fr")
    page.get_by_role("button", name="Add new users").click()
    expect(page.get_by_text("1 invited")).to_be_visible()

    (mail,) = mailbox.to("jules@birch.example")
    guest = visit(locale="fr-FR")
    guest.goto(mailbox.link_to("jules@birch.example"))

    assert not ENGLISH.search(text_of(mail).replace("Northwind Security", ""))
    expect(guest.locator("html")).to_have_attribute("lang", "fr")
    assert leftovers(guest) == set()


def test_language_is_switched_on_the_page_and_stays(visit: Visit):
    page = visit()
    page.goto("/login")

    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.goto("/password")

    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert leftovers(page) == set()
