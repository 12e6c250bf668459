"""A workspace with connections, and people who come through them: for what is measured about signing in."""

from urllib.parse import urlsplit

from bench.ground import Northwind
from bench.web import Client
from guestlist.access.roles import GUEST
from guestlist.kernel import clock
from guestlist.members.models import Role
from guestlist.sso.commands import create_connection, set_defaults
from guestlist.sso.models import Connection, Domain
from guestlist.sso.rules import Oidc, Saml

DOMAIN = "corp.example"


def prove_domain(northwind: Northwind) -> None:
    Domain.objects.create(workspace=northwind.workspace, name=DOMAIN, token="t", proved_at=clock.now())


def connect(northwind: Northwind, name: str, provider: Oidc | Saml) -> Connection:
    """One that is on and makes users, Guests in Alder."""
    actor = northwind.olga.actor
    row = create_connection(actor=actor, workspace=northwind.workspace, name=name, provider=provider)
    Connection.objects.filter(id=row.id).update(tested_at=clock.now(), enabled_at=clock.now())
    role = Role.objects.get(id=GUEST)
    return set_defaults(actor=actor, connection=row, creates_users=True, role=role, communities=[northwind.alder])


def from_somewhere(port: int, number: int) -> Client:
    """A browser with an address of its own, as behind a proxy."""
    return Client(port, **{"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"})


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
