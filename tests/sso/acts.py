"""What the tests of this folder do over and over: a connection that is on, a domain proved, somebody who comes."""

from guestlist.access.roles import ANALYST, GUEST
from guestlist.kernel import clock
from guestlist.members.models import Membership, Role
from guestlist.sso.commands import GroupRule, SignedIn, create_connection, set_defaults, sign_in
from guestlist.sso.models import Connection, Domain
from guestlist.sso.rules import Claims, Oidc
from guestlist.workspaces.models import Community
from tests.cast import Cast, role_named

ISSUER = "https://northwind.okta.example"


def connect(
    cast: Cast, *, admin: str = "olga", name: str = "Okta", issuer: str = ISSUER, domain: str = "corp.example"
) -> Connection:
    """A connection of the admin's workspace that is on, believed in `domain`."""
    workspace = cast.acme if admin == "nora" else cast.northwind
    row = create_connection(
        actor=cast.users[admin].actor, workspace=workspace, name=name, provider=Oidc(issuer, "guestlist", "hush hush")
    )
    Connection.objects.filter(id=row.id).update(tested_at=clock.now(), enabled_at=clock.now())
    Domain.objects.get_or_create(workspace=workspace, name=domain, defaults={"token": "t", "proved_at": clock.now()})
    row.refresh_from_db()
    return row


def creating(
    cast: Cast, row: Connection, *places: Community, role: str = "Guest", groups: tuple[GroupRule, ...] = (), on: bool = True
) -> Connection:
    """With automatic creation, in Alder unless `places` say otherwise."""
    return set_defaults(
        actor=cast.olga.actor,
        connection=row,
        creates_users=on,
        role=role_named(role),
        communities=places or (cast.alder,),
        groups=groups,
    )


def come(row: Connection, subject: str = "00u1", email: str = "kim@corp.example", **more: object) -> SignedIn:
    return sign_in(connection=row, claims=Claims(subject, email, **{"name": "Kim Lee", **more}))


def held(email: str) -> set[tuple[str, str, str]]:
    """Where somebody belongs, as what, and why: `{("Alder", "Guest", "sso")}`"""
    rows = Membership.objects.filter(email_key=email, status="active").values_list("community__name", "roles__name", "source")
    return set(rows)


def role_of(level: str) -> Role:
    return Role.objects.get(id={"Guest": GUEST, "Analyst": ANALYST}[level])
