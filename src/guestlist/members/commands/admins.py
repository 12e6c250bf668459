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
    """Those of `admins_with_a_way_in` that their workspace's door lets in whatever becomes of its directory."""
    return admins_with_a_way_in().filter(Q(workspace__sso_only=False) | Q(break_glass=True))


def admins_with_a_way_in() -> QuerySet[Membership]:
    """Active Admin memberships of a main community, without end date, whose account has a password or a passkey. A directory is no
    way of one's own: when it is switched off, or dead, nobody comes in by it."""
    owning = Membership.objects.filter(
        community__kind=Community.Kind.MAIN,
        roles=ADMIN,
        status=Membership.Status.ACTIVE,
        ends_at=None,
        user__disabled_at=None,
    )
    passkeys = Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.WEBAUTHN)
    no_password = Q(user__password__startswith="!") | Q(user__password="")
    return owning.filter(~no_password | Exists(passkeys))


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
    rows = Workspace.objects.filter(id__in=workspaces).order_by("name")
    names = ", ".join(each.name for each in rows)
    if any(each.sso_only for each in rows):
        return _(
            "%(workspace)s would depend on its directory. Name a break-glass Admin who has a password or a passkey first."
        ) % {"workspace": names}
    return _("This is the last Admin of %(workspace)s. Give Admin of the main community to someone else first.") % {
        "workspace": names
    }


def _owned(workspaces: list[uuid.UUID]) -> set[uuid.UUID]:
    return set(admins_able_to_sign_in().filter(workspace__in=workspaces).values_list("workspace_id", flat=True))
