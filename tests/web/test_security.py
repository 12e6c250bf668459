"""Settings > Workspace > Security: the policy, and the domains."""

import pytest
from django.test import Client

from guestlist.access.roles import ADMIN
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.clock import now
from guestlist.members.commands import create_role
from guestlist.members.models import Membership
from guestlist.sso.commands import claim_domain
from guestlist.sso.models import Connection, Domain
from guestlist.workspaces.models import Workspace
from tests.cast import Cast, give
from tests.sso.name_server import name_server
from tests.web.test_query_counts import statements
from tests.web.visits import confirmed, signed_in

PAGE = "/w/northwind/settings/security"


def directory(cast: Cast, **fields: object) -> Connection:
    row = {"workspace": cast.northwind, "name": "Northwind Okta", "protocol": "oidc", "enabled_at": now(), "tested_at": now()}
    return Connection.objects.create(**row | fields)


def saved(cast: Cast) -> Workspace:
    return Workspace.objects.get(id=cast.northwind.id)


def keeper(cast: Cast, *permissions: str) -> Client:
    """Otto, with a role of main that has only these."""
    role = create_role(actor=OPERATOR, community=cast.main, name="Keeper", permissions=list(permissions))
    give(cast.otto, cast.main, role.id)
    return confirmed(signed_in(cast, "otto"))


def test_limits_are_saved_and_shown(cast: Cast):
    olga = confirmed(signed_in(cast, "olga"))

    olga.post(PAGE, {"session_idle": "900", "session_lifetime": "28800", "choices": "1"})

    assert (saved(cast).session_idle, saved(cast).session_lifetime) == (900, 28800)
    assert '<option value="900" selected>15 minutes</option>' in olga.get(PAGE).content.decode()


def test_limits_go_again(cast: Cast):
    Workspace.objects.filter(id=cast.northwind.id).update(session_idle=900, session_lifetime=7200)

    confirmed(signed_in(cast, "olga")).post(PAGE, {"session_idle": "", "session_lifetime": "", "choices": "1"})

    assert (saved(cast).session_idle, saved(cast).session_lifetime) == (None, None)


def test_limit_out_of_range_keeps_what_was_chosen(cast: Cast):
    answer = confirmed(signed_in(cast, "olga")).post(PAGE, {"session_idle": "10", "session_lifetime": "900", "choices": "1"})

    assert answer.status_code == 422
    assert list(answer.context["errors"]) == ["session_idle"]
    assert '<option value="900" selected>' in answer.content.decode()


def test_shutting_people_out_is_asked_first_and_then_done(cast: Cast):
    directory(cast)
    olga = confirmed(signed_in(cast, "olga"))
    said = {"sso_only": "on", "session_idle": "", "session_lifetime": "", "choices": "1", "break_glass": str(cast.olga.id)}

    asked = olga.post(PAGE, said)

    assert not saved(cast).sso_only
    assert "kept out at their next click" in asked.content.decode()
    assert "1 Admin enters without the directory" in asked.content.decode()
    fields = {each["name"]: each["value"] for each in asked.context["hidden"]}
    assert fields == said | {"sure": "1"}
    assert olga.post(PAGE, fields).status_code == 302
    assert saved(cast).sso_only and Membership.objects.get(user=cast.olga).break_glass
    assert olga.get(PAGE).status_code == 200


def test_sso_only_without_connection_or_break_glass_says_what_to_do(cast: Cast):
    olga = confirmed(signed_in(cast, "olga"))
    without = olga.post(PAGE, {"sso_only": "on", "sure": "1", "choices": "1"})
    directory(cast)
    alone = olga.post(PAGE, {"sso_only": "on", "sure": "1", "choices": "1"})

    unsure = olga.post(PAGE, {"sso_only": "on", "choices": "1"})

    assert list(without.context["errors"]) == ["sso_only"]
    assert list(unsure.context["errors"]) == ["break_glass"]
    assert list(alone.context["errors"]) == ["break_glass"]
    assert "Name a break-glass Admin" in alone.content.decode()


def test_page_shows_what_the_reader_may_change_and_no_more(cast: Cast):
    directory(cast)
    otto = keeper(cast, "members:read", "settings:write")

    page = otto.get(PAGE)

    assert "Sign-in policy" in page.content.decode() and "Northwind Okta" not in page.content.decode()
    assert otto.get("/w/northwind/settings/domains/new").status_code == 403


def test_who_may_change_connections_sees_no_policy(cast: Cast):
    otto = keeper(cast, "members:read", "connections:write")

    assert "Sign-in policy" not in otto.get(PAGE).content.decode()
    assert otto.post(PAGE, {"session_idle": "900"}).status_code == 404
    assert saved(cast).session_idle is None


def test_without_reading_members_the_break_glass_admins_stay_as_they_are(cast: Cast):
    Membership.objects.filter(user=cast.olga).update(break_glass=True)
    otto = keeper(cast, "settings:write")

    page = otto.get(PAGE).content.decode()
    otto.post(PAGE, {"session_idle": "900", "session_lifetime": ""})

    assert "olga@northwind.example" not in page
    assert saved(cast).session_idle == 900
    assert Membership.objects.get(user=cast.olga).break_glass


@pytest.mark.parametrize("who", ["nora", "otto"])
def test_neighbours_see_nothing_of_it(cast: Cast, who: str):
    directory(cast)
    row = claim_domain(actor=OPERATOR, workspace=cast.northwind, name="northwind.example")
    client = signed_in(cast, who)

    for path in (PAGE, f"/w/northwind/settings/domains/{row.id}", f"/w/acme/settings/domains/{row.id}"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "northwind.example" not in answer.content.decode() and row.token not in answer.content.decode()
    assert client.post(f"/w/acme/settings/domains/{row.id}/remove").status_code == 404


def test_domain_is_added_proved_and_removed(cast: Cast, settings):
    olga = confirmed(signed_in(cast, "olga"))
    page = olga.post("/w/northwind/settings/domains/new", {"name": "@Northwind.example"})["Location"]
    row = Domain.objects.get()
    with name_server() as (address, records):
        settings.GUESTLIST_DNS_SERVERS = [address]
        early = olga.post(page)
        records["_guestlist.northwind.example"] = [f"guestlist-verify={row.token}"]
        assert olga.post(page).status_code == 302

    assert early.status_code == 409 and row.token in early.content.decode()
    assert "Proved" in olga.get(page).content.decode()
    assert "northwind.example" in olga.get(PAGE).content.decode()
    assert "no longer believed" in olga.get(f"{page}/remove").content.decode()
    olga.post(f"{page}/remove")
    assert not Domain.objects.exists()


def test_what_is_no_domain_stays_in_the_form(cast: Cast):
    answer = confirmed(signed_in(cast, "olga")).post("/w/northwind/settings/domains/new", {"name": "gmail.com"})

    assert answer.status_code == 422
    assert 'value="gmail.com"' in answer.content.decode()
    assert list(answer.context["errors"]) == ["name"]


def test_page_costs_a_constant_number_of_statements(cast: Cast):
    olga = confirmed(signed_in(cast, "olga"))
    few = statements(olga, PAGE)

    for n in range(20):
        directory(cast, name=f"Okta {n}")
        claim_domain(actor=OPERATOR, workspace=cast.northwind, name=f"northwind{n}.example")
    give(cast.otto, cast.main, ADMIN)
    give(cast.nora, cast.main, ADMIN)

    assert statements(olga, PAGE) == few <= 60
