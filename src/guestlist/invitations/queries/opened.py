"""What somebody who holds a link may see of the invitation. Reading changes nothing: mail scanners open links too."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from guestlist.invitations.emails import Places, places_of
from guestlist.invitations.models import LINK_PURPOSE, Grant, Invitation
from guestlist.kernel.links import read_link
from guestlist.kernel.refusing import found_in
from guestlist.members.models import Role
from guestlist.users.queries import user_by_address


@dataclass(frozen=True)
class Opened:
    """An invitation as its link shows it. `state` is also `superseded`, for a link that a newer mail replaced. `shown` stands for
    the places and roles on the page: accepting hands it back, so that nobody accepts what they did not read."""

    invitation: Invitation
    state: str
    grants: list[Grant]
    places: Places
    shown: str
    inviter: str

    @property
    def has_account(self) -> bool:
        return user_by_address(self.invitation.email_key) is not None


def open_invitation(token: str) -> Opened:
    """The invitation that a link speaks of. Raises NotFound, the same for every link that was not made here."""
    link = read_link(LINK_PURPOSE, token)
    invitation = found_in(Invitation.objects.select_related("workspace", "message").filter(id=link.subject))
    return read_invitation(invitation, link.version)


def read_invitation(invitation: Invitation, version: str) -> Opened:
    state = invitation.current_state
    replaced = invitation.state == Invitation.State.EXPIRED  # which is written only where a new invitation took its place
    superseded = replaced or (state == Invitation.State.PENDING and version != str(invitation.version))
    grants = live_grants(invitation)
    places = words_of(grants)
    givers = [each.giver_name for each in sorted(grants, key=lambda grant: grant.made_at) if each.giver_kind == "user"]
    return Opened(
        invitation, "superseded" if superseded else state, grants, places, fingerprint(grants), givers[0] if givers else ""
    )


def live_grants(invitation: Invitation) -> list[Grant]:
    rows = Grant.objects.filter(invitation=invitation, ended_at=None)
    return list(rows.select_related("community").order_by("community__kind", "community__name", "made_at", "id"))


def roles_in(grants: Iterable[Grant]) -> dict[uuid.UUID, Role]:
    return Role.objects.in_bulk({each for grant in grants for each in grant.roles})


def words_of(grants: Sequence[Grant], roles: Mapping[uuid.UUID, Role] | None = None) -> Places:
    """The places with their roles, one line per community however many gave them. Hand in `roles` to word many invitations."""
    roles = roles_in(grants) if roles is None else roles
    communities = {grant.community_id: grant.community for grant in grants}
    together = {
        place: frozenset().union(*(grant.roles for grant in grants if grant.community_id == place)) for place in communities
    }
    return places_of(together.items(), communities, roles)


def fingerprint(grants: Sequence[Grant]) -> str:
    facts = sorted([str(grant.community_id), *grant.role_ids] for grant in grants)
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
