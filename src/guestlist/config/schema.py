"""The tables: bring them up to date, or say that they are not."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

_MIGRATING = 4_871_350_021  # any number; the same for every process of Guestlist


def on_sqlite() -> bool:
    return connection.vendor == "sqlite"


def make_room() -> None:
    """The folder of the SQLite file, which SQLite does not make itself."""
    if on_sqlite():
        Path(settings.DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)


def is_old() -> bool:
    """Whether this version of Guestlist needs migrations that the database has not had."""
    if on_sqlite() and not Path(settings.DATABASES["default"]["NAME"]).exists():
        return True  # asking SQLite would make the file
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Brings the tables up to date, that of the cache included. Where several machines start at once, one does it and the others
    wait."""
    if not on_sqlite():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    disconnect()  # which also gives the lock back


def disconnect() -> None:
    """Before other processes are started: they must not share this one's connection."""
    connection.close()
