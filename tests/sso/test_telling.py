"""Whoever changes whom a workspace trusts does it before the eyes of its other Admins (R-086)."""

from datetime import timedelta

import pytest
from time_machine import travel

from guestlist.access.roles import ADMIN, ANALYST
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR
from guestlist.mail.emails import write_letter
from guestlist.mail.models import Message
from guestlist.members.commands import create_role
from guestlist.members.models import Membership
from guestlist.sso.commands import (
    change_connection,
    change_sign_in_policy,
    confirm_domain,
    delete_connection,
    disable_connection,
    enable_connection,
    remove_domain,
)
from guestlist.sso.models import Connection
from guestlist.workspaces.commands import change_workspace
from tests.cast import Cast, give
from tests.sso.acts import come, connect
from tests.web.visits import signed_in


@pytest.fixture
def told(cast: Cast) -> list[str]:
    """Otto is Admin of Northwind's main beside Olga, Ana is not. Answers what the mails since then are about."""
    give(cast.otto, cast.main, ADMIN)
    give(cast.ana, cast.main, ANALYST)
    return []


def about() -> list[tuple[str, str]]:
    rows = Message.objects.filter(template="sso/emails/trust_changed").order_by("id")
    return [(row.to_email, row.context["change"]) for row in rows]


def test_every_change_of_trust_is_mailed_to_the_other_admins(cast: Cast, told: list[str]):
    """R-086"""
    olga, row = cast.olga.actor, connect(cast)

    change_connection(actor=olga, connection=row, group_claim="teams")
    disable_connection(actor=olga, connection=row)
    disable_connection(actor=olga, connection=row)
    Connection.objects.filter(id=row.id).update(tested_at=clock.now())
    enable_connection(actor=olga, connection=row)
    domain = confirm_domain(actor=OPERATOR, workspace=cast.northwind, name="northwind.example")
    remove_domain(actor=olga, domain=domain)
    change_sign_in_policy(actor=olga, workspace=cast.northwind, session_idle=900)
    change_sign_in_policy(actor=olga, workspace=cast.northwind, break_glass=[cast.olga.id])
    delete_connection(actor=olga, connection=row)

    expected = ["connection.created", "connection.changed", "connection.disabled", "connection.enabled", "domain.proved"]
    expected += ["domain.removed", "workspace.changed", "workspace.break_glass_changed", "connection.deleted"]
    assert [change for to, change in about() if to == cast.otto.email] == expected
    assert [each for each in about() if each[0] != cast.otto.email] == [(cast.olga.email, "domain.proved")]


def test_what_is_no_trust_is_not_mailed(cast: Cast, told: list[str]):
    row = connect(cast)
    before = about()

    change_connection(actor=cast.olga.actor, connection=row)
    change_workspace(actor=cast.olga.actor, workspace=cast.northwind, name="Northwind")

    assert about() == before


def test_admins_who_are_none_any_more_and_neighbours_hear_nothing(cast: Cast, told: list[str]):
    Membership.objects.filter(user=cast.otto).update(status=Membership.Status.DEACTIVATED)

    connect(cast)

    assert about() == []


def test_mail_says_what_and_who(cast: Cast, told: list[str]):
    connect(cast)

    text = write_letter(Message.objects.get(template="sso/emails/trust_changed")).content.decode()

    assert "The connection Okta was made." in text and "Changed by Olga Lindqvist." in text


def refused(cast: Cast, who: str) -> list[dict[str, object]]:
    return [each.about for each in cast.users[who].notifications.filter(action="connection.refused")]


def test_refused_person_is_told_to_those_who_may_let_them_in_once_a_day(cast: Cast, told: list[str]):
    row, mails = connect(cast), Message.objects.count()

    for number in range(5):
        come(row, f"00u{number}", f"kim{number}@corp.example")

    about = {"workspace": "Northwind Security", "workspace_id": str(cast.northwind.id), "connection": "Okta"}
    assert refused(cast, "olga") == refused(cast, "otto") == [about]
    assert not [who for who in ("ana", "adam", "nora") if refused(cast, who)]
    assert Message.objects.count() == mails
    with travel(clock.now() + timedelta(days=1, minutes=1)):
        come(row, "00u9", "kim9@corp.example")
    assert len(refused(cast, "olga")) == 2


def test_who_may_configure_connections_by_another_role_is_told_too(cast: Cast):
    keeper = create_role(actor=OPERATOR, community=cast.main, name="Keeper", permissions=["connections:write"])
    give(cast.gus, cast.main, keeper.id)

    come(connect(cast))

    assert len(refused(cast, "gus")) == 1


def test_each_connection_tells_for_itself(cast: Cast, told: list[str]):
    come(connect(cast))
    come(connect(cast, name="Entra"))

    assert {each["connection"] for each in refused(cast, "olga")} == {"Okta", "Entra"}


def test_notification_leads_to_the_attempts_while_they_are_there(cast: Cast, told: list[str]):
    row = connect(cast)
    come(row)
    otto = signed_in(cast, "otto")
    link = f"/w/northwind/settings/security/sso/{row.id}#refused"

    page = otto.get("/me/notifications").content.decode()

    assert "Okta vouched for somebody who was refused" in page and f'href="{link}"' in page
    assert "kim@corp.example" in otto.get(link).content.decode()
    delete_connection(actor=cast.olga.actor, connection=row)
    assert link not in otto.get("/me/notifications").content.decode()
