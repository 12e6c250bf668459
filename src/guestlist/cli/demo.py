"""guestlist demo: everything in a temporary folder, with a mail server of its own that keeps what it is given."""

import argparse
import http.client
import importlib
import os
import secrets
import tempfile
import threading
import time
from pathlib import Path

from guestlist.cli.mail_sink import MailSink
from guestlist.cli.surroundings import need_port, set_up
from guestlist.cli.terminal import say
from guestlist.config import processes, schema
from guestlist.config.environment import VARIABLES

HOST = "127.0.0.1"


def demo(args: argparse.Namespace) -> None:
    stop = processes.stop_on_signals()
    with tempfile.TemporaryDirectory(prefix="guestlist-demo-") as name:
        folder = Path(name)
        need_port(HOST, args.port)
        with MailSink(folder / "mailbox") as sink:
            _choose_environment(folder, args.port, sink.port)
            set_up(needs_schema=False)
            schema.migrate()
            sign_ins = importlib.import_module("guestlist.cli.demo_data").build()
            schema.disconnect()
            threading.Thread(target=_announce, args=(args.port, sign_ins), daemon=True).start()
            commands = {"web": processes.web_command(HOST, args.port), "worker": processes.worker_command()}
            processes.supervise(commands, stop)


def _choose_environment(folder: Path, port: int, mail_port: int) -> None:
    """Nothing of the environment it was started in: a demo must not touch the real database or send real mail."""
    for variable in VARIABLES:
        os.environ.pop(variable.name, None)
    os.environ |= {
        "GUESTLIST_BASE_URL": f"http://localhost:{port}",
        "GUESTLIST_SECRET_KEY": secrets.token_urlsafe(50),
        "GUESTLIST_FROM_EMAIL": "Guestlist <people@guestlist.example>",
        "EMAIL_URL": f"smtp://{HOST}:{mail_port}",
        "DATABASE_URL": f"sqlite:///{folder}/guestlist.sqlite3",
        "GUESTLIST_DATA_DIR": str(folder),
        "GUESTLIST_PERMISSIONS": str(Path(__file__).with_name("demo_permissions.toml")),
        "GUESTLIST_DEMO_MAILBOX": str(folder / "mailbox"),
    }


def _announce(port: int, sign_ins: list[tuple[str, str]]) -> None:
    """Only once it answers: an address that was printed works."""
    while not _answers(port):
        time.sleep(0.1)
    url = f"http://localhost:{port}"
    say(f"URL {url}")
    for email, password in sign_ins:
        say(f"Sign-in {email} {password}")
    say(f"Mailbox {url}/demo/mailbox")


def _answers(port: int) -> bool:
    web = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        web.request("GET", "/healthz")
        return web.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()
