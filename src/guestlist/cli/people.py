"""guestlist invite, guestlist why, guestlist what-if"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from rich.progress import Progress

from guestlist.cli.accounts import account_of
from guestlist.cli.terminal import Stopped, complain, say, show_table
from guestlist.invitations.commands import Invited, run_batches
from guestlist.invitations.commands import invite as invite_people
from guestlist.invitations.commands.batches import WAITING
from guestlist.invitations.models import Batch
from guestlist.invitations.queries import outcomes_of
from guestlist.invitations.queries.people import named_grants, people_in_table, split_roles
from guestlist.invitations.queries.why import explain
from guestlist.invitations.rules import Person
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.table import BadTable
from guestlist.kernel.text import split_addresses
from guestlist.members.models import Membership
from guestlist.members.queries import fetch_workspace, foresee_roles, pick_roles, usable_roles
from guestlist.web.people.why import community_called, lines
from guestlist.workspaces.models import Workspace

FAILED = ("refused", "invalid")
SHOWN = 50
PAGE = 1000


def invite(args: argparse.Namespace) -> int:
    workspace = fetch_workspace(OPERATOR, args.workspace)
    grants = named_grants(OPERATOR, workspace, [_grant(each) for each in args.grant])
    people = _from_table(workspace, args.csv) if args.csv else _from_words(args.emails)
    done = invite_people(actor=OPERATOR, workspace=workspace, people=people, grants=grants, dry_run=args.dry_run)
    outcomes = _finished(done)
    if args.json:
        say(json.dumps({"batch": str(done.batch.id) if done.batch else None, "counts": _counts(outcomes), "outcomes": outcomes}))
    else:
        _show(outcomes, dry_run=args.dry_run)
    return 1 if any(each["outcome"] in FAILED for each in outcomes) else 0


def why(args: argparse.Namespace) -> int:
    """0 for a yes, 1 for a no."""
    workspace = fetch_workspace(OPERATOR, args.workspace)
    user, community = account_of(args.email), community_called(OPERATOR, workspace, args.community)
    answer = explain(OPERATOR, workspace, user, args.permission, community)
    for line in lines(answer, answer.permission):
        say(line)
    return 0 if answer.allowed else 1


def what_if(args: argparse.Namespace) -> int:
    """What other roles would give and take; changes nothing."""
    workspace = fetch_workspace(OPERATOR, args.workspace)
    user, community = account_of(args.email), community_called(OPERATOR, workspace, args.community)
    row = Membership.objects.filter(user=user, community=community).select_related("user", "community").first()
    if row is None:
        raise Stopped(f"{user.email} is no member of {community.name} itself.")
    roles = pick_roles(split_roles(args.roles), usable_roles([community])[community.id])
    held, wanted = (", ".join(each.name for each in some) for some in (row.roles.order_by("created_at", "id"), roles))
    found = foresee_roles(OPERATOR, workspace, row, roles)
    say(f"{user.name or user.email} in {community.name}: {held} → {wanted}")
    say(f"gains: {', '.join(sorted(found.gained)) or 'nothing'}")
    say(f"loses: {', '.join(sorted(found.lost)) or 'nothing'}")
    return 0


def _grant(text: str) -> tuple[str, list[str]]:
    community, equals, roles = text.partition("=")
    if not equals:
        raise Stopped(f"--grant {text}: write it as COMMUNITY=ROLE,ROLE.", 2)
    return community.strip(), split_roles(roles)


def _from_words(words: Iterable[str]) -> list[Person]:
    return [Person(each.address, each.name) for word in words for each in split_addresses(word)]


def _from_table(workspace: Workspace, path: str) -> list[Person]:
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return people_in_table(OPERATOR, workspace, content)
    except (BadTable, OSError) as bad:
        raise Stopped(f"{path}: {bad}", 2) from bad


def _finished(done: Invited) -> list[dict[str, object]]:
    """The outcomes; a long list is done here and now, or watched where a worker has taken it up already."""
    if done.batch is None or done.outcomes:
        return [each.plain for each in done.outcomes]
    _work_off(done.batch)
    if done.batch.state != Batch.State.DONE:
        raise Stopped(f"{done.batch.done} of {done.batch.total} are done; the batch was {done.batch.state}.")
    outcomes: list[dict[str, object]] = []
    after: int | None = 0
    while after is not None:
        page, after = outcomes_of(done.batch, after=after, limit=PAGE)
        outcomes += page
    return outcomes


def _work_off(batch: Batch) -> None:
    with Progress(transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Inviting", total=batch.total)

        def show() -> bool:
            batch.refresh_from_db()
            progress.update(task, completed=batch.done)
            return batch.state not in WAITING

        try:
            while not show():
                if not run_batches(stop=show):
                    time.sleep(0.2)
        except KeyboardInterrupt as interrupted:
            raise Stopped(
                f"Interrupted. {batch.done} of {batch.total} are done; the worker goes on with the others.", 130
            ) from interrupted


def _show(outcomes: list[dict[str, object]], *, dry_run: bool) -> None:
    failed = [each for each in outcomes if each["outcome"] in FAILED]
    shown = outcomes if len(outcomes) <= SHOWN else failed
    show_table(
        ("Email", "Outcome", "Reason"), [(str(each["email"]), str(each["outcome"]), str(each["reason"] or "")) for each in shown]
    )
    counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(_counts(outcomes).items()))
    complain(f"{counts}. {'Nothing was changed.' if dry_run else ''}".strip())


def _counts(outcomes: Iterable[dict[str, object]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in outcomes:
        counts[str(each["outcome"])] = counts.get(str(each["outcome"]), 0) + 1
    return counts
