"""Eight at once, again and again: Admins of one workspace who end each other and themselves in every way there is, and one act done by
eight. Nobody may be left without an Admin, nothing may be done twice, and nothing may fail but by a refusal; `guestlist check` in the end.
Once on PostgreSQL, once on SQLite.

    python -m bench.races [trials, 1000]
"""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count, cycle, islice
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from bench.figures import report
from bench.ground import FOLDER, PASSWORD
from guestlist.access.roles import ADMIN, GUEST
from guestlist.audit.models import Event
from guestlist.config import schema
from guestlist.invitations.commands import accept_as_new_user, close_account, erase_user, invite, resend_invitations
from guestlist.invitations.models import LINK_PURPOSE, Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import Refusal
from guestlist.kernel.links import sign_link
from guestlist.kernel.text import read_address
from guestlist.mail.models import Message
from guestlist.members.commands import (
    Place,
    admins_able_to_sign_in,
    create_role,
    deactivate,
    delete_role,
    disable_user,
    join,
    leave,
    remove,
    set_end,
    set_roles,
    set_up_workspace,
)
from guestlist.members.models import Membership, Role
from guestlist.sso.queries.invariants import broken_invariants
from guestlist.users.commands import create_user
from guestlist.users.models import User
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.queries import main_community
from tests.flows.together import together

THREADS = 8
NUMBERS = count(1)
DICE = random.Random(20)
ENDS: dict[str, Callable[[User, Membership], Callable[[], object]]] = {
    "demote": lambda by, row: partial(set_roles, actor=by.actor, membership=row, roles=["Guest"]),
    "deactivate": lambda by, row: partial(deactivate, actor=by.actor, membership=row),
    "deactivate everywhere": lambda by, row: partial(deactivate, actor=by.actor, membership=row, everywhere=True),
    "remove": lambda by, row: partial(remove, actor=by.actor, membership=row),
    "end": lambda by, row: partial(set_end, actor=by.actor, membership=row, ends_at=clock.now() + timedelta(days=1)),
    "leave": lambda by, row: partial(leave, actor=row.user.actor, membership=row),
    "close": lambda by, row: partial(close_account, user=row.user, typed=row.user.email, password=PASSWORD),
    "erase": lambda by, row: partial(erase_user, actor=OPERATOR, user=row.user),
    "disable": lambda by, row: partial(disable_user, actor=OPERATOR, user=row.user),
}


def main(trials: int = 1000) -> None:
    _race(trials)
    if "BENCH_DATABASE_URL" not in os.environ:
        again = {"BENCH_DATABASE_URL": f"sqlite:///{FOLDER}/races.sqlite3"}
        subprocess.run([sys.executable, "-m", "bench.races", str(trials)], env=os.environ | again, check=True)


def _race(trials: int) -> None:
    settings.PASSWORD_HASHERS = ["tests.hasher.QuickArgon2"]
    schema.migrate()
    kinds = cycle([_last_admin, _accept, _last_admin, _remove, _last_admin, _resend, _last_admin, _delete_role])
    refusals = violations = 0
    for kind in islice(kinds, trials):
        results, right = kind()
        refusals += sum(isinstance(each, Refusal) for each in results)
        failed = [each for each in results if isinstance(each, Exception) and not isinstance(each, Refusal)]
        if failed or not right:
            violations += 1
            print(kind.__name__, failed, file=sys.stderr)
    broken = [each.name for each in broken_invariants()]
    report(
        bench=f"races on {connection.vendor}",
        ratio=violations + len(broken),
        at_most=0,
        trials=trials,
        threads=THREADS,
        refusals=refusals,
        violations=violations,
        broken_invariants=broken,
    )


# Trials: what the eight got, and whether all is well


def _last_admin() -> tuple[list[Any], bool]:
    workspace, admins = _workspace()
    rows = list(Membership.objects.filter(workspace=workspace, roles=ADMIN).select_related("user").order_by("id"))
    by_next = zip(admins, rows[1:] + rows[:1], strict=True)
    results = together(*(DICE.choice(list(ENDS.values()))(by, row) for by, row in by_next))
    return results, admins_able_to_sign_in().filter(workspace=workspace).exists()


def _accept() -> tuple[list[Any], bool]:
    _, _, invitation = _invitation()
    token = sign_link(LINK_PURPOSE, invitation.id, "1")
    shown = open_invitation(token).shown
    accept = partial(accept_as_new_user, token=token, shown=shown, name="Jules", password=PASSWORD, language="en")
    results = together(*[accept] * THREADS)
    return results, _done(results) == 1 == Membership.objects.filter(email_key=invitation.email_key).count()


def _remove() -> tuple[list[Any], bool]:
    workspace, admins = _workspace()
    row = Membership.objects.filter(workspace=workspace).order_by("id")[1]
    results = together(*[partial(remove, actor=admins[0].actor, membership=row)] * THREADS)
    return results, _done(results) == 1 == Event.objects.filter(action="membership.removed", target_id=row.id).count()


def _resend() -> tuple[list[Any], bool]:
    workspace, admin, invitation = _invitation()
    results = together(*[partial(resend_invitations, actor=admin.actor, workspace=workspace, ids=[invitation.id])] * THREADS)
    waiting = Message.objects.filter(workspace_id=workspace.id, state="queued")
    return results, [each.id for each in waiting] == [Invitation.objects.get(id=invitation.id).message_id]


def _delete_role() -> tuple[list[Any], bool]:
    workspace, admins = _workspace()
    role = create_role(actor=admins[0].actor, community=main_community(workspace), name="Reader", permissions=["members:read"])
    set_roles(actor=admins[0].actor, membership=Membership.objects.get(user=admins[1]), roles=["Reader"])
    guest = Role.objects.get(id=GUEST)
    results = together(*[partial(delete_role, actor=admins[0].actor, role=role, move_to=guest)] * THREADS)
    return results, _done(results) == 1 and list(Membership.objects.get(user=admins[1]).roles.all()) == [guest]


def _done(results: list[Any]) -> int:
    return sum(not isinstance(each, Exception) for each in results)


# What a trial begins with


def _workspace() -> tuple[Workspace, list[User]]:
    """A new one with eight Admins of its main community."""
    number = next(NUMBERS)
    addresses = [read_address(f"admin-{number}-{place}@northwind.example") for place in range(THREADS)]
    hashed = make_password(PASSWORD)
    with transaction.atomic():
        users = [
            create_user(actor=OPERATOR, address=each, name="Admin", password_hash=hashed, language="en") for each in addresses
        ]
        workspace, _ = set_up_workspace(name=f"W {number}", address=addresses[0], admin_name="Admin", password=PASSWORD)
        main = main_community(workspace)
        others = list(zip(users, addresses, strict=True))[1:]
        seats = [Place(workspace.id, main.id, user.id, each.key, frozenset({ADMIN}), "added") for user, each in others]
        join(actor=OPERATOR, places=seats)
    return workspace, users


def _invitation() -> tuple[Workspace, User, Invitation]:
    workspace, admins = _workspace()
    address, grants = f"guest-{workspace.id}@birch.example", [Wanted(main_community(workspace).id, frozenset({GUEST}))]
    invite(actor=admins[0].actor, workspace=workspace, people=[Person(address)], grants=grants)
    return workspace, admins[0], Invitation.objects.get(workspace=workspace)


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
