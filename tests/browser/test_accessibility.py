"""Every page, in every state worth a page: no finding of axe (WCAG 2.2 AA), light and dark, on a desk and on a phone; nothing
runs off a window of 320 pixels. That no page complains in the console is watched in all tests (conftest.py)."""

from collections.abc import Iterator

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from guestlist.invitations.models import Batch, Invitation
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key, create_community, create_role, deactivate
from guestlist.members.models import Membership
from guestlist.sso.commands import claim_domain
from guestlist.sso.models import Connection
from guestlist.users.commands import add_passkey, add_totp, request_password_reset
from guestlist.workspaces.models import Workspace
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox, deliver
from tests.browser.steps import confirm_it_is_me, tick, type_addresses
from tests.cast import PASSWORD, Cast, give, role_named
from tests.invitations.acts import ask, invited, now
from tests.passkeys import now_code, stored_passkey
from tests.users.addresses import asked, held

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Colours are all that differs in the dark, and they are the same on a phone. Without preload axe reads the style sheets that the browser has, and fetches none.
LOOKS = {
    "light": {"runOnly": LEVELS, "preload": False, "resultTypes": ["violations"]},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "preload": False, "resultTypes": ["violations"]},
}
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
SEEN = [("phone", "light"), ("desk", "light"), ("desk", "dark")]
NARROW = {"width": 320, "height": 700}
# What one reads or presses, but not what lies in a strip that scrolls by itself.
CUT_OFF = """() => [...document.querySelectorAll("h1, h2, p, a, button, input, select, textarea")].filter((each) => {
  const scrolls = (box) => box && (["auto", "scroll"].includes(getComputedStyle(box).overflowX) || scrolls(box.parentElement));
  const box = each.getBoundingClientRect();
  return each.checkVisibility() && box.width > 1 && box.right > document.documentElement.clientWidth + 1 && !scrolls(each);
}).map((each) => each.outerHTML.slice(0, 120))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SECRET = "JBSWY3DPEHPK3PXP"
LATER = "2099-01-01T00:00:00Z"


def findings(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands, in words: rule, where, and in which looks."""
    found = []
    page.wait_for_load_state()  # a page half there has no document for axe
    for size, scheme in SEEN:
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        violations = Axe().run(page, options=LOOKS[scheme]).response["violations"]
        found += [
            f"{name} ({size}, {scheme}): {each['id']}: {node['target']} {node['failureSummary']}"
            for each in violations
            for node in each["nodes"][:3]
        ]
    page.set_viewport_size(NARROW)
    if over := page.evaluate(SIDEWAYS):
        found.append(f"{name}: {over} pixels too wide at 320")
    found += [f"{name}: runs off at 320: {each}" for each in page.evaluate(CUT_OFF)]
    page.set_viewport_size(SIZES["desk"])
    return found


@pytest.fixture
def full(cast: Cast, mailbox: Mailbox) -> Iterator[Cast]:
    """Northwind with something of everything to show."""
    ask(cast, "olga", "jules@birch.example theo@gone.example", birch="Analyst", cedar="Guest")
    ask(cast, "mia", "kim@birch.example", birch="Guest")
    deliver()
    ask(cast, "olga", "not-an-address lou@birch.example ana@northwind.example", birch="Guest")
    create_role(actor=OPERATOR, community=cast.main, name="Report reader", permissions=["members:read"])
    create_api_key(actor=cast.olga.actor, community=cast.birch, name="ci", roles=[role_named("Guest")])
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.gus))
    yield cast


def test_pages_of_one_user_and_of_many(full: Cast, visit: Visit):
    page = visit(full.olga)
    ana, gus = (f"/w/northwind/users/{full.users[who].id}" for who in ("ana", "gus"))
    asked = f"{ana}?permission=members:invite&community=Birch"
    found = []
    for path in (ana, gus, asked, f"{ana}/remove", "/w/northwind/settings/users?sort=name"):
        page.goto(path)
        found += findings(page, path)
    page.goto(ana)
    page.get_by_text("More roles", exact=True).first.click()
    page.get_by_label("Role", exact=True).select_option("Guest")
    expect(page.locator("#differences")).to_contain_text("Not saved:")
    found += findings(page, "differences")
    page.goto("/w/northwind/team/birch/users")
    page.get_by_role("checkbox", name="Select all on this page").check()
    found += findings(page, "ticked")
    page.get_by_role("button", name="Remove…", exact=True).click()
    page.wait_for_url("**/users/bulk*")
    found += findings(page, "many")

    assert found == []


def test_pages_of_people_and_invitations(full: Cast, visit: Visit):
    page = visit(full.olga)
    invitation = Invitation.objects.get(email="theo@gone.example")
    batch = Batch.objects.order_by("-created_at")[0]
    paths = [
        "/w/northwind/settings/users",
        "/w/northwind/settings/users?status=pending",
        "/w/northwind/settings/users?q=nobody-of-this-name",
        "/w/northwind/team/birch/users",
        "/w/northwind/team/birch/invites",
        "/w/northwind/team/cedar-north/invites",
        f"/w/northwind/invitations/{invitation.id}",
        f"/w/northwind/invitations/revoke?invitation={invitation.id}",
        f"/w/northwind/batches/{batch.id}",
        "/w/northwind/settings/audit",
        "/w/northwind/settings/audit?community=nowhere",
        "/w/northwind/settings/audit?person=nobody@x.example",
        "/w/northwind/settings/overview",
    ]

    found = [each for path in paths if page.goto(path) for each in findings(page, path)]

    assert not found, "\n".join(found)


def test_pages_of_security_and_the_door(full: Cast, visit: Visit):
    row = {"workspace": full.northwind, "name": "Northwind Okta", "protocol": "oidc"}
    Connection.objects.create(**row, enabled_at=clock.now(), tested_at=clock.now())
    domain = claim_domain(actor=OPERATOR, workspace=full.northwind, name="northwind.example")
    page = visit(full.olga)
    confirm_it_is_me(page)
    paths = ["/w/northwind/settings/security", "/w/northwind/settings/domains/new"]
    paths += [f"/w/northwind/settings/domains/{domain.id}{act}" for act in ("", "/remove")]
    found = [each for path in paths if page.goto(path) for each in findings(page, path)]
    page.goto(paths[0])
    page.get_by_label("SSO only").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Name at least one Admin who enters without the directory.")
    found += findings(page, "refused policy")
    Workspace.objects.filter(id=full.northwind.id).update(sso_only=True)
    page.goto(paths[0])
    expect(page.get_by_role("heading", level=1)).to_contain_text("asks for more")
    found += findings(page, "door")

    assert not found, "\n".join(found)


def test_pages_of_roles(full: Cast, visit: Visit):
    page = visit(full.olga)
    role = create_role(
        actor=OPERATOR, community=full.main, name="Desk", permissions=["members:read"], may_give=[role_named("Guest")]
    )
    give(full.ana, full.main, role.id)
    paths = ["/w/northwind/settings/roles", "/w/northwind/settings/roles?q=nothing", "/w/northwind/roles/new?community=main"]
    paths += [f"/w/northwind/roles/{role.id}{act}" for act in ("", "/edit", "/delete")]

    found = [each for path in paths if page.goto(path) for each in findings(page, path)]
    page.goto(f"/w/northwind/roles/{role.id}/edit")
    page.get_by_label("Make and revoke API keys.").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Save Desk?")).to_be_visible()
    found += findings(page, "preview of an edit")

    assert not found, "\n".join(found)


def test_pages_of_the_tree_and_of_the_workspace(full: Cast, visit: Visit):
    for number in range(60):
        create_community(actor=OPERATOR, parent=full.cedar_north, name=f"Site {number:02}")
    page = visit(full.olga)
    paths = [
        "/me/communities/tree",
        f"/me/communities/tree?open={full.cedar_north.id}",
        "/me/communities/tree?find=site",
        f"/me/communities/{full.cedar.id}/new",
        f"/me/communities/{full.cedar.id}/edit",
        f"/me/communities/{full.cedar.id}/move",
        f"/me/communities/{full.birch.id}/delete",
        "/w/northwind/settings/general",
        "/w/northwind/settings/setup",
    ]

    found = [each for path in paths if page.goto(path) for each in findings(page, path)]
    page.goto(f"/me/communities/{full.birch.id}/delete")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    found += findings(page, "delete, with what is missing")
    page.goto(f"/me/communities/{full.cedar_north.id}/move")
    page.get_by_role("radio", name="Alder").check()
    page.get_by_role("button", name="Check first").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("below Alder?")
    found += findings(page, "preview of a move")

    assert not found, "\n".join(found)


def test_pages_of_the_user_center_and_help(full: Cast, visit: Visit):
    page = visit(full.olga)
    paths = [
        "/me",
        "/help/roles",
        f"/me/communities/{full.birch.id}/users",
        f"/me/communities/{full.birch.id}/roles",
        f"/me/communities/{full.birch.id}/keys",
        f"/me/communities/{full.alder.id}/keys",
    ]

    found = [each for path in paths if page.goto(path) for each in findings(page, path)]
    page = visit(full.ana)
    found += [each for path in ("/me", "/me/notifications") if page.goto(path) for each in findings(page, f"Ana {path}")]
    page = visit(full.otto)
    found += [each for path in ("/me", "/me/notifications") if page.goto(path) for each in findings(page, f"Otto {path}")]

    assert not found, "\n".join(found)


def test_dialogs_and_menus(full: Cast, visit: Visit):
    page = visit(full.olga)
    found = []

    page.goto("/w/northwind/settings/users")
    page.get_by_role("button", name="Account menu").click()
    found += findings(page, "account menu")
    page.reload()
    page.get_by_role("button", name="Actions for jules@birch.example").click()
    found += findings(page, "row menu")
    page.get_by_role("link", name="Revoke…", exact=True).click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    found += findings(page, "question")
    page.goto("/w/northwind/settings/users")
    page.get_by_role("link", name="+ New users").click()
    sheet = page.get_by_role("dialog")
    type_addresses(sheet, "kim@birch.example, a@@b.example, nora@acme.example, gus@northwind.example")
    tick(sheet, "Birch", "Guest")
    expect(sheet.get_by_text("1 to correct", exact=True)).to_be_visible()
    found += findings(page, "dialog, filled")
    sheet.get_by_role("button", name="Help: roles").click()
    found += findings(page, "help on roles")

    assert not found, "\n".join(found)


def test_forms_to_invite(full: Cast, visit: Visit):
    page = visit(full.olga)
    found = []

    for path in ("/w/northwind/settings/users/new", "/w/northwind/team/birch/invites/new"):
        page.goto(path)
        found += findings(page, path)
    page.goto("/w/northwind/settings/users/new")
    page.get_by_role("checkbox", name="Birch", exact=True).check()
    page.get_by_role("button", name="Add new users").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += findings(page, "form with mistakes")

    assert not found, "\n".join(found)


def test_pages_of_signing_in(cast: Cast, visit: Visit, mailbox: Mailbox):
    request_password_reset(user=cast.ana)
    link = mailbox.link_to("ana@northwind.example")
    page = visit()
    found = []

    for path in ("/login", "/sso", "/password", link, "/nothing-here"):
        page.goto(path)
        found += findings(page, path.partition("/password/")[1] or path)
    page.goto("/login")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += findings(page, "sign-in refused")
    page.goto("/password")
    page.get_by_label("Email", exact=True).fill("ana@northwind.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    found += findings(page, "link sent")

    assert not found, "\n".join(found)


def test_pages_of_joining(cast: Cast, visit: Visit, mailbox: Mailbox, settings):
    settings.GUESTLIST_EXISTING_USERS = "ask"
    jules = invited(cast, "olga", "jules@birch.example", birch="Analyst", cedar="Guest")
    invited(cast, "olga", "otto@elsewhere.example", birch="Analyst")
    link, known = mailbox.link_to("jules@birch.example"), mailbox.link_to("otto@elsewhere.example")
    found = []

    page = visit()
    page.goto(link)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_text("Decline this invitation").click()
    found += findings(page, "join, with mistakes")
    page.goto(known)
    found += findings(page, "join, known")
    holder = visit(cast.otto)
    for name, url in (("join, holder", known), ("join, other", link)):
        holder.goto(url)
        found += findings(holder, name)
    page.goto(link[:-3])
    found += findings(page, "damaged link")
    with time_machine.travel(LATER):
        page.goto(link)
        found += findings(page, "expired")
    page.goto(link)
    page.get_by_label("Name", exact=True).fill("Jules Moreau")
    page.get_by_label("Password", exact=True).fill("seven tall ships at anchor")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You are in")
    found += findings(page, "joined")
    visit_again = visit()
    visit_again.goto(link)
    found += findings(visit_again, "already accepted")

    assert now(jules).state == "accepted"
    assert not found, "\n".join(found)


def test_pages_of_addresses(cast: Cast, visit: Visit):
    row, link = held(cast.ana), f"/address/{asked(cast.ana, 'later@home.example')}"
    page, nora = visit(cast.ana), visit(cast.nora)
    confirm_it_is_me(page)
    paths = ["/me/addresses", f"/me/addresses/{row.id}/primary", f"/me/addresses/{row.id}/remove", link, "/me/addresses/new"]
    found = [each for path in paths if page.goto(path) for each in findings(page, path)]
    page.get_by_role("button", name="Send the link", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += findings(page, "new, with a mistake")
    nora.goto(link)
    found += findings(nora, "link of another account")
    page.goto(link)
    page.get_by_role("button", name="Confirm the address", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("E-mail addresses")
    page.goto(link)
    found += findings(page, "link that is over")

    assert not found, "\n".join(found)


def test_pages_of_the_second_factor(cast: Cast, visit: Visit):
    page = visit(cast.ana)
    paths = ["/me/security", "/me/confirm", "/me/confirm?ask=factor"]
    found = [each for path in paths if page.goto(path) for each in findings(page, path)]
    page.goto("/me/security/app")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_label("Code", exact=True)).to_be_visible()
    page.get_by_role("button", name="Set up", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += findings(page, "app, with a mistake")
    passkey = add_passkey(user=cast.ana, name="Phone", credential=stored_passkey())
    add_totp(user=cast.ana, secret=SECRET, code=now_code(SECRET))
    paths = ["", "/codes", "/passkeys/new", f"/passkeys/{passkey.id}/rename", f"/passkeys/{passkey.id}/remove", "/app/remove"]
    found += [each for path in paths if page.goto(f"/me/security{path}") for each in findings(page, path)]
    page.goto("/me/confirm")
    found += findings(page, "confirm, with everything")
    half = visit()
    half.goto("/login")
    half.get_by_label("Email", exact=True).fill("ana@northwind.example")
    half.get_by_label("Password", exact=True).fill(PASSWORD)
    half.get_by_role("button", name="Log in", exact=True).click()
    expect(half.get_by_role("heading", level=1)).to_have_text("Second step")
    found += findings(half, "second step")

    assert not found, "\n".join(found)


def test_findings_are_found(visit: Visit):
    """The eye that looks at all pages sees at all."""
    page = visit()
    page.goto("/login")

    page.evaluate(
        "() => { const image = new Image(); image.src = '/static/img/mark.svg'; image.style.minWidth = '900px'; document.body.append(image) }"
    )

    found = findings(page, "page")
    assert any("image-alt" in each for each in found) and any("too wide" in each for each in found)
