"""What is known of whoever a directory vouches for: for the decision in rules.judging."""

import uuid

from guestlist.audit.queries import events_about, memberships_ever
from guestlist.members.models import Membership
from guestlist.members.queries import live
from guestlist.sso.models import Connection, Domain, Identity
from guestlist.sso.queries.giving import places_for, still_gives
from guestlist.sso.rules import Claims, Facts
from guestlist.users.models import User
from guestlist.users.queries import user_by_address, verified_addresses


def user_of(connection: Connection, subject: str) -> User | None:
    """Whom this connection knows by this subject, letter by letter."""
    found = Identity.objects.select_related("user").filter(connection=connection, subject=subject).first()
    return found.user if found else None


def gather_facts(connection: Connection, claims: Claims, user: User | None, *, identity: bool, awaited: bool) -> Facts:
    """`user`: the account the subject or the address leads to; `identity`: by the subject. `awaited`: a pending invitation of the
    address can still be given to it."""
    places = places_for(connection, claims.groups)
    workspace = connection.workspace_id
    return Facts(
        has_address=bool(claims.email_key),
        unverified=claims.verified is False,
        believed=is_believed(connection, claims.email_key),
        identity=identity,
        account=user is not None,
        stopped=user is not None and not user.is_active,
        member=user is not None and Membership.objects.filter(live(), workspace=workspace, user=user).exists(),
        was_member=user is not None and _was_member(workspace, user),
        awaited=awaited,
        creates=connection.creates_users,
        places=places,
        given=still_gives(connection, places),
    )


def is_believed(connection: Connection, email_key: str) -> bool:
    """Whether the address lies in a domain that the connection's workspace has proved: that domain itself, not one below it."""
    domain = email_key.rpartition("@")[2]
    return Domain.objects.filter(workspace=connection.workspace_id, name=domain, proved_at__isnull=False).exists()


def _was_member(workspace: uuid.UUID, user: User) -> bool:
    """Ever, by the history where the membership is gone: to leave or to be removed is not undone by signing in."""
    return events_about(memberships_ever([user.id])).filter(workspace_id=workspace).exists()


def find_user(connection: Connection, claims: Claims) -> tuple[User | None, bool]:
    """The account that the subject leads to, or else the one that has verified the address where that is believed; and whether it was
    by the subject."""
    known = user_of(connection, claims.subject)
    if known or not is_believed(connection, claims.email_key):
        return known, known is not None
    return user_by_address(claims.email_key), False


def holds_address(user: User, claims: Claims) -> bool:
    return claims.email_key in verified_addresses(user.id)
