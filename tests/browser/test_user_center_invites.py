"""The way in from the User Center, each walked to the place where the guest ends up (mission: seeds 000 and 001)."""

import pytest
from playwright.sync_api import expect

from guestlist.invitations.models import Invitation
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_community, create_role
from guestlist.users.models import User
from tests.browser.conftest import Visit
from tests.browser.mailbox import Mailbox
from tests.browser.steps import (
    communities_offered,
    join,
    log_in,
    names_in_tree,
    open_account_menu,
    open_user_center_dialog,
    reach,
    roles_offered,
    row_of,
    says,
    submit,
    tick,
    type_addresses,
)
from tests.cast import Cast
from tests.invariants import assert_sound
from tests.invitations.acts import held

DEFAULT_ROLES = ["Guest", "Analyst", "Admin", "manage_member"]
EVERYTHING = {"main", "alder", "birch", "cedar", "cedar-north"}


def test_avatar_at_the_upper_right_leads_to_managed_communities(cast: Cast, visit: Visit):
    page = visit()
    log_in(page, "olga@northwind.example")

    box = page.get_by_role("button", name="Account menu").bounding_box()
    entries = open_account_menu(page).get_by_role("link").all_inner_texts()
    page.get_by_role("link", name="Managed Communities", exact=True).click()

    assert box and box["x"] > 1280 * 0.9 and box["y"] < 100 and box["width"] == box["height"]
    assert entries[1:] == ["Account settings", "Notifications", "Managed Communities", "Settings"]
    expect(page.get_by_role("heading", name="User Center", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Northwind Security", exact=True)).to_be_visible()


def test_user_center_invites_into_managed_community(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()
    log_in(page, "adam@northwind.example")

    sheet = open_user_center_dialog(page)
    type_addresses(sheet, "jules@alder.example")
    tick(sheet, "Alder", "Analyst")
    submit(sheet, "Validate")

    says(page, "1 invited")
    expect(row_of(page, "jules@alder.example")).to_contain_text("Pending")
    assert not User.objects.filter(email="jules@alder.example").exists()
    guest = visit()
    join(guest, mailbox.link_to("jules@alder.example"), "Jules Moreau")
    guest.get_by_role("link", name="Continue").click()
    assert names_in_tree(guest) == ["Alder"]
    assert reach(guest, cast) == {"alder"}
    assert held(User.objects.get(email="jules@alder.example")) == {"alder": {"Analyst"}}
    assert_sound()


def test_user_center_invites_into_main_community_and_so_into_all(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()
    log_in(page, "olga@northwind.example")

    sheet = open_user_center_dialog(page)
    first = communities_offered(sheet)[0]
    offered = roles_offered(sheet, first)
    type_addresses(sheet, "lea@northwind.example")
    tick(sheet, first, "Analyst", "manage_member")
    submit(sheet, "Validate")

    assert first == "Northwind Security" and offered == DEFAULT_ROLES
    expect(row_of(page, "lea@northwind.example")).to_contain_text("Pending")
    guest = visit()
    join(guest, mailbox.link_to("lea@northwind.example"), "Léa Vasseur")
    create_community(actor=OPERATOR, parent=cast.main, name="Dogwood")
    assert reach(guest, cast) == EVERYTHING
    assert guest.request.get("/w/northwind/team/dogwood/users").status == 200
    guest.get_by_role("link", name="Continue").click()
    assert names_in_tree(guest) == ["Northwind Security", "Alder", "Birch", "Cedar", "Cedar North", "Dogwood"]
    assert_sound()


def test_user_center_invites_into_some_managed_communities_only(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()
    log_in(page, "olga@northwind.example")

    sheet = open_user_center_dialog(page)
    assert roles_offered(sheet, "Birch") == DEFAULT_ROLES
    type_addresses(sheet, "kim@birch.example")
    tick(sheet, "Birch", "Guest", "manage_member")
    tick(sheet, "Cedar", "Analyst")
    submit(sheet, "Validate")

    says(page, "1 invited")
    guest = visit()
    join(guest, mailbox.link_to("kim@birch.example"), "Kim Duval")
    guest.get_by_role("link", name="Continue").click()
    assert names_in_tree(guest) == ["Birch", "Cedar", "Cedar North"]
    assert reach(guest, cast) == {"birch", "cedar", "cedar-north"}
    kim = User.objects.get(email="kim@birch.example")
    assert held(kim) == {"birch": {"Guest", "manage_member"}, "cedar": {"Analyst"}}
    assert_sound()


def test_user_center_invites_into_one_managed_community_of_several(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit(cast.olga)
    page.goto("/")

    sheet = open_user_center_dialog(page, "Birch")
    type_addresses(sheet, "kim@birch.example")
    tick(sheet, "Birch", "Guest")
    submit(sheet, "Validate")

    expect(row_of(page, "kim@birch.example")).to_contain_text("Pending")
    guest = visit()
    join(guest, mailbox.link_to("kim@birch.example"), "Kim Duval")
    assert reach(guest, cast) == {"birch"}


def test_user_center_shows_the_type_of_each_community(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    page.goto("/")

    names = names_in_tree(page)

    assert names == ["Northwind Security", "Alder", "Birch", "Cedar", "Cedar North"]
    expect(page.get_by_text("Main community", exact=True)).to_be_visible()
    page.get_by_role("navigation", name="Communities", exact=True).get_by_role("link", name="Alder").click()
    expect(page.get_by_text("Managed community", exact=True)).to_be_visible()
    page.get_by_role("link", name="+ User", exact=True).click()
    main = page.get_by_role("dialog").get_by_role("checkbox", name="Northwind Security", exact=True)
    expect(main).to_have_accessible_description("reaches all communities below")


def test_admin_of_the_main_community_reaches_all_managed_ones(cast: Cast, visit: Visit):
    page = visit(cast.olga)

    assert reach(page, cast) == EVERYTHING


def test_custom_roles_are_offered_where_they_can_be_used_and_carry_their_permissions(cast: Cast, visit: Visit, mailbox: Mailbox):
    rights = ["members:read", "communities:read", "roles:read", "audit:read"]
    create_role(actor=cast.olga.actor, community=cast.main, name="Report reader", permissions=rights)
    create_role(actor=cast.olga.actor, community=cast.cedar, name="Cedar desk", permissions=rights)
    page = visit(cast.olga)
    page.goto("/")

    sheet = open_user_center_dialog(page, "Birch")
    offered = {place: roles_offered(sheet, place) for place in ("Northwind Security", "Birch", "Cedar", "Cedar North")}
    type_addresses(sheet, "kim@birch.example")
    tick(sheet, "Birch", "Report reader")
    submit(sheet, "Validate")

    says(page, "1 invited")
    assert offered["Northwind Security"] == offered["Birch"] == [*DEFAULT_ROLES, "Report reader"]
    assert set(offered["Cedar"]) == set(offered["Cedar North"]) == {*DEFAULT_ROLES, "Report reader", "Cedar desk"}
    guest = visit()
    join(guest, mailbox.link_to("kim@birch.example"), "Kim Duval")
    assert held(User.objects.get(email="kim@birch.example")) == {"birch": {"Report reader"}}
    guest.goto("/w/northwind/team/birch/users")
    expect(guest.get_by_role("link", name="Create Invite")).to_have_count(0)


def test_help_on_roles_is_reachable_from_the_dialog(cast: Cast, visit: Visit):
    page = visit(cast.olga)
    page.goto("/")

    sheet = open_user_center_dialog(page)
    sheet.get_by_role("button", name="Help: roles").click()
    sheet.get_by_role("link", name="Read more").click()

    expect(page.get_by_role("heading", name="Roles", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="manage_member Invites,")).to_contain_text("members:invite")
    expect(page.get_by_role("heading", name="Custom roles")).to_be_visible()


@pytest.mark.parametrize("between", [", ", "; ", "\n"])
def test_several_addresses_are_invited_at_once(cast: Cast, visit: Visit, mailbox: Mailbox, between: str):
    addresses = ["kim@birch.example", "lou@birch.example", "max@birch.example"]
    page = visit(cast.olga)
    page.goto("/")

    sheet = open_user_center_dialog(page, "Birch")
    type_addresses(sheet, between.join(addresses))
    tick(sheet, "Birch", "Guest")
    submit(sheet, "Validate")

    says(page, "3 invited")
    assert len({mailbox.link_to(address) for address in addresses}) == 3


def test_a_long_list_is_invited_whole(cast: Cast, visit: Visit):
    page = visit(cast.mia)
    page.goto("/")

    sheet = open_user_center_dialog(page)
    type_addresses(sheet, ", ".join(f"person{number}@birch.example" for number in range(400)))
    tick(sheet, "Birch", "Guest")
    expect(sheet.locator("[data-say]")).to_have_text("400 invited")
    submit(sheet, "Validate")

    says(page, "400 invited")
    assert Invitation.objects.filter(state="pending").count() == 400


def test_manage_member_invites_within_what_it_may_hand_out(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit()
    log_in(page, "mia@northwind.example")

    sheet = open_user_center_dialog(page)
    offered = {place: roles_offered(sheet, place) for place in communities_offered(sheet)}
    type_addresses(sheet, "jules@birch.example")
    tick(sheet, "Birch", "Analyst")
    submit(sheet, "Validate")

    assert offered == {"Birch": ["Guest", "Analyst", "manage_member"]}
    says(page, "1 invited")
    assert mailbox.to("jules@birch.example")


@pytest.mark.parametrize("who", ["ana", "gus"])
def test_without_the_right_there_is_no_button_and_the_address_refuses(cast: Cast, visit: Visit, who: str):
    place = {"ana": cast.alder, "gus": cast.cedar}[who]
    page = visit(cast.users[who])
    buttons = {
        f"/me/communities/{place.id}/users": "+ User",
        "/w/northwind/settings/users": "+ New users",
        f"/w/northwind/team/{place.slug}/invites": "Create Invite",
        f"/w/northwind/team/{place.slug}/users": "Create Invite",
    }

    for path, label in buttons.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("link", name=label, exact=True)).to_have_count(0)

    forms = (
        f"/me/communities/{place.id}/users/new",
        "/w/northwind/settings/users/new",
        f"/w/northwind/team/{place.slug}/invites/new",
    )
    assert {page.request.get(path).status for path in forms} == {404}


@pytest.mark.parametrize("who", ["otto", "nora"])
def test_outsider_and_neighbour_find_none_of_the_three_ways(cast: Cast, visit: Visit, who: str):
    page = visit(cast.users[who])

    for path in (
        f"/me/communities/{cast.birch.id}/users/new",
        "/w/northwind/settings/users/new",
        "/w/northwind/team/birch/invites/new",
    ):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here, or nothing you may see.")
        expect(page.locator("body")).not_to_contain_text("Birch")


def test_address_of_another_community_is_added_without_mail(cast: Cast, visit: Visit, mailbox: Mailbox):
    page = visit(cast.olga)
    page.goto("/")

    sheet = open_user_center_dialog(page, "Cedar")
    type_addresses(sheet, "ana@northwind.example")
    tick(sheet, "Cedar", "Guest")
    submit(sheet, "Validate")

    says(page, "1 added at once")
    assert mailbox.to("ana@northwind.example") == []
    assert reach(visit(cast.ana), cast) == {"alder", "birch", "cedar", "cedar-north"}
