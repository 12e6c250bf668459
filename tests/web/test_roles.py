"""The pages of roles: what they offer, what they keep, what they ask before they save."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from guestlist.access.permissions import ADMINISTRATIVE, READING, catalogue, load_catalogue
from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key, create_role, update_role
from guestlist.members.models import Membership, Role
from guestlist.members.queries import figures
from guestlist.users.models import User
from guestlist.workspaces.models import Community
from tests.cast import Cast, give
from tests.web.visits import ask, signed_in

ROLES = "/w/northwind/settings/roles"
NEW = "/w/northwind/roles/new?community=alder"
GOOD = {"name": "Desk", "permission": ["members:read", "roles:read"]}


def make(place: Community, name: str = "Desk", *rights: str, may_give: tuple[Role, ...] = ()) -> Role:
    return create_role(actor=OPERATOR, community=place, name=name, permissions=rights or ("members:read",), may_give=may_give)


@pytest.fixture
def french_alerts(tmp_path: Path) -> Iterator[None]:
    file = tmp_path / "permissions.toml"
    alerts = 'read = { level = "read", description = "See alerts.", description_fr = "Voir les alertes." }'
    file.write_text(f'[Watchtower.alerts]\ntitle_fr = "Alertes"\n{alerts}')
    load_catalogue(str(file))
    yield
    load_catalogue()


def page_of(role: Role, act: str = "") -> str:
    return f"/w/northwind/roles/{role.id}{act}"


def listed(client: Client, path: str) -> list[str]:
    return [each["name"] for each in client.get(path).context["roles"]]


def test_settings_list_the_roles_one_may_see_built_in_first(cast: Cast):
    for place, name in ((cast.alder, "Of Alder"), (cast.main, "Everywhere"), (cast.acme_main, "Of Acme")):
        make(place, name)
    built_in = ["Guest", "Analyst", "Admin", "manage_member"]

    assert listed(signed_in(cast, "olga"), ROLES) == [*built_in, "Everywhere", "Of Alder"]
    assert listed(signed_in(cast, "gus"), ROLES) == [*built_in, "Everywhere"]
    assert listed(signed_in(cast, "olga"), f"/me/communities/{cast.birch.id}/roles") == [*built_in, "Everywhere"]
    assert listed(signed_in(cast, "olga"), f"{ROLES}?q=EVERY") == ["Everywhere"]


def test_list_says_how_many_hold_each_role_where_one_may_read_members(cast: Cast):
    role = make(cast.main)
    give(cast.gus, cast.birch, role.id)

    def held(who: str) -> dict[str, str]:
        return {each["name"]: each["held"] for each in signed_in(cast, who).get(ROLES).context["roles"]}

    assert held("olga") == {
        "Guest": "1 member",
        "Analyst": "2 members",
        "Admin": "2 members",
        "manage_member": "1 member",
        "Desk": "1 member",
    }
    assert (held("adam")["Admin"], held("adam")["Desk"]) == ("1 member", "0 members")


def test_built_in_role_with_holders_without_number_is_counted_in_part(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(figures, "MOST_COUNTED", 1)

    found = [each["held"] for each in signed_in(cast, "olga").get(ROLES).context["roles"]]

    assert sorted(found) == ["", "", "", "1+ member"]


def test_owner_out_of_sight_is_not_named(cast: Cast):
    role = make(cast.cedar, "Of Cedar")
    give(cast.otto, cast.cedar_north, GUEST)
    client = signed_in(cast, "otto")

    assert [each["owner"] for each in client.get(ROLES).context["roles"]][-1] == ""
    assert client.get(page_of(role)).context["role"]["where"] == "Comes from a community above."


def test_thousand_roles_come_in_pages(cast: Cast):
    keys = [f"role {n:04}" for n in range(1000)]
    Role.objects.bulk_create(Role(community=cast.main, name=key, name_key=key, permissions=["members:read"]) for key in keys)
    client, found, path = signed_in(cast, "olga"), [], ROLES

    while path:
        answer = client.get(path)
        found += [each["name"] for each in answer.context["roles"]]
        following = answer.context["page"]["next_url"]
        path = f"{ROLES}{following}" if following else ""

    assert found[4:] == keys


def test_role_is_made_and_shown(cast: Cast):
    answer = signed_in(cast, "adam").post(NEW, {**GOOD, "description": "At the door.", "give": [str(GUEST)]}, follow=True)

    role = Role.objects.get(name="Desk")
    assert (role.community, role.permissions, role.may_hand_out) == (cast.alder, GOOD["permission"], [str(GUEST)])
    assert answer.context["role"]["name"] == "Desk"
    assert b"See who belongs here and as what." in answer.content


def test_box_of_a_group_is_all_of_it_without_script(cast: Cast):
    signed_in(cast, "adam").post(NEW, {"name": "Desk", "group": ["Members"]})

    assert set(Role.objects.get(name="Desk").permissions) == {each for each in catalogue() if each.startswith("members:")}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "АDМІΝ"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"permission": ["moon:land"]}, "permissions"),
        ({"give": ["nothing"]}, "give"),
    ],
)
def test_mistake_is_told_beside_its_field_and_the_rest_is_kept(cast: Cast, wrong: dict[str, object], field: str):
    answer = signed_in(cast, "adam").post(NEW, {**GOOD, "description": "At the door.", **wrong})

    ticked = {row["name"] for group in answer.context["groups"] for row in group["permissions"] if row["ticked"]}
    assert answer.status_code == 422
    assert list(answer.context["errors"]) == [field]
    assert answer.context["values"]["description"] == "At the door."
    assert field == "permissions" or ticked == set(GOOD["permission"])


def _writer(cast: Cast) -> Client:
    writer = make(cast.main, "Writer", "roles:write", "roles:read", "members:read")
    give(cast.otto, cast.alder, writer.id)
    return signed_in(cast, "otto")


def test_role_that_allows_nothing_is_saved_after_a_warning(cast: Cast):
    client, bare = signed_in(cast, "adam"), {"name": "Badge"}

    warned = client.post(NEW, bare)
    unsaved = not Role.objects.filter(name="Badge").exists()
    client.post(NEW, {**bare, "bare": "yes"})

    assert b"This role allows nothing" in warned.content and b'name="bare" value="yes"' in warned.content
    assert unsaved
    assert Role.objects.get(name="Badge").permissions == []
    assert b"allows nothing" not in client.get(NEW).content


def test_edit_that_leaves_nothing_warns_before_the_preview_and_carries_the_answer(cast: Cast):
    role = make(cast.alder)
    give(cast.gus, cast.alder, role.id)
    client, path = signed_in(cast, "adam"), page_of(role, "/edit")

    warned = client.post(path, {"name": "Desk"})
    preview = client.post(path, {"name": "Desk", "bare": "yes"})
    client.post(path, {each["name"]: each["value"] for each in preview.context["hidden"]} | {"do": "save"})

    assert warned.context["bare"] and "rows" not in warned.context
    assert preview.context["rows"][0]["loses"] == [{"name": "members:read", "text": "See who belongs here and as what."}]
    assert Role.objects.get(id=role.id).permissions == []


def test_permissions_of_applications_read_in_the_readers_language(cast: Cast, french_alerts: None):
    User.objects.filter(id=cast.olga.id).update(language="fr")

    pages = {who: signed_in(cast, who).get("/help/roles").context["groups"][-1] for who in ("olga", "gus")}

    assert (pages["olga"]["title"], pages["olga"]["permissions"][0]["description"]) == ("Alertes", "Voir les alertes.")
    assert (pages["gus"]["title"], pages["gus"]["permissions"][0]["description"]) == ("Watchtower: alerts", "See alerts.")


def test_form_offers_only_what_one_holds(cast: Cast):
    page = _writer(cast).get(NEW)

    offered = {row["name"] for group in page.context["groups"] for row in group["permissions"]}
    assert offered == {"roles:write", "roles:read", "members:read"}
    assert page.context["beyond"] == len(READING | ADMINISTRATIVE) - 3
    assert [each["name"] for each in page.context["give"]] == ["Writer"]


def test_role_above_the_ceiling_is_refused_and_cannot_be_opened_to_edit(cast: Cast):
    client, above = _writer(cast), make(cast.alder, "Above", "audit:read")

    answer = client.post(NEW, {"name": "Mine", "permission": ["audit:read"]})

    assert answer.status_code == 422
    assert not Role.objects.filter(name="Mine").exists()
    assert client.get(page_of(above)).context["edit_url"] is None
    assert {client.get(page_of(above, act)).status_code for act in ("/edit", "/delete")} == {404}


def test_copy_takes_what_the_role_holds(cast: Cast):
    start = make(cast.alder, "Desk", "members:read", "audit:read", may_give=(Role.objects.get(id=GUEST),))

    copy = signed_in(cast, "adam").get(f"{NEW}&copy={start.id}").context
    of_analyst = signed_in(cast, "adam").get(f"{NEW}&copy={ANALYST}").context

    assert copy["values"]["name"] == "Copy of Desk"
    assert {f["value"] for f in copy["hidden"] if f["name"] == "permission"} == {"members:read", "audit:read"}
    assert {f["value"] for f in copy["hidden"] if f["name"] == "give"} == {str(GUEST)}
    assert {f["value"] for f in of_analyst["hidden"] if f["name"] == "permission"} == READING


def test_role_out_of_sight_cannot_be_copied(cast: Cast):
    beside = make(cast.birch)

    assert signed_in(cast, "adam").get(f"{NEW}&copy={beside.id}").status_code == 404


def test_edit_shows_who_gains_and_loses_before_it_saves(cast: Cast):
    role = make(cast.alder, "Desk", "members:read", "audit:read")
    give(cast.gus, cast.alder, role.id)
    client = signed_in(cast, "adam")
    posted = {"name": "Desk", "permission": ["members:read", "keys:write"], "do": "check"}

    shown = client.post(page_of(role, "/edit"), posted)

    row = shown.context["rows"][0]
    gains, loses = (row[side][0] for side in ("gains", "loses"))
    assert (row["person"]["name"], gains["name"], loses["name"]) == ("Gus Petit", "keys:write", "audit:read")
    assert (gains["text"], loses["text"]) == ("Make and revoke API keys.", "Read who did what, and when.")
    assert Role.objects.get(id=role.id).permissions == ["audit:read", "members:read"]
    hidden = {"name": "Desk", "description": "", "permission": ["members:read", "keys:write"]}
    back = client.post(page_of(role, "/edit"), {**hidden, "do": "edit"})
    assert {f["value"] for f in back.context["hidden"] if f["name"] == "permission"} == {"members:read", "keys:write"}
    client.post(page_of(role, "/edit"), {**hidden, "do": "save"})
    assert Role.objects.get(id=role.id).permissions == ["keys:write", "members:read"]


def test_role_somebody_else_changed_meanwhile_is_shown_again_before_it_is_saved(cast: Cast):
    role = make(cast.alder, "Desk", "members:read")
    give(cast.gus, cast.alder, role.id)
    client = signed_in(cast, "adam")
    mark = client.get(page_of(role, "/edit")).context["shown"]
    update_role(actor=cast.olga.actor, role=role, permissions=["members:read", "audit:read"])
    posted = {"name": "Desk", "permission": ["members:read"], "do": "save", "shown": mark}

    again = client.post(page_of(role, "/edit"), posted)

    assert (again.context["changed"], again.context["rows"][0]["loses"][0]["name"]) == (True, "audit:read")
    assert Role.objects.get(id=role.id).permissions == ["audit:read", "members:read"]
    seen = next(field["value"] for field in again.context["hidden"] if field["name"] == "shown")
    client.post(page_of(role, "/edit"), {**posted, "shown": seen})
    assert Role.objects.get(id=role.id).permissions == ["members:read"]


def test_edit_that_concerns_nobody_is_saved_at_once(cast: Cast):
    role = make(cast.alder)

    answer = signed_in(cast, "adam").post(page_of(role, "/edit"), {"name": "Front desk", "permission": ["roles:read"]})

    assert answer.status_code == 302
    assert Role.objects.get(id=role.id).name == "Front desk"


def test_change_of_what_it_may_hand_out_is_shown_first(cast: Cast):
    role = make(cast.alder, may_give=(Role.objects.get(id=GUEST),))

    shown = signed_in(cast, "adam").post(
        page_of(role, "/edit"), {"name": "Desk", "permission": ["members:read"], "give": [str(ANALYST)]}
    )

    assert (shown.context["gives"], shown.context["takes"]) == (["Analyst"], ["Guest"])


def test_lost_permission_is_told_on_the_role_and_in_the_list(cast: Cast):
    role = make(cast.alder)
    Role.objects.filter(id=role.id).update(permissions=["alerts:close", "members:read"])
    client = signed_in(cast, "adam")

    assert client.get(page_of(role)).context["lost"] == ["alerts:close"]
    assert b"alerts:close" in client.get(page_of(role)).content
    assert [each["name"] for each in client.get(ROLES).context["roles"] if each["lost"]] == ["Desk"]


def test_deleting_asks_where_its_holders_go(cast: Cast):
    role, other = make(cast.alder), make(cast.alder, "Other")
    give(cast.gus, cast.alder, role.id)
    create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[role])
    ask(cast, "alder", "jules@alder.example", role=role.id)
    client, path = signed_in(cast, "adam"), page_of(role, "/delete")

    asked = client.get(path)
    without = client.post(path, {"move_to": ""})
    client.post(path, {"move_to": str(other.id)})

    said = [each["text"] for each in asked.context["effects"]]
    assert said[:3] == [
        "1 holder loses it at once. Gus Petit (Alder).",
        "1 API key loses it at once. ci (Alder).",
        "1 pending invitation changes.",
    ]
    assert role.name not in [each["name"] for each in asked.context["options"]]
    assert without.context["errors"] == {"move_to": "Somebody holds this role. Choose a role to move its holders to."}
    assert not Role.objects.filter(id=role.id).exists()
    assert [each.name for each in Membership.objects.get(user=cast.gus, community=cast.alder).roles.all()] == ["Other"]


def test_deleting_names_the_first_few_holders_and_counts_the_others(cast: Cast):
    role = make(cast.alder)
    for n in range(7):
        give(User.objects.create(name=f"Holder {n}", email=f"holder{n}@alder.example"), cast.alder, role.id)

    said = signed_in(cast, "adam").get(page_of(role, "/delete")).context["effects"][0]["text"]

    names = ", ".join(f"Holder {n} (Alder)" for n in range(5))
    assert said == f"7 holders lose it at once. {names} and 2 more."


def test_role_that_nobody_holds_asks_for_no_other(cast: Cast):
    role = make(cast.alder)
    client = signed_in(cast, "adam")

    asked = client.get(page_of(role, "/delete"))
    client.post(page_of(role, "/delete"))

    assert not asked.context["held"]
    assert not Role.objects.filter(id=role.id).exists()


@pytest.mark.parametrize("role", [GUEST, ADMIN])
def test_built_in_role_has_a_page_and_nothing_to_change(cast: Cast, role: UUID):
    client = signed_in(cast, "olga")

    page = client.get(f"/w/northwind/roles/{role}")

    assert (page.context["edit_url"], page.context["delete_url"]) == (None, None)
    assert page.context["copy_url"] == f"/w/northwind/roles/new?community=main&copy={role}"
    assert {client.get(f"/w/northwind/roles/{role}/{act}").status_code for act in ("edit", "delete")} == {404}


def test_holders_of_a_neighbour_do_not_show(cast: Cast):
    page = signed_in(cast, "olga").get(f"/w/northwind/roles/{ADMIN}")

    assert {each["person"]["name"] for each in page.context["holders"]} == {"Olga Lindqvist", "Adam Okafor"}
    assert b"Nora" not in page.content


def test_text_of_people_stays_text(cast: Cast):
    role = make(cast.alder, "<b>Desk</b>")

    for path in (ROLES, page_of(role), page_of(role, "/edit"), page_of(role, "/delete")):
        assert b"<b>Desk" not in signed_in(cast, "olga").get(path).content
