"""An admin connects a directory: what is taken, what is refused, and who may."""

from dataclasses import replace
from typing import Any

import pytest

from guestlist.audit.models import Event
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.kernel.seals import unseal
from guestlist.members.commands import create_role
from guestlist.members.errors import AboveCeiling, NotAllowed
from guestlist.sso import errors
from guestlist.sso.commands import (
    change_connection,
    create_connection,
    delete_connection,
    disable_connection,
    enable_connection,
    preview_claims,
    set_defaults,
    try_sign_in,
)
from guestlist.sso.models import Connection, Identity
from guestlist.sso.queries import attempts_of, connections_of, fetch_connection, locate_connection
from guestlist.sso.rules import Claims, Oidc, Saml
from guestlist.workspaces.errors import NameMissing
from tests.cast import Cast, give
from tests.sso.acts import ISSUER, come, connect, creating
from tests.sso.identity_provider import CERTIFICATE, ENTITY

GOOD = Oidc(ISSUER, "guestlist", "hush hush")
SAML = Saml(ENTITY, "https://idp.example/sso", (CERTIFICATE,))


def make(cast: Cast, provider: Oidc | Saml = GOOD, name: str = "Okta", actor: str = "olga") -> Connection:
    return create_connection(actor=cast.users[actor].actor, workspace=cast.northwind, name=name, provider=provider)


def test_new_connection_is_off_untested_and_creates_nobody(cast: Cast):
    row = make(cast)

    assert (row.protocol, row.enabled_at, row.tested_at, row.creates_users) == ("oidc", None, None, False)
    assert unseal(row.sealed_secret) == "hush hush"
    assert [each.action for each in Event.objects.filter(target_id=row.id)] == ["connection.created"]


@pytest.mark.parametrize(
    ("provider", "refusal"),
    [
        (Oidc("http://idp.example", "c", "s"), errors.BadIssuer),
        (Oidc("https://idp.example?x=1", "c", "s"), errors.BadIssuer),
        (Oidc("https://u:p@idp.example", "c", "s"), errors.BadIssuer),
        (Oidc("ftp://idp.example", "c", "s"), errors.BadIssuer),
        (Oidc("https://[", "c", "s"), errors.BadIssuer),
        (Oidc("https://" + "x" * 500, "c", "s"), errors.BadIssuer),
        (Oidc("https://idp.example", "", "s"), errors.ClientMissing),
        (Oidc("https://idp.example", "c", ""), errors.ClientMissing),
        (Saml("", "https://idp.example/sso", (CERTIFICATE,)), errors.BadIssuer),
        (Saml(ENTITY, "javascript:alert(1)", (CERTIFICATE,)), errors.BadSsoUrl),
        (Saml(ENTITY, "https://idp.example/sso", ()), errors.BadCertificate),
        (Saml(ENTITY, "https://idp.example/sso", ("no certificate",)), errors.BadCertificate),
    ],
)
def test_what_cannot_be_trusted_is_refused(cast: Cast, provider: Oidc | Saml, refusal: type[Refusal]):
    """R-069: https, and http on one's own machine only."""
    with pytest.raises(refusal):
        make(cast, provider)


def test_own_machine_may_do_without_https_while_the_installation_does(cast: Cast, settings: Any):
    make(cast, Oidc("http://localhost:8080/realms/x", "c", "s"))
    settings.SECURE = True

    with pytest.raises(errors.BadIssuer):
        make(cast, Oidc("http://localhost:8080/realms/x", "c", "s"), "Other")


def test_names_are_unique_in_a_workspace(cast: Cast):
    make(cast)

    for name, refusal in (("okta", errors.ConnectionNameTaken), (" ", NameMissing)):
        with pytest.raises(refusal):
            make(cast, name=name)
    create_connection(actor=cast.nora.actor, workspace=cast.acme, name="Okta", provider=GOOD)


@pytest.mark.parametrize("who", ["nora", "otto", "adam", "mia", "ana", "gus"])
def test_nobody_else_reads_or_writes_connections(cast: Cast, who: str):
    row, actor = connect(cast), cast.users[who].actor
    come(row)

    for act in (
        lambda: make(cast, name="Mine", actor=who),
        lambda: change_connection(actor=actor, connection=row, name="Mine"),
        lambda: set_defaults(actor=actor, connection=row, creates_users=False, role=None),
        lambda: enable_connection(actor=actor, connection=row),
        lambda: disable_connection(actor=actor, connection=row),
        lambda: delete_connection(actor=actor, connection=row),
        lambda: preview_claims(actor=actor, connection=row, raw={"sub": "x"}),
        lambda: try_sign_in(actor=actor, connection=row, claims=Claims("x")),
        lambda: connections_of(actor, cast.northwind),
        lambda: fetch_connection(actor, cast.northwind, row.id),
        lambda: attempts_of(actor, cast.northwind),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotFound):
        locate_connection(actor, row.id)


def test_admin_of_another_workspace_does_not_find_it(cast: Cast):
    row = connect(cast)

    with pytest.raises(NotFound):
        fetch_connection(cast.nora.actor, cast.acme, row.id)
    assert fetch_connection(cast.olga.actor, cast.northwind, row.id) == row


def test_untested_connection_cannot_be_switched_on(cast: Cast):
    row = make(cast)
    with pytest.raises(errors.NotTested):
        enable_connection(actor=cast.olga.actor, connection=row)

    try_sign_in(actor=cast.olga.actor, connection=row, claims=Claims("x"))
    enable_connection(actor=cast.olga.actor, connection=row)

    assert Connection.objects.get(id=row.id).enabled_at is not None


def test_change_of_trust_is_told_and_wants_another_test(cast: Cast):
    """R-086."""
    row = connect(cast)

    change_connection(actor=cast.olga.actor, connection=row, name="Directory", provider=Oidc(ISSUER, "guestlist"))
    kept = Connection.objects.get(id=row.id)
    change_connection(actor=cast.olga.actor, connection=row, provider=Oidc(ISSUER, "guestlist", "another"))
    changed = Connection.objects.get(id=row.id)

    assert (kept.name, kept.tested_at is not None, unseal(kept.sealed_secret)) == ("Directory", True, "hush hush")
    assert (changed.tested_at, unseal(changed.sealed_secret)) == (None, "another")
    told = Event.objects.filter(action="connection.changed").order_by("id")
    assert [each.after["trust_changed"] for each in told] == [False, True]
    assert "another" not in str(list(Event.objects.values()))
    with pytest.raises(errors.ProtocolStays):
        change_connection(actor=cast.olga.actor, connection=row, provider=SAML)


@pytest.mark.parametrize("deleted", [False, True])
def test_id_is_never_used_again(cast: Cast, deleted: bool):
    """Sessions and links of the old one would lead into the new one's workspace."""
    row = connect(cast)
    if deleted:
        delete_connection(actor=cast.olga.actor, connection=Connection.objects.get(id=row.id))

    with pytest.raises(NotFound):
        create_connection(actor=cast.nora.actor, workspace=cast.acme, name="Okta", provider=GOOD, id=row.id)


@pytest.mark.parametrize(
    ("provider", "on", "known"),
    [
        (Oidc(ISSUER, "guestlist", "another"), True, 1),
        (Oidc(ISSUER, "other client"), False, 1),
        (Oidc("https://evil.example", "guestlist"), False, 0),
    ],
)
def test_another_directory_starts_anew(cast: Cast, provider: Oidc, on: bool, known: int):
    row = creating(cast, connect(cast))
    come(row)

    change_connection(actor=cast.olga.actor, connection=row, provider=provider)

    after = Connection.objects.get(id=row.id)
    assert (after.enabled_at is not None, after.tested_at, after.identities.count()) == (on, None, known)
    assert Event.objects.filter(action="connection.disabled").exists() != on


@pytest.mark.parametrize("who", ["nora", "otto", "gus"])
def test_who_could_not_make_an_admin_trusts_no_directory(cast: Cast, who: str):
    """R-049: a directory can speak as Olga, or as somebody invited as Admin."""
    row, actor = connect(cast), cast.users[who].actor
    role = create_role(actor=cast.olga.actor, community=cast.main, name="Connector", permissions=["connections:write"])
    give(cast.users[who], cast.main, role.id)

    change_connection(actor=actor, connection=row, name="Renamed", group_claim="teams")
    disable_connection(actor=actor, connection=row)

    for act in (
        lambda: make(cast, actor=who),
        lambda: change_connection(actor=actor, connection=row, provider=Oidc("https://evil.example", "guestlist")),
        lambda: change_connection(actor=actor, connection=row, provider=Oidc(ISSUER, "guestlist", "another")),
        lambda: enable_connection(actor=actor, connection=row),
    ):
        with pytest.raises(AboveCeiling):
            act()
    after = Connection.objects.get(id=row.id)
    assert (after.issuer, after.enabled_at) == (ISSUER, None)
    assert unseal(after.sealed_secret) == "hush hush"


def test_deleted_connection_forgets_whom_it_knew_and_leaves_accounts(cast: Cast):
    row = creating(cast, connect(cast))
    kim = come(row).user

    delete_connection(actor=cast.olga.actor, connection=row)

    assert not Identity.objects.exists()
    assert kim.memberships.count() == 1


def test_test_of_a_directory_that_is_not_trusted_any_more_counts_for_nothing(cast: Cast):
    row = make(cast)
    change_connection(actor=cast.olga.actor, connection=row, provider=Oidc("https://other.example", "guestlist"))

    try_sign_in(actor=cast.olga.actor, connection=row, claims=Claims("00u1"))

    assert Connection.objects.get(id=row.id).tested_at is None
    assert not Event.objects.filter(action="connection.tested").exists()


def test_connection_behind_a_shut_door_does_not_exist(cast: Cast):
    row = make(cast)
    shut = replace(cast.olga.actor, shut=frozenset({cast.northwind.id}))

    with pytest.raises(NotFound):
        locate_connection(shut, row.id)

    assert locate_connection(cast.olga.actor, row.id) == row
