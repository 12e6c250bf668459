"""What the operator does to an account, where it touches memberships: disable, enable, reset its second factor, erase."""

import uuid

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from guestlist.audit.commands import Change, record
from guestlist.kernel.actors import Actor
from guestlist.members.commands.admins import keeping_an_admin
from guestlist.members.models import Membership
from guestlist.users.commands import remove_factors, request_password_reset, set_disabled
from guestlist.users.models import User


def disable_user(*, actor: Actor, user: User) -> None:
    """Ends every session at its next request; memberships carry nothing until `enable_user`. Raises LastAdmin."""
    with keeping_an_admin(sorted(workspaces_of(user))):
        set_disabled(actor=actor, user_id=user.id, disabled=True)


def enable_user(*, actor: Actor, user: User) -> None:
    with transaction.atomic():
        set_disabled(actor=actor, user_id=user.id, disabled=False)


def reset_second_factor(*, actor: Actor, user: User) -> None:
    """For a holder who lost theirs: takes away authenticator app, recovery codes and passkeys, and ends every session. Whoever had
    no password is mailed a link to set one. Raises NoSecondFactor, LastAdmin."""
    with keeping_an_admin(sorted(workspaces_of(user))):
        remove_factors(actor=actor, user=user)
        if not user.has_usable_password():
            request_password_reset(user=user, actor=actor)


def end_account(*, actor: Actor, user: User) -> None:
    """Blanks the account, ends its memberships and sessions. The caller holds the locks of `workspaces_of`."""
    memberships = list(Membership.objects.filter(user=user))
    changes = [
        Change("membership.removed", row.id, row.workspace_id, row.community_id, before={"user": str(user.id)})
        for row in memberships
    ]
    record(actor=actor, changes=[*changes, Change("user.erased", user.id)])
    Membership.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user.notifications.all().delete()
    user.name, user.email = "", ""
    user.set_unusable_password()
    user.password_version += 1
    user.save()
    set_disabled(actor=actor, user_id=user.id, disabled=True)


def workspaces_of(user: User) -> set[uuid.UUID]:
    """All they belong to: in one where they are no Admin yet, somebody may be making them the only one at this moment."""
    return set(Membership.objects.filter(user=user).values_list("workspace_id", flat=True))
