"""An admin connects a directory: what is taken, what is refused, and who may."""

import re
from dataclasses import replace
from typing import Any

import pytest

from guestlist.access.roles import ADMIN
from guestlist.audit.models import Event
from guestlist.invitations.commands import delete_community
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.kernel.seals import unseal
from guestlist.members.commands import create_role, delete_role
from guestlist.members.errors import AboveCeiling, NotAllowed, RoleHeld, UnknownRole
from guestlist.members.models import Role
from guestlist.sso import errors
from guestlist.sso.commands import (
    GroupRule,
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
from guestlist.sso.rules import Claims, Oidc, Saml, certificate_end, read_metadata
from guestlist.workspaces.commands import remove_workspace
from guestlist.workspaces.errors import NameMissing, UnknownCommunity
from tests.cast import Cast, give, role_named
from tests.sso.acts import ISSUER, come, connect, creating, role_of
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


def test_defaults_stay_below_the_ceiling_and_without_administration(cast: Cast):
    """R-072"""
    row = connect(cast)
    desk = create_role(actor=cast.olga.actor, community=cast.main, name="Desk", permissions=["members:invite"])
    local = create_role(actor=cast.olga.actor, community=cast.alder, name="Local", permissions=["members:read"])

    for role, place, refusal in (
        (role_named("Admin"), cast.alder, errors.AdministrativeRole),
        (role_named("manage_member"), cast.alder, errors.AdministrativeRole),
        (desk, cast.alder, errors.AdministrativeRole),
        (local, cast.birch, UnknownRole),
        (role_of("Guest"), cast.acme_main, UnknownCommunity),
        (None, cast.alder, errors.NoDefaults),
    ):
        with pytest.raises(refusal):
            set_defaults(actor=cast.olga.actor, connection=row, creates_users=True, role=role, communities=[place])
    with pytest.raises(UnknownRole):
        set_defaults(actor=cast.olga.actor, connection=row, role=local, communities=[])
    with pytest.raises(errors.BadGroup):
        creating(cast, row, groups=(GroupRule(" ", cast.alder, role_of("Guest")),))


def test_defaults_left_out_stay_as_they_are_by_now(cast: Cast):
    row = creating(cast, connect(cast))
    read_before = Connection.objects.get(id=row.id)
    creating(cast, row, cast.birch, role="Analyst", groups=(GroupRule("soc", cast.alder, role_of("Guest")),))

    set_defaults(actor=cast.olga.actor, connection=read_before, creates_users=False)

    row.refresh_from_db()
    assert (row.creates_users, row.default_role, list(row.default_communities.all())) == (False, role_of("Analyst"), [cast.birch])
    assert [(each.group, each.community) for each in row.mappings.all()] == [("soc", cast.alder)]


def test_who_may_only_connect_hands_out_nothing(cast: Cast):
    """Rule 3 for group mappings and the role by default alike."""
    row = connect(cast)
    only = create_role(actor=cast.olga.actor, community=cast.main, name="Connector", permissions=["connections:write"])
    more = create_role(
        actor=cast.olga.actor, community=cast.main, name="Inviter", permissions=["connections:write", "members:invite"]
    )
    give(cast.otto, cast.main, only.id)
    give(cast.gus, cast.main, more.id)
    rule = GroupRule("soc", cast.alder, role_named("Admin"))

    for who, refusal in (("otto", NotAllowed), ("gus", AboveCeiling)):
        for role, groups in ((role_of("Guest"), ()), (None, (rule,))):
            with pytest.raises(refusal):
                set_defaults(
                    actor=cast.users[who].actor,
                    connection=row,
                    creates_users=True,
                    role=role,
                    communities=[cast.alder],
                    groups=groups,
                )


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


def test_role_in_use_goes_with_another_in_its_place_only(cast: Cast):
    role = create_role(actor=cast.olga.actor, community=cast.main, name="Desk", permissions=["members:read"])
    row = creating(cast, connect(cast), role="Guest", groups=(GroupRule("soc", cast.birch, role),))
    Connection.objects.filter(id=row.id).update(default_role=role)

    with pytest.raises(RoleHeld):
        delete_role(actor=cast.olga.actor, role=role)
    with pytest.raises(errors.AdministrativeRole):
        delete_role(actor=cast.olga.actor, role=role, move_to=role_named("Admin"))
    delete_role(actor=cast.olga.actor, role=role, move_to=role_of("Analyst"))

    after = Connection.objects.get(id=row.id)
    assert (after.default_role, [each.role for each in after.mappings.all()]) == (role_of("Analyst"), [role_of("Analyst")])
    assert come(row, groups=("soc",)).verdict.outcome == "create"


def test_workspace_goes_with_its_connections(cast: Cast):
    role = create_role(actor=cast.olga.actor, community=cast.alder, name="Desk", permissions=["members:read"])
    row = creating(cast, connect(cast), groups=(GroupRule("soc", cast.alder, role),))
    Connection.objects.filter(id=row.id).update(default_role=role)
    come(row)

    remove_workspace(actor=cast.olga.actor, workspace=cast.northwind)

    assert not Connection.objects.exists()
    assert not Role.objects.filter(id=role.id).exists()


def test_community_that_goes_takes_what_was_given_there_along(cast: Cast):
    """Its custom role is the role by default: nobody gets another in its place, and everybody is refused."""
    role = create_role(actor=cast.olga.actor, community=cast.birch, name="Desk", permissions=["members:read"])
    row = creating(cast, connect(cast), cast.birch, groups=(GroupRule("soc", cast.birch, role),))
    Connection.objects.filter(id=row.id).update(default_role=role)

    delete_community(actor=cast.olga.actor, community=cast.birch, members="remove")

    assert not row.mappings.exists()
    assert come(row, groups=("soc",)).verdict.reason == "no_role"


def metadata(body: str = "", head: str = "", entity: str = ENTITY) -> bytes:
    key = "".join(CERTIFICATE.splitlines()[1:-1])
    return f"""{head}<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
 xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{entity}"><md:IDPSSODescriptor
 protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>
<ds:X509Certificate>{key}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>{body}
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>
</md:IDPSSODescriptor></md:EntityDescriptor>""".encode()


def test_metadata_is_read_and_its_certificate_has_an_end(cast: Cast):
    saml = read_metadata(metadata())

    row = make(cast, saml)

    assert (saml.entity_id, saml.sso_url, saml.certificates) == (ENTITY, "https://idp.example/sso", (CERTIFICATE.strip(),))
    assert certificate_end(row.certificates) is not None
    assert certificate_end(make(cast, name="Entra").certificates) is None


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<x/>",
        b"hello",
        metadata(head='<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">'),
        metadata(head=BOMB, entity="&c;"),
        metadata(head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', entity="&e;"),
        metadata("x" * 600_000),
        metadata().replace(b"https://idp.example/sso", b"javascript:alert(1)"),
        metadata().replace(b"MII", b"!!!"),
        re.sub(b"(?s)(<ds:X509Certificate>).*(</ds:X509Certificate>)", rb"\1\2", metadata()),
    ],
)
def test_metadata_that_is_hostile_or_none_is_refused(xml: bytes):
    """R-085: no document types, no entities, nothing fetched, nothing large."""
    with pytest.raises(errors.BadMetadata):
        read_metadata(xml)


def test_preview_says_what_would_happen_and_tells_of_no_account_elsewhere(cast: Cast):
    row = creating(cast, connect(cast, domain="elsewhere.example"), groups=(GroupRule("soc", cast.birch, role_of("Analyst")),))
    raw = {"sub": "x", "email": "otto@elsewhere.example", "groups": "soc", "name": 7}

    known = preview_claims(actor=cast.olga.actor, connection=row, raw=raw)
    nobody = preview_claims(actor=cast.olga.actor, connection=row, raw=raw | {"email": "nobody@elsewhere.example"})

    assert known.verdict == nobody.verdict
    assert (known.verdict.outcome, [each.community for each in known.verdict.places]) == ("create", [cast.birch.id])
    assert ADMIN not in {role for each in known.verdict.places for role in each.roles}
