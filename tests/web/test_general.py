"""Settings > Workspace > General, and the setup checklist."""

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.test import RequestFactory

from guestlist.access.roles import ADMIN
from guestlist.audit.models import Event
from guestlist.invitations.models import Invitation
from guestlist.kernel.actors import OPERATOR
from guestlist.mail.models import Message
from guestlist.members.commands import create_community, update_workspace
from guestlist.workspaces.models import Workspace
from tests.cast import Cast, give
from tests.sso.acts import connect
from tests.web.visits import ask, signed_in

GENERAL, SETUP = "/w/northwind/settings/general", "/w/northwind/settings/setup"
SAID = {"name": "Northwind", "slug": "north", "language": "fr", "lifetime": "604800", "existing_users": "ask"}


def test_settings_are_saved_and_the_address_changes(cast: Cast):
    olga = signed_in(cast, "olga")

    answer = olga.post(GENERAL, SAID)

    row = Workspace.objects.get(id=cast.northwind.id)
    assert (row.name, row.slug, row.language, row.invitation_lifetime, row.existing_users) == (
        *list(SAID.values())[:3],
        604800,
        "ask",
    )
    assert answer.url == "/w/north/settings/general"
    assert olga.get("/w/north/settings/users").status_code == 200
    assert olga.get("/w/northwind/settings/users").status_code == 404
    assert Event.objects.get(action="workspace.changed").before["slug"] == "northwind"


def test_language_and_life_of_a_link_hold_for_new_invitations(cast: Cast):
    olga = signed_in(cast, "olga")
    olga.post(GENERAL, SAID | {"slug": "northwind"})
    cast.northwind.refresh_from_db()

    (invitation,) = ask(cast, "birch", "jules@birch.example")

    assert (invitation.language, invitation.lifetime) == ("fr", 604800)
    assert olga.get("/w/northwind/settings/users/new").context["values"]["language"] == "fr"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(("1", "60"), 60), (("90", "60"), 5400), (("365", "86400"), 31536000), (("0", "60"), None), (("366", "86400"), None)]
    + [(("x", "60"), None), (("9" * 30, "60"), None), (("5", "1"), None)],
)
def test_life_of_a_link_may_be_typed(cast: Cast, said: tuple[str, str], seconds: int | None):
    custom = {"custom": said[0], "unit": said[1], "slug": "northwind"}
    answer = signed_in(cast, "olga").post(GENERAL, SAID | custom)

    assert Workspace.objects.get(slug="northwind").invitation_lifetime == (seconds or 86400)
    assert seconds or answer.context["errors"] == {"custom": "A link is valid for 1 minute to 365 days."}


def test_policy_may_only_be_stricter_than_the_operators(cast: Cast, settings):
    settings.GUESTLIST_EXISTING_USERS = "notify"
    olga = signed_in(cast, "olga")

    page = olga.get(GENERAL)
    looser = olga.post(GENERAL, SAID | {"existing_users": "add"})

    assert [each["value"] for each in page.context["treatments"]] == ["", "notify", "ask"]
    assert looser.context["errors"] == {"existing_users": "The operator asks for more. A workspace may only be stricter."}
    assert looser.context["values"]["name"] == "Northwind", "what was typed stays"
    assert Workspace.objects.get(id=cast.northwind.id).existing_users == ""


@pytest.mark.parametrize(("field", "value"), [("name", " "), ("slug", "acme"), ("slug", "Not a slug")])
def test_mistake_stands_beside_its_field(cast: Cast, field: str, value: str):
    answer = signed_in(cast, "olga").post(GENERAL, SAID | {field: value})

    assert answer.status_code == 422
    assert set(answer.context["errors"]) == {field}


def test_only_who_may_change_the_settings_is_shown_the_way(cast: Cast):
    assert b"/settings/general" in signed_in(cast, "olga").get("/w/northwind/settings/users").content
    for who in ("adam", "mia", "ana", "gus"):
        assert b"/settings/general" not in signed_in(cast, who).get("/w/northwind/settings/users").content


# The checklist

STEPS = ("mail", "admins", "communities", "roles", "invitation", "directory", "second_factor")


def steps(cast: Cast) -> dict[str, bool]:
    page = signed_in(cast, "nora").get("/w/acme/settings/setup")
    found = {step["key"]: step["done"] for step in page.context["steps"]}
    assert page.context["done"] == sum(found.values())
    return found


def test_each_step_knows_by_itself_whether_it_is_done(cast: Cast):
    assert steps(cast) == dict.fromkeys(STEPS, False)

    create_community(actor=OPERATOR, parent=cast.acme_main, name="Paris")
    give(cast.otto, cast.acme_main, ADMIN)
    assert {each for each, done in steps(cast).items() if done} == {"admins", "communities"}

    signed_in(cast, "nora").post(
        "/w/acme/settings/users/new",
        {
            "emails": "ana@northwind.example kim@x.example",
            "community": str(cast.acme_main.id),
            f"roles-{cast.acme_main.id}": "00000000-0000-7000-8000-000000000001",
        },
    )
    assert Invitation.objects.filter(workspace=cast.acme).exists()
    Message.objects.update(state="sent")
    connect(cast, admin="nora")
    assert [each for each, done in steps(cast).items() if not done] == ["second_factor"]


def test_step_of_the_second_admin_opens_the_dialog_with_admin_of_main_ticked(cast: Cast):
    client = signed_in(cast, "olga")
    steps = {each["key"]: each for each in client.get("/w/northwind/settings/setup").context["steps"]}

    rows = client.get(steps["admins"]["url"]).context["communities"]

    ticked = {row["name"]: row["held"] for row in rows if row["checked"]}
    assert ticked == {"Northwind Security": ["Admin"]}


def test_link_to_the_dialog_ticks_nothing_out_of_sight_and_fills_in_no_address(cast: Cast):
    asked = f"?community={cast.alder.id}&roles-{cast.alder.id}={ADMIN}&emails=eve@x.example"

    page = signed_in(cast, "mia").get(f"/w/northwind/settings/users/new{asked}")

    assert [(row["name"], row["checked"]) for row in page.context["communities"]] == [("Birch", True)]
    assert page.context["values"]["emails"] == ""
    assert signed_in(cast, "nora").get(f"/w/northwind/settings/users/new{asked}").status_code == 404


def test_step_of_the_second_factor_is_done_when_it_is_required(cast: Cast):
    cast.acme.requires_second_factor = True
    cast.acme.save()
    client = signed_in(cast, "nora")
    request = RequestFactory().get("/")
    request.session = client.session
    record_authentication(request, cast.nora, "mfa")
    request.session.save()

    found = {step["key"]: step["done"] for step in client.get("/w/acme/settings/setup").context["steps"]}

    assert found["second_factor"]


def test_trial_mail_goes_to_oneself(cast: Cast):
    signed_in(cast, "nora").post("/w/acme/settings/setup", {"do": "mail", "email": "someone@else.example"})

    message = Message.objects.get()
    assert (message.to_email, message.template, message.workspace_id) == (
        "nora@acme.example",
        "workspaces/emails/trial",
        cast.acme.id,
    )


def test_settings_open_with_the_checklist_until_it_is_finished_or_put_away(cast: Cast):
    olga, adam = signed_in(cast, "olga"), signed_in(cast, "adam")
    assert olga.get("/w/northwind/settings").url == SETUP
    assert adam.get("/w/northwind/settings").url == "/w/northwind/settings/users"
    assert b"/settings/setup" in olga.get(GENERAL).content

    olga.post(SETUP, {"do": "dismiss"})

    assert olga.get("/w/northwind/settings").url == "/w/northwind/settings/users"
    assert b"/settings/setup" not in olga.get(GENERAL).content
    assert olga.get(SETUP).status_code == 200
    assert Event.objects.filter(action="workspace.setup_dismissed").count() == 1


def test_step_of_mail_stays_done_while_the_next_mail_is_on_its_way(cast: Cast):
    client = signed_in(cast, "nora")
    client.post("/w/acme/settings/setup", {"do": "mail"})
    first = client.get("/w/acme/settings/setup").context["steps"][0]
    Message.objects.update(state="sent")

    client.post("/w/acme/settings/setup", {"do": "mail"})

    second = client.get("/w/acme/settings/setup").context["steps"][0]
    assert (first["done"], second["done"]) == (False, True)
    assert first["about"].startswith("Sending…") and second["about"].startswith("Sending…")


def test_form_that_is_out_of_date_undoes_nothing(cast: Cast):
    olga = signed_in(cast, "olga")
    page = olga.get(GENERAL).context
    said = page["values"] | {each["name"]: each["value"] for each in page["was"]}
    update_workspace(actor=OPERATOR, workspace=cast.northwind, existing_users="ask", language="fr")

    olga.post(GENERAL, said | {"name": "North"})
    late = olga.post(GENERAL, said | {"language": "en"})

    row = Workspace.objects.get(id=cast.northwind.id)
    assert (row.name, row.existing_users, row.language) == ("North", "ask", "fr")
    assert late.status_code == 422 and "Somebody changed this" in late.context["errors"]["form"]
