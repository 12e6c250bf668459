"""guestlist domain list, confirm"""

import argparse

from guestlist.cli.terminal import say, show_table
from guestlist.kernel.actors import OPERATOR
from guestlist.members.queries import fetch_workspace, visible_workspaces
from guestlist.sso.commands import confirm_domain
from guestlist.sso.models import Domain


def show(args: argparse.Namespace) -> None:
    chosen = [fetch_workspace(OPERATOR, args.workspace)] if args.workspace else visible_workspaces(OPERATOR)
    rows = Domain.objects.filter(workspace__in=chosen).select_related("workspace").order_by("workspace__slug", "name")
    show_table(("Workspace", "Domain", "State"), [(row.workspace.slug, row.name, _state(row)) for row in rows])


def confirm(args: argparse.Namespace) -> None:
    workspace = fetch_workspace(OPERATOR, args.workspace)
    row = confirm_domain(actor=OPERATOR, workspace=workspace, name=args.domain)
    say(f"{row.name} is confirmed for {workspace.name}.")


def _state(row: Domain) -> str:
    if row.proved_at is None:
        return "not proved"
    if row.by_operator:
        return "confirmed by the operator"
    return f"record missing since {row.missing_since:%Y-%m-%d}" if row.missing_since else "proved"
