"""What would become of somebody, without it happening."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guestlist.audit.commands import Change, record
from guestlist.invitations.commands import awaited
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.sso.commands.configure import locked, trusted
from guestlist.sso.models import Connection
from guestlist.sso.queries import fetch_connection, find_user, gather_facts
from guestlist.sso.rules import Claims, Facts, Verdict, judge, read_claims
from guestlist.users.models import User


@dataclass(frozen=True)
class Foreseen:
    """What the claims say in our words, and what they come to. Somebody whose account never belonged to the workspace shows as
    nobody yet (`create`, not `link`): a preview tells nobody who has an account (rule 7)."""

    claims: Claims
    verdict: Verdict


def preview_claims(*, actor: Actor, connection: Connection, raw: Mapping[str, Any]) -> Foreseen:
    """For claims pasted by an admin, by the connection as it is saved. Changes nothing. Raises NotAllowed without
    `connections:write` in main, NotFound."""
    row = fetch_connection(actor, connection.workspace, connection.id)
    return _foresee(row, read_claims(raw, row.group_claim))


def try_sign_in(*, actor: Actor, connection: Connection, claims: Claims) -> Foreseen:
    """A test: somebody came back from the directory as `connection` describes it. Nothing is made of them; the connection counts as
    tested from now on, unless it trusts another by now. Raises NotAllowed, NotFound."""
    with locked(actor, connection) as row:
        if trusted(row) == trusted(connection):
            row.tested_at = clock.now()
            row.save(update_fields=["tested_at"])
            record(actor=actor, changes=[Change("connection.tested", row.id, row.workspace_id, after={"name": row.name})])
        return _foresee(row, claims)


def _foresee(connection: Connection, claims: Claims) -> Foreseen:
    user, identity = find_user(connection, claims)
    facts = _facts(connection, claims, user, identity)
    if user and not identity and not facts.member and not facts.was_member:
        facts = _facts(connection, claims, None, identity)
    return Foreseen(claims, judge(facts) if claims.subject else Verdict("refused", "no_subject"))


def _facts(connection: Connection, claims: Claims, user: User | None, identity: bool) -> Facts:
    invitation = awaited(connection.workspace, claims.email_key, user)
    return gather_facts(connection, claims, user, identity=identity, awaited=invitation is not None)
