"""guestlist setup; guestlist workspace add, list, remove"""

import argparse

from django.db.models import Count, Q

from guestlist.cli.terminal import Stopped, confirm, read_password, say, show_table
from guestlist.config import schema
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.text import Address, BadAddress, read_address
from guestlist.members.commands import set_up_workspace
from guestlist.members.queries import fetch_workspace, visible_workspaces
from guestlist.users.queries import user_by_address
from guestlist.workspaces.commands import remove_workspace


def setup(args: argparse.Namespace) -> None:
    schema.migrate()
    if visible_workspaces(OPERATOR).exists():
        raise Stopped("There is a workspace already. Make another with `guestlist workspace add`.", 2)
    _open(args, slug="")


def add(args: argparse.Namespace) -> None:
    _open(args, slug=args.slug)


def show(args: argparse.Namespace) -> None:
    rows = visible_workspaces(OPERATOR).annotate(
        places=Count("communities", distinct=True),
        people=Count("memberships__user", distinct=True, filter=Q(memberships__status="active")),
    )
    show_table(("Slug", "Name", "Communities", "Users"), [(row.slug, row.name, str(row.places), str(row.people)) for row in rows])


def remove(args: argparse.Namespace) -> None:
    workspace = fetch_workspace(OPERATOR, args.workspace)
    confirm(f"Delete {workspace.name} with all its communities, memberships and invitations?", yes=args.yes)
    remove_workspace(actor=OPERATOR, workspace=workspace)
    say(f"{workspace.name} is gone. Its users keep their accounts, and the history stays.")


def _open(args: argparse.Namespace, *, slug: str) -> None:
    address = _address(args.email)
    known = user_by_address(address.key) is not None
    password = "" if known else read_password(stdin=args.password_stdin)
    workspace, user = set_up_workspace(
        name=args.workspace, slug=slug, address=address, admin_name=args.name or _name_in(address), password=password
    )
    say(f"{workspace.name} is ready as {workspace.slug}. {user.name} <{address.shown}> is its Admin.")


def _address(text: str) -> Address:
    try:
        return read_address(text)
    except BadAddress as bad:
        raise Stopped(f"{text} is not an e-mail address that can be used.") from bad


def _name_in(address: Address) -> str:
    return address.shown.partition("@")[0].replace(".", " ").replace("_", " ").title()
