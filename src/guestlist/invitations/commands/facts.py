"""What the plan of a batch needs to know, read in a constant number of statements however long the list."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from guestlist.invitations.models import Grant, Invitation
from guestlist.invitations.queries.choices import authority_in
from guestlist.invitations.rules import Authority, Belonging, Entry, Known, Wanted
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.rows import listed
from guestlist.kernel.text import address_key
from guestlist.members.errors import AboveCeiling, NotAllowed
from guestlist.members.models import Departure, Membership, MembershipRole, Role
from guestlist.members.queries import communities_where, standing, usable_roles
from guestlist.users.queries import addresses_held_by, users_by_address
from guestlist.workspaces.models import Community, Workspace
from guestlist.workspaces.queries import treatment_of_existing_users

DAY = timedelta(days=1)
STRANGER = Known()


@dataclass(frozen=True)
class Facts:
    """`known` has the addresses of which anything is known."""

    authority: Authority
    known: Mapping[str, Known]
    invitations: Mapping[uuid.UUID, Invitation]
    lapsed: Sequence[Invitation]
    communities: Mapping[uuid.UUID, Community]
    roles: Mapping[uuid.UUID, Role]

    def about(self, email_key: str) -> Known:
        return self.known.get(email_key, STRANGER)


def gather(actor: Actor, workspace: Workspace, entries: Sequence[Entry], required: Sequence[Wanted], *, discreet: bool) -> Facts:
    """`discreet`: for a preview, which shows an account only where the actor sees that person in this workspace already. Raises
    NotAllowed, AboveCeiling where the actor may not give all of `required`."""
    asked = {each.community for wanted in (required, *(entry.wanted for entry in entries)) for each in wanted}
    communities = Community.objects.filter(workspace=workspace).in_bulk(asked)
    usable = usable_roles(list(communities.values()))
    authority = authority_in(standing(actor, communities.keys()), usable)
    check_authority(authority, required)
    keys = {entry.address.key for entry in entries if entry.address and not entry.reason}
    accounts = users_by_address(keys)
    belongings = belongings_of(accounts.values(), workspace)
    if discreet:
        seen = _seen(actor, workspace, accounts.values())
        accounts = {key: user for key, user in accounts.items() if key in seen}
    recent = recent_invitations(workspace, keys)
    pending = _pending(actor, workspace, recent)
    shy = to_be_asked(workspace, accounts)
    mails = mails_to(recent)
    known = {
        key: Known(
            accounts.get(key),
            key in shy,
            mails[key],
            belongings.get(accounts[key], {}) if key in accounts else {},
            pending[key][0].id if key in pending else None,
            key in pending and pending[key][1],
        )
        for key in accounts.keys() | mails.keys()
    }
    return Facts(
        authority,
        known,
        {row.id: row for row, _ in pending.values()},
        [row for row in recent if row.state == Invitation.State.PENDING and row.current_state == Invitation.State.EXPIRED],
        communities,
        {role.id: role for roles in usable.values() for role in roles},
    )


def check_authority(authority: Authority, wanted: Sequence[Wanted]) -> None:
    """For a request that stands or falls as a whole. Raises NotAllowed, AboveCeiling."""
    refused = authority.refuses(wanted)
    if refused:
        raise NotAllowed if refused == NotAllowed.code else AboveCeiling


def belongings_of(users: Collection[uuid.UUID], workspace: Workspace) -> dict[uuid.UUID, dict[uuid.UUID, Belonging]]:
    """User to community to membership, with its roles, in this workspace."""
    if not users:
        return {}
    rows = Membership.objects.filter(workspace=workspace, user__in=users)
    roles: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for membership, role in MembershipRole.objects.filter(membership__in=rows).values_list("membership_id", "role_id"):
        roles[membership].add(role)
    found: dict[uuid.UUID, dict[uuid.UUID, Belonging]] = defaultdict(dict)
    for row in rows:
        active = row.state == Membership.Status.ACTIVE
        found[row.user_id][row.community_id] = Belonging(row.id, frozenset(roles[row.id]), active, row.everywhere)
    return found


def _seen(actor: Actor, workspace: Workspace, users: Collection[uuid.UUID]) -> set[str]:
    """The addresses by which the actor knows those of `users` who are in their sight. That another one is theirs, too, is not told."""
    places = communities_where(actor, workspace, "members:read")
    rows = Membership.objects.filter(user__in=users, community__in=places).values_list("email_key", "user__email")
    return {key for known, shown in rows for key in (known, address_key(shown))}


def recent_invitations(workspace: Workspace, keys: Collection[str]) -> list[Invitation]:
    """The pending invitations of these addresses, and those made within a day."""
    found = Invitation.objects.filter(workspace=workspace, email_key__in=listed(keys)).select_related("message")
    ended = found.filter(~Q(state=Invitation.State.PENDING), created_at__gt=clock.now() - DAY)
    return list(found.filter(state=Invitation.State.PENDING).union(ended, all=True))


def mails_to(recent: Collection[Invitation]) -> Counter[str]:
    """How many links each address was sent: each version of an invitation was one."""
    mails: Counter[str] = Counter()
    for row in recent:
        mails[row.email_key] += row.version
    return mails


def _pending(actor: Actor, workspace: Workspace, recent: Collection[Invitation]) -> dict[str, tuple[Invitation, bool]]:
    """The live invitation of each address, and whether the actor may see any of its grants."""
    live = [row for row in recent if row.current_state == Invitation.State.PENDING]
    if not live:
        return {}
    places = communities_where(actor, workspace, "members:invite")
    visible = Grant.objects.filter(invitation__in=live, ended_at=None, community__in=places)
    seen = set(visible.values_list("invitation_id", flat=True))
    return {row.email_key: (row, row.id in seen) for row in live}


def to_be_asked(workspace: Workspace, accounts: Mapping[str, uuid.UUID]) -> set[str]:
    """The addresses of accounts that are asked instead of added: all under the policy `ask`, else who left or declined before."""
    if not accounts or treatment_of_existing_users(workspace) == "ask":
        return set(accounts)
    left = set(Departure.objects.filter(workspace=workspace, user__in=accounts.values()).values_list("user_id", flat=True))
    theirs = addresses_held_by(accounts.values())
    declined = Invitation.objects.filter(workspace=workspace, email_key__in=theirs.keys(), state=Invitation.State.DECLINED)
    left |= {theirs[key] for key in declined.values_list("email_key", flat=True)}
    return {key for key, user in accounts.items() if user in left}
