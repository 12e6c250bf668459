"""Accept an invitation (design rules 8, 10, 11, 12): all or nothing, one winner, every grant asked again."""

from dataclasses import dataclass

from django.db import transaction

from guestlist.audit.commands import record
from guestlist.invitations.commands.endings import claim
from guestlist.invitations.commands.taking import accepted, settle_grants, still_given, tell_givers
from guestlist.invitations.commands.waiting import admit_waiting, workspaces_asking
from guestlist.invitations.errors import AccountExists, AlreadyDecided, Changed, Expired, NothingLeft, WrongAccount
from guestlist.invitations.models import Grant, Invitation
from guestlist.invitations.queries.opened import Opened, open_invitation
from guestlist.kernel.text import Address
from guestlist.users.commands import NewPasskey, create_user, hash_new_password, keep_first_passkey, no_password
from guestlist.users.errors import AddressTaken
from guestlist.users.models import User
from guestlist.users.queries import verified_addresses
from guestlist.workspaces.commands import lock_workspaces


@dataclass(frozen=True)
class Accepted:
    """`given` are the grants that became memberships, `left_out` those whose giver may no longer give them."""

    user: User
    invitation: Invitation
    given: list[Grant]
    left_out: list[Grant]


def accept_as_new_user(
    *, token: str, shown: str, name: str, password: str = "", passkey: NewPasskey | None = None, language: str
) -> Accepted:
    """Makes the account of the invited address, which the link proves, and its memberships. `shown` is what the page showed.
    It signs in with the passkey where there is one, else with the password. Raises NotFound, AlreadyDecided, Expired, AccountExists, Changed, NothingLeft, NameMissing, WeakPassword."""
    opened = _open(token, shown)
    invitation = opened.invitation
    if opened.has_account:
        raise AccountExists
    words = (invitation.email, invitation.workspace.name)
    hashed = no_password(name=name) if passkey else hash_new_password(password=password, name=name, words=words)
    address = Address(invitation.email, invitation.email_key)

    with transaction.atomic():
        locked = lock_workspaces(workspaces_asking(invitation.email_key))
        opened, good, left_out = _claim(token, shown, None)
        try:
            user_id = passkey.user_id if passkey else None
            user = create_user(actor=None, address=address, name=name, password_hash=hashed, language=language, user_id=user_id)
        except AddressTaken as taken:
            raise AccountExists from taken
        if passkey:
            keep_first_passkey(user=user, passkey=passkey)
        _settle(user, opened.invitation, good, left_out)
        admit_waiting(user, invitation.email_key, locked)
    return Accepted(user, opened.invitation, good, left_out)


def accept_as_user(*, user: User, token: str, shown: str) -> Accepted:
    """The signed-in holder of the invited address takes up the memberships with the account they have.
    Raises NotFound, AlreadyDecided, Expired, WrongAccount, Changed, NothingLeft."""
    opened = _open(token, shown)
    if opened.invitation.email_key not in verified_addresses(user.id):
        raise WrongAccount

    with transaction.atomic():
        lock_workspaces([opened.invitation.workspace_id])
        opened, good, left_out = _claim(token, shown, user)
        _settle(user, opened.invitation, good, left_out)
    return Accepted(user, opened.invitation, good, left_out)


def _open(token: str, shown: str) -> Opened:
    opened = open_invitation(token)
    if opened.state == Invitation.State.EXPIRED:
        raise Expired
    if opened.state != Invitation.State.PENDING:
        raise AlreadyDecided
    if opened.shown != shown:
        raise Changed
    return opened


def _claim(token: str, shown: str, user: User | None) -> tuple[Opened, list[Grant], list[Grant]]:
    """Read again under the lock, and won by one: the invitation, the grants to settle, and those left out."""
    opened = _open(token, shown)
    good, left_out = still_given(opened.grants, user)
    if not good:
        raise NothingLeft
    claim(opened.invitation, Invitation.State.ACCEPTED)
    return opened, good, left_out


def _settle(user: User, invitation: Invitation, good: list[Grant], left_out: list[Grant]) -> None:
    Invitation.objects.filter(id=invitation.id).update(user_id=user.id)
    settle_grants(invitation, user, good, left_out)
    record(actor=user.actor, changes=accepted(invitation, good, left_out))
    tell_givers(invitation, left_out)
