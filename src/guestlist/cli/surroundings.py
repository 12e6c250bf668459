"""What a command needs around it: settings that can be used, tables of this version, variables, a free port."""

import os

import django
from django.core.exceptions import ImproperlyConfigured

from guestlist.access.permissions import BadCatalogue
from guestlist.cli.terminal import Stopped
from guestlist.config import processes, schema
from guestlist.config.environment import SHORTEST_KEY, missing_variables, short_keys


def set_up(*, needs_schema: bool) -> None:
    """Django with the settings of the environment. Raises Stopped where those cannot be used, or the tables are old.
    Only what makes the tables makes the folder they lie in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guestlist.config.settings")
    try:
        django.setup()
        if not needs_schema:
            schema.make_room()
    except BadCatalogue as wrong:
        raise Stopped("\nguestlist: ".join(f"The permissions cannot be used: {each}" for each in wrong.mistakes), 2) from wrong
    except (ImproperlyConfigured, OSError, ValueError) as wrong:
        raise Stopped(f"The settings cannot be used: {wrong}", 2) from wrong
    if needs_schema and schema.is_old():
        raise Stopped("The tables of the database are missing or older than this version: run `guestlist migrate`.", 2)


def need_variables() -> None:
    missing = missing_variables()
    if missing:
        raise Stopped("\nguestlist: ".join(f"{each.name} is not set. {each.help}" for each in missing), 2)
    if short_keys():
        raise Stopped(f"GUESTLIST_SECRET_KEY is too short: each key needs {SHORTEST_KEY} or more random characters.", 2)


def need_port(host: str, port: int) -> None:
    if not processes.port_is_free(host, port):
        raise Stopped(f"Port {port} of {host} is in use, or may not be used. Choose another with --port.", 2)
