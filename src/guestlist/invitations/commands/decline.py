"""Decline an invitation, or ask for its link again: what somebody who holds the mail may do without an account."""

from datetime import timedelta

from django.db import transaction

from guestlist.audit.commands import record
from guestlist.invitations.commands.endings import cancel_mail, claim, end_grants, told
from guestlist.invitations.emails import invitation_mail, invitation_words
from guestlist.invitations.errors import AlreadyDecided, Expired, NoMoreLinks, TooSoon, WrongAddress
from guestlist.invitations.models import UNSENT_LIFETIME, Invitation
from guestlist.invitations.queries.opened import live_grants, open_invitation, words_of
from guestlist.kernel import clock
from guestlist.kernel.actors import SYSTEM
from guestlist.kernel.text import address_key
from guestlist.mail.commands import queue_messages
from guestlist.users.commands import request_password_reset
from guestlist.users.models import User
from guestlist.users.queries import user_by_address, verified_addresses
from guestlist.workspaces.commands import lock_workspaces

BETWEEN_LINKS = timedelta(minutes=10)
MOST_LINKS = 3


def decline_invitation(*, token: str, address: str = "", user: User | None = None) -> Invitation:
    """Ends the invitation. Either the invited address is typed, or the signed-in `user` holds it: a program that opens every link
    can do neither. Raises NotFound, WrongAddress, AlreadyDecided, Expired."""
    opened = open_invitation(token)
    _check_holder(opened.invitation, address, user)
    if opened.state == Invitation.State.EXPIRED:
        raise Expired
    if opened.state != Invitation.State.PENDING:
        raise AlreadyDecided

    with transaction.atomic():
        lock_workspaces([opened.invitation.workspace_id])
        claim(opened.invitation, Invitation.State.DECLINED)
        grants = live_grants(opened.invitation)
        end_grants(grants, "declined")
        record(actor=user.actor if user else SYSTEM, changes=told("invitation.declined", opened.invitation, grants))
    return opened.invitation


def ask_for_new_link(*, token: str, address: str) -> Invitation:
    """Mails a new link to the invited mailbox when the one opened has expired: at most once in 10 minutes, and 3 times.
    Raises NotFound, WrongAddress, AlreadyDecided, TooSoon, NoMoreLinks."""
    opened = open_invitation(token)
    _check_holder(opened.invitation, address, None)
    if opened.state != Invitation.State.EXPIRED:
        raise AlreadyDecided

    with transaction.atomic():
        lock_workspaces([opened.invitation.workspace_id])
        return _mail_again(opened.invitation, new_link=True)


def request_password_help(*, address: str) -> None:
    """For whoever cannot sign in. An account gets a link to choose a password; an address that is only invited gets its
    invitation's link again; any other gets nothing. The answer is the same for all, and only the mailbox knows."""
    key = address_key(address)
    user = user_by_address(key)
    if user:
        request_password_reset(user=user, address=key)
    elif key:
        for invitation in Invitation.objects.live().filter(email_key=key):
            _mail_same_link(invitation)


def _mail_same_link(invitation: Invitation) -> None:
    try:
        with transaction.atomic():
            lock_workspaces([invitation.workspace_id])
            _mail_again(invitation, new_link=False)
    except (TooSoon, NoMoreLinks, AlreadyDecided):
        return  # told to nobody: a different answer would say that the address is invited


def _check_holder(invitation: Invitation, address: str, user: User | None) -> None:
    held = verified_addresses(user.id) if user else {address_key(address)}
    if invitation.email_key not in held:
        raise WrongAddress


def _mail_again(invitation: Invitation, *, new_link: bool) -> Invitation:
    invitation = Invitation.objects.select_related("workspace", "message").get(id=invitation.id)
    now = clock.now()
    if invitation.state != Invitation.State.PENDING:
        raise AlreadyDecided
    if invitation.renewed_at and now < invitation.renewed_at + BETWEEN_LINKS:
        raise TooSoon
    if new_link and invitation.renewals >= MOST_LINKS:
        raise NoMoreLinks

    cancel_mail([invitation])
    grants = live_grants(invitation)
    invitation.renewed_at = now
    if new_link:
        invitation.version, invitation.renewals = invitation.version + 1, invitation.renewals + 1
        invitation.lapses_at = now + UNSENT_LIFETIME
    elif invitation.message and invitation.message.link_ends_at:
        # Anyone may have it mailed again: that must not make it live longer. The shorter lifetime is the mail's alone.
        invitation.lifetime = int((invitation.ends_at - now).total_seconds())
    words = invitation_words(
        workspace=invitation.workspace,
        inviter=min(grants, key=lambda grant: grant.made_at).giver,
        places=words_of(grants),
        note=invitation.note_with(grants),
        has_account=user_by_address(invitation.email_key) is not None,
    )
    invitation.message = queue_messages([invitation_mail(invitation=invitation, words=words)])[0]
    invitation.save(update_fields=["renewals", "renewed_at", "version", "lapses_at", "message"])
    record(actor=SYSTEM, changes=told("invitation.link_asked_for", invitation, grants))
    return invitation
