"""Settings > Workspace > Security > SSO > Configure: a directory is connected and `Automatic user creation` switched on (S2.31, S2.32)."""

from playwright.sync_api import Page, expect

from guestlist.sso.models import Connection
from tests.browser.conftest import Visit
from tests.browser.looks import findings
from tests.browser.steps import log_in, says
from tests.cast import Cast
from tests.sso.acts import come, connect


def open_security(page: Page) -> None:
    """Settings > Workspace > Security."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings", exact=True).click()
    side = page.get_by_role("navigation", name="Settings", exact=True)
    side.get_by_role("link", name="Workspace", exact=True).click()
    side.get_by_role("link", name="Security", exact=True).click()
    expect(page.get_by_role("heading", name="SSO", exact=True)).to_be_visible()


def test_automatic_user_creation_is_switched_on_where_the_mission_says(cast: Cast, visit: Visit):
    connect(cast)
    page = visit()
    log_in(page, "olga@northwind.example")

    open_security(page)
    page.get_by_role("region", name="SSO").get_by_role("link", name="Configure", exact=True).click()
    page.get_by_role("checkbox", name="Automatic user creation", exact=True).check()
    page.get_by_label("Role by default", exact=True).select_option(label="Guest")
    page.get_by_role("checkbox", name="Alder", exact=True).check()
    page.get_by_role("button", name="+ Group").click()
    page.get_by_label("Group", exact=True).fill("soc")
    page.get_by_label("Community", exact=True).select_option(label="Birch")
    page.get_by_label("Role", exact=True).select_option(label="Analyst")
    page.get_by_role("button", name="Save", exact=True).click()

    says(page, "Saved.")
    row = Connection.objects.get()
    assert (row.creates_users, row.default_role.name, row.default_communities.get()) == (True, "Guest", cast.alder)
    assert row.mappings.get().group == "soc"
    expect(page.get_by_role("checkbox", name="Automatic user creation", exact=True)).to_be_checked()


def test_okta_is_connected_by_the_guided_form_without_script(cast: Cast, visit: Visit):
    page = visit(java_script_enabled=False)
    log_in(page, "olga@northwind.example")
    page.goto("/w/northwind/settings/security")

    page.get_by_role("link", name="Configure").click()
    page.get_by_role("listitem").filter(has_text="Okta, with OpenID Connect").get_by_role("link", name="Choose").click()
    callback = page.get_by_label("Sign-in redirect URI").input_value()
    page.get_by_label("Okta domain").fill("northwind.okta.example")
    page.get_by_label("Client id").fill("guestlist")
    page.get_by_label("Client secret").fill("hush hush")
    page.get_by_role("button", name="Save and go on").click()

    expect(page.get_by_role("heading", name="Okta Draft, not tested")).to_be_visible()
    row = Connection.objects.get()
    assert (row.issuer, callback.endswith(f"/sso/{row.id}/callback")) == ("https://northwind.okta.example", True)
    assert page.get_by_label("Sign-in redirect URI").input_value() == callback


def test_pages_of_connections_have_no_finding(cast: Cast, visit: Visit):
    page = visit()
    log_in(page, "olga@northwind.example")
    found: list[str] = []

    def look(name: str, path: str) -> None:
        page.goto(path)
        page.wait_for_load_state()
        found.extend(findings(page, name))

    look("no connection", "/w/northwind/settings/security")
    look("kinds", "/w/northwind/settings/security/sso/new")
    page.goto("/w/northwind/settings/security/sso/new")
    page.get_by_role("listitem").filter(has_text="Okta, with SAML").get_by_role("link", name="Choose").click()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    found.extend(findings(page, "form with errors"))
    row = connect(cast)
    come(row)
    look("connections", "/w/northwind/settings/security")
    look("configure", f"/w/northwind/settings/security/sso/{row.id}")
    look("delete", f"/w/northwind/settings/security/sso/{row.id}/delete")
    look("let in", f"/w/northwind/settings/security/attempts/{row.attempts.get().id}")
    look("help", "/help/sso")

    assert found == []
