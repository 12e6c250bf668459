"""guestlist up, web, worker, migrate"""

import argparse
import os

from guestlist.cli.surroundings import need_port
from guestlist.cli.terminal import complain, say
from guestlist.config import processes, schema
from guestlist.config import worker as worker_loop


def up(args: argparse.Namespace) -> None:
    need_port(args.host, args.port)
    schema.migrate()
    say(f"Guestlist starts on {args.host}, port {args.port}.")
    commands = {"web": processes.web_command(args.host, args.port), "worker": processes.worker_command()}
    processes.supervise(commands, processes.stop_on_signals())


def web(args: argparse.Namespace) -> None:
    need_port(args.host, args.port)
    if schema.on_sqlite():
        complain("SQLite serves one machine only. For several, set DATABASE_URL to a PostgreSQL database.")
    command = processes.web_command(args.host, args.port)
    os.execv(command[0], command)


def worker(args: argparse.Namespace) -> None:
    worker_loop.run(processes.stop_on_signals())


def migrate(args: argparse.Namespace) -> None:
    schema.migrate()
    say("The tables are up to date.")
