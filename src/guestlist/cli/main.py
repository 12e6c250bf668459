"""The entry point: parse, set Django up, call one function, turn refusals into one line and an exit code."""

import argparse
import importlib
import os
import sys

from django.db import DatabaseError

from guestlist.cli.parser import build_parser
from guestlist.cli.surroundings import need_variables, set_up
from guestlist.cli.terminal import Stopped, complain
from guestlist.kernel.errors import Refusal


def main() -> None:
    args = build_parser().parse_args()
    try:
        code = _run(args)
    except Refusal as refused:
        code = complain(str(refused))
    except Stopped as stopped:
        code = complain(str(stopped), stopped.code)
    except DatabaseError as broken:
        code = complain(f"The database cannot be used: {(str(broken).strip() or type(broken).__name__).splitlines()[0]}")
    except KeyboardInterrupt:
        code = complain("Interrupted.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at its end
        code = 1
    sys.exit(code)


def _run(args: argparse.Namespace) -> int:
    """Commands are imported after Django is set up, because models cannot be before; `demo` chooses its own environment first."""
    module, _, name = args.run.partition(".")
    if args.command in ("up", "web", "worker"):
        need_variables()
    if args.command != "demo":
        set_up(needs_schema=args.needs_schema)
    command = getattr(importlib.import_module(f"guestlist.cli.{module}"), name)
    return int(command(args) or 0)
