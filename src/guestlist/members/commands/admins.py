"""The last admin (design rule 4): a workspace always has someone who can put things right."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from guestlist.access.roles import ADMIN
from guestlist.members.errors import LastAdmin
from guestlist.members.models import Membership
from guestlist.workspaces.commands import lock_workspaces
from guestlist.workspaces.models import Community, Workspace


def admins_able_to_sign_in() -> QuerySet[Membership]:
    """Active Admin memberships of a main community, without end date, whose account can sign in: with a password or a passkey."""
    passkey = Exists(Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.WEBAUTHN))
    owning = Membership.objects.filter(
        community__kind=Community.Kind.MAIN,
        roles=ADMIN,
        status=Membership.Status.ACTIVE,
        ends_at=None,
        user__disabled_at=None,
    )
    return owning.filter(passkey | ~(Q(user__password__startswith="!") | Q(user__password="")))


@contextmanager
def keeping_an_admin(workspaces: list[uuid.UUID]) -> Iterator[None]:
    """Around everything that could lower the number of Admins. The lock comes first: two Admins who demote each other at the
    same moment would otherwise both count the other. Raises LastAdmin and undoes the block."""
    with transaction.atomic():
        lock_workspaces(workspaces)
        owned = _owned(workspaces)
        yield
        lost = owned - _owned(workspaces)
        if lost:
            raise LastAdmin(_last_admin_of(lost))


def _last_admin_of(workspaces: set[uuid.UUID]) -> str:
    names = ", ".join(Workspace.objects.filter(id__in=workspaces).order_by("name").values_list("name", flat=True))
    return _("This is the last Admin of %(workspace)s. Give Admin of the main community to someone else first.") % {
        "workspace": names
    }


def _owned(workspaces: list[uuid.UUID]) -> set[uuid.UUID]:
    return set(admins_able_to_sign_in().filter(workspace__in=workspaces).values_list("workspace_id", flat=True))
