"""Somebody comes from a directory (design rule 16). One decision, under the workspace's lock; web hands in what the protocol proved."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from guestlist.audit.commands import Change, record
from guestlist.invitations.commands import admit_waiting, awaited, fulfil, workspaces_asking
from guestlist.invitations.models import Invitation
from guestlist.invitations.rules import Wanted
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.text import address_key, read_address
from guestlist.mail.commands import queue_messages
from guestlist.members.commands import Place, join
from guestlist.members.models import Membership
from guestlist.sso.errors import ConnectionClosed, LinkTooLate, NotYourAddress
from guestlist.sso.models import Attempt, Connection, Identity, UsedAssertion
from guestlist.sso.queries import find_user, gather_facts, holds_address
from guestlist.sso.rules import Claims, Verdict, judge
from guestlist.users.commands import create_user
from guestlist.users.emails import account_mails
from guestlist.users.models import User
from guestlist.workspaces.commands import lock_workspaces
from guestlist.workspaces.models import Workspace

LINK_WITHIN = timedelta(minutes=15)
ASSERTION_KEPT = timedelta(days=1)  # longer than any assertion is good for, with every clock's error


@dataclass(frozen=True)
class SignedIn:
    """`user` is to be signed in, unless the verdict is `refused` or `link`; then nobody is."""

    verdict: Verdict
    user: User | None


def sign_in(*, connection: Connection, claims: Claims) -> SignedIn:
    """What becomes of somebody whom the connection vouches for: signed in as the user they are; their invitation accepted; a user
    made with what the connection gives; sent to link the account of their address; or refused, which leaves an attempt for an
    admin to see. Raises ConnectionClosed; AlreadyDecided and AddressTaken where somebody else was faster."""
    with transaction.atomic():
        return _carried_out(_enter(connection, claims, None), claims)


def link_identity(*, user: User, connection: Connection, claims: Claims, since: datetime) -> SignedIn:
    """The holder of an account, who signed in to it the usual way, takes the directory's word for them as theirs too. `since`: when
    the directory gave it. Both sides are proved: the account has verified the address, and the directory is believed in its domain.
    Raises NotYourAddress, LinkTooLate, ConnectionClosed, AlreadyDecided."""
    if clock.now() - since > LINK_WITHIN:
        raise LinkTooLate
    with transaction.atomic():
        entry = _enter(connection, claims, user)
        if entry.user != user:  # by the address that the account has verified, or by a link made meanwhile
            raise NotYourAddress
        return _carried_out(entry, claims)


def use_assertion(*, connection: Connection, digest: str) -> bool:
    """Whether this is the first time that this assertion (SHA-256 of its id, in hex) is shown. One answer per assertion, also to
    many at once. Those long over are swept out."""
    UsedAssertion.objects.filter(ends_at__lte=clock.now()).delete()
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(connection=connection, digest=digest, ends_at=clock.now() + ASSERTION_KEPT)
    except IntegrityError:
        return False
    return True


@dataclass(frozen=True)
class Entry:
    """Somebody at the door, while everything is locked that they might enter."""

    connection: Connection
    locked: list[Workspace]
    user: User | None
    invitation: Invitation | None
    verdict: Verdict


def _enter(connection: Connection, claims: Claims, holder: User | None) -> Entry:
    rows = lock_workspaces(sorted({connection.workspace_id, *workspaces_asking(claims.email_key)}))
    row = Connection.objects.select_related("workspace", "default_role").filter(id=connection.id).first()
    if row is None or row.enabled_at is None:
        raise ConnectionClosed
    user, identity = find_user(row, claims)
    invitation = awaited(row.workspace, claims.email_key, user)
    if user and identity and not holds_address(user, claims):
        invitation = None  # somebody else's
    facts = gather_facts(row, claims, user, identity=identity, awaited=invitation is not None)
    return Entry(row, rows, user, invitation, judge(facts, linking=holder is not None and holder == user))


def _carried_out(entry: Entry, claims: Claims) -> SignedIn:
    if entry.verdict.outcome == "refused":
        _note_attempt(entry.connection, claims, entry.verdict.reason)
    nobody = entry.verdict.outcome in ("refused", "link")
    return SignedIn(entry.verdict, None if nobody else _let_through(entry, claims))


def _let_through(entry: Entry, claims: Claims) -> User:
    made = entry.user is None
    user = entry.user or make_user(entry.connection.actor, claims)
    if keep_identity(entry.connection, user, claims) and not made:
        names = {"connection": entry.connection.name, "workspace": entry.connection.workspace.name}
        queue_messages(account_mails(user, "users/emails/factor_changed", change="directory_linked", **names))
    if entry.verdict.outcome == "fulfil" and entry.invitation:
        fulfil(user, entry.invitation)
    if entry.verdict.outcome == "create":
        give_places(entry.connection.actor, entry.connection, user, claims, entry.verdict.places)
    if made:
        admit_waiting(user, claims.email_key, [each for each in entry.locked if each.id != entry.connection.workspace_id])
    return user


def make_user(actor: Actor, claims: Claims) -> User:
    """An account without a password, whose address the directory has proved."""
    address = read_address(claims.email.strip())
    name = claims.name or address.shown.partition("@")[0]
    return create_user(actor=actor, address=address, name=name, password_hash=make_password(None), language="")


def keep_identity(connection: Connection, user: User, claims: Claims) -> bool:
    """Whom the connection knows by this subject from now on; whether that is new."""
    _row, made = Identity.objects.update_or_create(
        connection=connection,
        subject=claims.subject,
        defaults={"email": claims.email, "last_used_at": clock.now()},
        create_defaults={"user": user, "email": claims.email},
    )
    if made:
        after = {"name": connection.name, "user": str(user.id)}
        change = Change("connection.linked", connection.id, connection.workspace_id, after=after)
        record(actor=connection.actor, changes=[change])
    return made


def give_places(actor: Actor, connection: Connection, user: User, claims: Claims, places: tuple[Wanted, ...]) -> None:
    """Memberships by the directory. The caller knows that there are none."""
    key = claims.email_key if holds_address(user, claims) else address_key(user.email)
    rows = [Place(connection.workspace_id, each.community, user.id, key, each.roles, Membership.Source.SSO) for each in places]
    join(actor=actor, places=rows)


def _note_attempt(connection: Connection, claims: Claims, reason: str) -> None:
    """One row for each person, however often they try; the history is told when there is something new to tell."""
    row = Attempt.objects.filter(connection=connection, subject=claims.subject).first()
    news = row is None or row.reason != reason or row.let_in_at is not None
    row = row or Attempt(connection=connection, subject=claims.subject, times=0)
    # By its key an attempt is found again when its person is erased.
    row.email, row.name, row.groups, row.reason = claims.email_key or claims.email, claims.name, list(claims.groups), reason
    row.times, row.last_at, row.let_in_at = row.times + 1, clock.now(), None
    row.save()
    if news:
        after = {"connection": connection.name, "email": claims.email, "reason": reason}
        change = Change("connection.refused", connection.id, connection.workspace_id, after=after)
        record(actor=connection.actor, changes=[change])
