"""Every page, in every state worth a page: no finding of axe (WCAG 2.2 AA), light and dark, on a desk and on a phone; nothing
runs off a window of 320 pixels. That no page complains in the console is watched in all tests (conftest.py)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from guestlist.invitations.models import Batch, Invitation
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key, create_community, create_role, deactivate
from guestlist.members.models import Membership
from guestlist.sso.commands import claim_domain
from guestlist.sso.models import Connection
from guestlist.workspaces.models import Workspace
from tests.browser.conftest import Visit
from tests.browser.looks import findings
from tests.browser.mailbox import Mailbox, deliver
from tests.browser.steps import confirm_it_is_me, tick, type_addresses
from tests.cast import Cast, give, role_named
from tests.invitations.acts import ask


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
    expect(page.get_by_role("alert")).to_contain_text("Name a break-glass Admin who has a password or a passkey first.")
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


def test_findings_are_found(visit: Visit):
    """The eye that looks at all pages sees at all."""
    page = visit()
    page.goto("/login")

    page.evaluate(
        "() => { const image = new Image(); image.src = '/static/img/mark.svg'; image.style.minWidth = '900px'; document.body.append(image) }"
    )

    found = findings(page, "page")
    assert any("image-alt" in each for each in found) and any("too wide" in each for each in found)
