"""API keys: made once, shown once, revoked for good."""

import hashlib
import secrets

from django.db import transaction

from guestlist.audit.commands import Change, record
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.refusing import found_in
from guestlist.kernel.text import clean_line
from guestlist.members.commands.change import check_may_manage
from guestlist.members.errors import NoRoles, UnknownRole
from guestlist.members.models import ApiKey, Role
from guestlist.workspaces.commands import lock_workspaces
from guestlist.workspaces.errors import NameMissing
from guestlist.workspaces.models import Community


def create_api_key(*, actor: Actor, community: Community, name: str, roles: list[Role]) -> tuple[ApiKey, str]:
    """A key that hangs on the community and holds `roles` there; returns the row and the key itself, which is kept nowhere.
    Raises NameMissing, NoRoles, NotAllowed without `keys:write`, AboveCeiling, UnknownRole."""
    secret = f"gl_{secrets.token_urlsafe(32)}"
    row = ApiKey(workspace_id=community.workspace_id, community=community, name=clean_line(name, 80))
    row.digest, row.hint = digest_of(secret), secret[:7]
    row.role_ids = sorted({str(role.id) for role in roles})
    if not row.name:
        raise NameMissing
    if not row.role_ids:
        raise NoRoles
    with transaction.atomic():
        lock_workspaces([community.workspace_id])
        check_may_manage(actor, community.id, "keys:write", roles)
        if Role.objects.filter(id__in=row.role_ids).count() < len(row.role_ids):
            raise UnknownRole  # deleted meanwhile
        row.save(force_insert=True)
        after = {"name": row.name, "roles": row.role_ids}
        record(actor=actor, changes=[Change("api_key.created", row.id, row.workspace_id, community.id, after=after)])
    return row, secret


def revoke_api_key(*, actor: Actor, key: ApiKey) -> None:
    """The key opens nothing from the next request on; who made it or what makes use of it does not matter. Raises NotFound for one
    that is revoked, NotAllowed without `keys:write`, AboveCeiling for one that holds more than the actor may hand out."""
    with transaction.atomic():
        lock_workspaces([key.workspace_id])
        row = found_in(ApiKey.objects.filter(id=key.id, revoked_at=None))
        check_may_manage(actor, row.community_id, "keys:write", Role.objects.filter(id__in=row.role_ids))

        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
        before = {"name": row.name, "roles": row.role_ids}
        record(actor=actor, changes=[Change("api_key.revoked", row.id, row.workspace_id, row.community_id, before=before)])


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
