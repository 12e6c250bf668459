"""Custom roles from the editor to a working member: made, given by an invitation, edited with a preview, deleted with a move."""

import pytest
from playwright.sync_api import Page, expect

from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_role
from guestlist.members.models import Role
from guestlist.members.queries import standing
from guestlist.users.models import User
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox
from tests.browser.steps import (
    community_tree,
    join,
    open_managed_communities,
    open_user_center_dialog,
    says,
    submit,
    tick,
    type_addresses,
)
from tests.cast import Cast, give
from tests.invitations.acts import held

RIGHTS = {"members:read", "communities:read", "roles:read", "members:invite"}


def open_roles(page: Page, community: str) -> None:
    """Avatar > Managed Communities > the community > Roles."""
    open_managed_communities(page)
    community_tree(page).get_by_role("link", name=community, exact=True).click()
    page.get_by_role("region", name=community).get_by_role("link", name="Roles", exact=True).click()


def allow(page: Page, *rights: str) -> None:
    for right in rights:
        page.get_by_role("group", name="Permissions").get_by_role("checkbox").and_(page.locator(f"[value='{right}']")).check()


def test_custom_role_is_made_given_by_an_invitation_and_carries_exactly_its_permissions(
    cast: Cast, visit: Visit, mailbox: Mailbox
):
    page = visit(cast.olga)
    page.goto("/")

    open_roles(page, "Birch")
    page.get_by_role("link", name="+ Role", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Greeter")
    allow(page, *RIGHTS)
    page.get_by_role("group", name="May hand out").get_by_role("checkbox", name="Guest", exact=True).check()
    page.get_by_role("button", name="Create role").click()
    says(page, "Greeter was created.")
    expect(page.get_by_text("Can be given in Birch and below.")).to_be_visible()
    sheet = open_user_center_dialog(page, "Birch")
    type_addresses(sheet, "kim@birch.example")
    tick(sheet, "Birch", "Greeter")
    submit(sheet, "Validate")
    says(page, "1 invited")
    guest = visit()
    join(guest, mailbox.link_to("kim@birch.example"), "Kim Duval")

    kim = User.objects.get(email="kim@birch.example")
    carried = standing(kim.actor, [cast.birch.id])[cast.birch.id]
    assert held(kim) == {"birch": {"Greeter"}}
    assert set().union(*(each.role.permissions for each in carried)) == RIGHTS
    guest.goto("/w/northwind/team/birch/invites/new")
    assert guest.get_by_role("combobox", name="Role").locator("option").all_inner_texts()[0] == "Guest"
    assert guest.request.get("/w/northwind/roles/new?community=birch").status == 404


@pytest.mark.parametrize("script", [True, False])
def test_edit_is_previewed_and_deleting_moves_the_holders(cast: Cast, visit: Visit, script: bool):
    role = create_role(actor=OPERATOR, community=cast.birch, name="Desk", permissions=["members:read", "audit:read"])
    give(cast.gus, cast.birch, role.id)
    page = visit(cast.olga, java_script_enabled=script)
    page.goto("/w/northwind/settings/roles")

    page.get_by_role("link", name="Desk", exact=True).click()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Read who did what, and when.").uncheck()
    allow(page, "keys:write")
    page.get_by_role("button", name="Save", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Gus Petit")
    expect(row.get_by_role("cell", name="keys:write")).to_be_visible()
    expect(row.get_by_role("cell", name="audit:read")).to_be_visible()
    assert Role.objects.get(id=role.id).permissions == ["audit:read", "members:read"]
    page.get_by_role("button", name="Save", exact=True).click()
    says(page, "Saved.")
    assert Role.objects.get(id=role.id).permissions == ["keys:write", "members:read"]
    page.get_by_role("link", name="Delete…", exact=True).click()
    page.get_by_label("Its holders get instead").select_option("Analyst")
    page.get_by_role("button", name="Delete role").click()
    says(page, "Desk was deleted.")

    assert held(cast.gus)["birch"] == {"Analyst"}


def test_permissions_are_found_by_typing_and_ticked_by_the_group(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    page.goto("/w/northwind/roles/new?community=main")

    page.get_by_label("Find a permission").fill("invitations")
    expect(page.get_by_label("Take members out.")).to_be_hidden()
    page.get_by_label("Find a permission").fill("nothing like it")
    expect(page.get_by_text("No permission matches.")).to_be_visible()
    page.get_by_label("Find a permission").fill("")
    page.get_by_role("checkbox", name="Members", exact=True).check()
    page.get_by_label("Take members out.").uncheck()
    page.get_by_label("Name", exact=True).fill("Desk")
    page.get_by_role("button", name="Create role").click()
    says(page, "Desk was created.")

    names = {"members:read", "members:invite", "members:assign", "members:deactivate"}
    assert set(Role.objects.get(name="Desk").permissions) == names
