"""What a worker does in a process of its own, to be killed."""

from pathlib import Path

from django.conf import settings
from django.db import connection

from guestlist.mail.commands import deliver_due


def work(database: str, port: int) -> None:
    connection.settings_dict["NAME"] = database
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.TEMPLATES[0]["DIRS"] = [Path(__file__).parent / "templates"]
    while deliver_due():
        pass
