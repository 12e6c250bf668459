"""What hangs on a community: whoever moves or deletes it has to know."""

import hashlib
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from guestlist.invitations.models import Grant, Invitation
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.workspaces.models import Ancestry, Community


@dataclass(frozen=True)
class Hanging:
    """`held`: the roles its memberships hold; `roles`: those and the ones of its invitations and keys, and its own. `live`: how many
    of the invitations can still be accepted; the others lapsed, and nobody ended them."""

    memberships: list[Membership]
    grants: list[Grant]
    keys: list[ApiKey]
    owned: list[Role]
    held: set[Role]
    roles: set[Role]
    live: int

    @property
    def needs_plan(self) -> bool:
        return bool(self.memberships or self.live or self.keys or self.owned)

    @property
    def fingerprint(self) -> str:
        """To tell whether what a page said would end is all there is."""
        ids = sorted(str(row.id) for rows in (self.memberships, self.grants, self.keys, self.owned) for row in rows)
        return hashlib.sha256(" ".join(ids).encode()).hexdigest()[:16]

    @property
    def permissions(self) -> set[str]:
        """What it takes to end all of it."""
        needed = {
            "members:remove": self.memberships,
            "members:invite": self.grants,
            "keys:write": self.keys,
            "roles:write": self.owned,
        }
        return {permission for permission, rows in needed.items() if rows}


def hanging_on(community: Community) -> Hanging:
    """For whoever has asked whether the actor may. Invitations that others hold grants of elsewhere count with their part here."""
    pending = Grant.objects.filter(community=community, ended_at=None, invitation__state=Invitation.State.PENDING)
    grants = list(pending.select_related("invitation__message"))
    keys = list(ApiKey.objects.filter(community=community, revoked_at=None))
    owned = list(Role.objects.filter(community=community))
    held = set(Role.objects.filter(id__in=MembershipRole.objects.filter(membership__community=community).values("role")))
    lists = [grant.role_ids for grant in grants] + [key.role_ids for key in keys]
    listed = {uuid.UUID(role) for roles in lists for role in roles}
    return Hanging(
        list(Membership.objects.filter(community=community)),
        grants,
        keys,
        owned,
        held,
        {*held, *owned, *Role.objects.filter(id__in=listed)},
        sum(grant.invitation.current_state == Invitation.State.PENDING for grant in grants),
    )


def roles_left_behind(community: Community, left: Collection[uuid.UUID]) -> set[Role]:
    """The custom roles of the communities `left` that are in use in `community` or below it: by a member, an invitation or a key."""
    owned = Role.objects.filter(community__in=left).in_bulk()
    if not owned:
        return set()
    below = Ancestry.objects.filter(ancestor=community).values("descendant")
    used = set(MembershipRole.objects.filter(role__in=owned, membership__community__in=below).values_list("role", flat=True))
    grants = Grant.objects.filter(community__in=below, ended_at=None, invitation__state=Invitation.State.PENDING)
    for rows in (grants, ApiKey.objects.filter(community__in=below, revoked_at=None)):
        used |= {uuid.UUID(role) for roles in rows.order_by().values_list("role_ids", flat=True).distinct() for role in roles}
    return {owned[each] for each in used if each in owned}
