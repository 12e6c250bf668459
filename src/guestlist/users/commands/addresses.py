"""The addresses of an account: allauth's EmailAddress rows. Where one waits to be confirmed, an EmailConfirmation holds the id of the mail
whose link would do it. Whoever calls has made sure that the holder is there (a session confirmed a moment ago)."""

from collections.abc import Collection
from uuid import UUID

from allauth.account.models import EmailAddress, EmailConfirmation
from django.db import transaction
from django.utils.crypto import salted_hmac

from guestlist.audit.commands import Change, record
from guestlist.kernel.errors import NotFound
from guestlist.kernel.links import read_link
from guestlist.kernel.refusing import refused_if_taken
from guestlist.kernel.text import BadAddress, read_address, shown_address
from guestlist.mail.commands import cancel_messages, queue_messages
from guestlist.mail.queries import link_is_live
from guestlist.users.commands.notifications import notify
from guestlist.users.commands.tries import count_try
from guestlist.users.emails import ADDRESS_PURPOSE, account_mails, address_mail
from guestlist.users.errors import (
    AddressWaits,
    AddressYours,
    InvalidAddress,
    LinkEnded,
    PrimaryAddress,
    TooManyAddresses,
    TooManyLinks,
    TooManyTries,
)
from guestlist.users.events import address_removed
from guestlist.users.models import Notification, User
from guestlist.users.queries import own_address, user_by_address
from guestlist.users.rules import limits_of_address

MOST_ADDRESSES = 10


def request_address(*, user: User, typed: str) -> EmailAddress:
    """Mails a link to an address that the holder wants on the account. It works once, for 24 hours from being sent, in a session of
    this account; asking again sends a new one and ends the old. Where another account has the address, the mail tells its holder
    instead, and nothing else differs. Raises InvalidAddress, AddressYours, TooManyAddresses, TooManyLinks."""
    try:
        key = read_address(typed.strip()).key
    except BadAddress as bad:
        raise InvalidAddress from bad
    _count_link(user, key)

    with transaction.atomic():
        _lock(user)
        row = _waiting(user, key)
        _end_links([row.id])
        mail = address_mail(row, user_by_address(key))
        EmailConfirmation.objects.create(email_address=row, key=mail.id.hex)
        queue_messages([mail])
        record(actor=user.actor, changes=[Change("user.address_requested", user.id, after={"address": key})])
    return row


def _count_link(user: User, key: str) -> None:
    """Per account, and per mailbox: whoever wants to flood one would use several accounts. Kept sealed, since it outlives the row."""
    try:
        count_try(limits_of_address(user.id.hex, salted_hmac("guestlist.address", key).hexdigest()[:32]))
    except TooManyTries as many:
        raise TooManyLinks from many


def _waiting(user: User, key: str) -> EmailAddress:
    rows = EmailAddress.objects.filter(user=user)
    row = rows.filter(email=key).first()
    if row and row.verified:
        raise AddressYours
    if row is None and rows.count() >= MOST_ADDRESSES:
        raise TooManyAddresses
    return row or EmailAddress.objects.create(user=user, email=key)


def read_address_link(*, token: str) -> EmailAddress:
    """The address that a link would confirm, with its user; changes nothing. Raises NotFound, LinkEnded."""
    link = read_link(ADDRESS_PURPOSE, token)
    waiting = EmailConfirmation.objects.select_related("email_address__user").filter(key=link.version)
    found = waiting.filter(email_address__user=link.subject, email_address__verified=False).first()
    if found is None or not link_is_live(UUID(link.version)):
        raise LinkEnded
    return found.email_address


def confirm_address(*, user: User, token: str) -> None:
    """Makes the address one of the account's, in the caller's transaction; every address is told. Call it through
    invitations.commands, which gives what waits for it. Raises NotFound for somebody else's link; LinkEnded, also where another
    account was faster."""
    holder = _lock(user)
    row = read_address_link(token=token)
    if row.user_id != user.id:
        raise NotFound
    with refused_if_taken(LinkEnded):
        EmailAddress.objects.filter(id=row.id).update(verified=True)
    _end_links([row.id])
    _tell(holder, "address_added", row.email)


def make_primary(*, user: User, address: int) -> None:
    """The address that others see, and that mails about workspaces go to. The old one stays and is told. Raises NotFound for somebody
    else's, AddressWaits."""
    with transaction.atomic():
        holder = _lock(user)
        row = own_address(user, address)
        if not row.verified:
            raise AddressWaits
        if row.primary:
            return
        EmailAddress.objects.filter(user=user, primary=True).update(primary=False)
        EmailAddress.objects.filter(id=row.id).update(primary=True)
        holder.email = shown_address(row.email)
        holder.save(update_fields=["email"])
        _tell(holder, "primary_changed", row.email)
    user.email = holder.email


def remove_address(*, user: User, address: int) -> None:
    """Nobody logs in with it any more, and links for a new password end, since one may have been mailed there. Of one that waits
    the link ends. Raises NotFound for somebody else's, PrimaryAddress."""
    with transaction.atomic():
        holder = _lock(user)
        row = own_address(user, address)
        if row.primary:
            raise PrimaryAddress
        _end_links([row.id])
        if row.verified:
            _give_up(holder, row)
        else:
            record(actor=user.actor, changes=[Change("user.address_cancelled", user.id, before={"address": row.email})])
        row.delete()


def _give_up(holder: User, row: EmailAddress) -> None:
    _tell(holder, "address_removed", row.email)
    holder.password_version += 1
    holder.save(update_fields=["password_version"])
    primary = EmailAddress.objects.get(user=holder, primary=True).email
    address_removed.send(None, user=holder, key=row.email, primary=primary)


def forget_waiting(user: User) -> None:
    """Ends the links of addresses that somebody asked for who perhaps had no right to the account, in the caller's transaction."""
    waiting = EmailAddress.objects.filter(user=user, verified=False)
    _end_links(list(waiting.values_list("id", flat=True)))
    waiting.delete()


def _lock(user: User) -> User:
    """One at a time for an account, as it is now. Who merely refers to it need not wait."""
    return User.objects.select_for_update(no_key=True).get(id=user.id)


def _end_links(addresses: Collection[int]) -> None:
    links = EmailConfirmation.objects.filter(email_address__in=addresses)
    cancel_messages([UUID(key) for key in links.values_list("key", flat=True)])
    links.delete()


def _tell(user: User, what: str, key: str) -> None:
    """The history, the notifications (which a directory's session shows: without the address) and a mail to every address."""
    record(actor=user.actor, changes=[Change(f"user.{what}", user.id, after={"address": key})])
    notify([Notification(user=user, action=f"user.{what}", actor_kind="user", actor_id=user.id)])
    queue_messages(account_mails(user, "users/emails/address_changed", change=what, address=shown_address(key)))
