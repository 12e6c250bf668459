"""A workspace shuts its door to a session that is inside, and opens it again."""

from playwright.sync_api import expect

from guestlist.kernel.clock import now
from guestlist.sso.models import Connection
from guestlist.users.models import SessionStore
from guestlist.workspaces.models import Workspace
from tests.browser.conftest import Visit
from tests.browser.steps import enter, log_in, says
from tests.cast import PASSWORD, Cast


def test_admin_shuts_the_door_and_stays_inside_by_break_glass(cast: Cast, visit: Visit):
    Connection.objects.create(workspace=cast.northwind, name="Northwind Okta", protocol="oidc", enabled_at=now(), tested_at=now())
    olga, ana = visit(cast.olga), visit(cast.ana)
    ana.goto("/w/northwind/team/alder/users")

    olga.goto("/w/northwind/settings")
    olga.get_by_role("navigation", name="Settings", exact=True).get_by_role("link", name="Security", exact=True).click()
    olga.get_by_label("SSO only").check()
    olga.get_by_role("checkbox", name="Olga Lindqvist").check()
    olga.get_by_role("button", name="Save", exact=True).click()
    olga.get_by_label("Password", exact=True).fill(PASSWORD)
    olga.get_by_role("button", name="Confirm", exact=True).click()
    expect(olga.get_by_text("This is not saved yet.")).to_be_visible()
    olga.get_by_role("button", name="Save", exact=True).click()
    expect(olga.get_by_role("heading", level=1)).to_contain_text("Shut the door of Northwind Security")
    olga.get_by_role("button", name="Save", exact=True).click()
    says(olga, "Saved. It holds from everybody's next click on.")
    ana.reload()

    expect(ana.get_by_role("heading", level=1)).to_have_text("Northwind Security asks for more")
    expect(ana.get_by_role("link", name="Continue with Northwind Okta")).to_be_visible()
    ana.get_by_role("link", name="Account settings").click()
    expect(ana.get_by_role("heading", name="My communities")).to_be_visible()


def test_who_must_log_in_again_comes_back_to_the_page(cast: Cast, visit: Visit):
    Workspace.objects.filter(id=cast.northwind.id).update(session_lifetime=900)
    page = visit()
    log_in(page, "ana@northwind.example")
    session = SessionStore(cast.ana.sessions.get().session_key)
    session["signed_in_at"] = "2026-01-01T00:00:00+00:00"
    session.save()

    page.goto("/w/northwind/team/alder/users?q=ana")
    page.get_by_role("button", name="Log in again").click()
    enter(page, "ana@northwind.example")

    expect(page).to_have_url("/w/northwind/team/alder/users?q=ana")
