"""guestlist api-key create"""

import argparse

from guestlist.cli.terminal import say
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key
from guestlist.members.queries import fetch_community, fetch_workspace, pick_roles, usable_roles


def create(args: argparse.Namespace) -> None:
    workspace = fetch_workspace(OPERATOR, args.workspace)
    community = fetch_community(OPERATOR, workspace, args.community)
    roles = pick_roles(args.role, usable_roles([community])[community.id])
    _, secret = create_api_key(actor=OPERATOR, community=community, name=args.name, roles=roles)
    say(secret)
