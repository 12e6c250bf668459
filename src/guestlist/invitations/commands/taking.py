"""Turn the grants of an invitation into memberships, each asked again of its giver's rights now."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from guestlist.audit.commands import Change
from guestlist.invitations.commands.endings import end_grants
from guestlist.invitations.commands.facts import belongings_of
from guestlist.invitations.emails import left_out_mail
from guestlist.invitations.models import Grant, Invitation
from guestlist.invitations.queries.choices import authority_in
from guestlist.invitations.queries.opened import words_of
from guestlist.invitations.rules import Wanted, merge
from guestlist.mail.commands import queue_messages
from guestlist.members.commands import Place, add_roles, join
from guestlist.members.models import Membership
from guestlist.members.queries import standings, usable_roles
from guestlist.users.models import User
from guestlist.workspaces.models import Community


def still_given(grants: list[Grant], user: User | None) -> tuple[list[Grant], list[Grant]]:
    """The grants whose givers may give them now to `user` (None: a new one), and the others. A role or community gone meanwhile
    counts as not given, and so does a place where the user is deactivated: nobody could invite them there today."""
    communities = {grant.community_id: grant.community for grant in grants}
    usable = usable_roles(list(communities.values()))
    held = standings({grant.giver for grant in grants}, list(communities))
    authority = {giver: authority_in(reach, usable) for giver, reach in held.items()}
    closed = _closed_to(user, communities.values())
    good = [
        grant
        for grant in grants
        if grant.community_id in authority[grant.giver].invite
        and grant.roles <= authority[grant.giver].gives[grant.community_id]
        and grant.community_id not in closed
    ]
    return good, [grant for grant in grants if grant not in good]


def _closed_to(user: User | None, communities: Collection[Community]) -> set[uuid.UUID]:
    """Those of `communities`, all of one workspace, where the user is deactivated; all of them where it is everywhere."""
    if user is None:
        return set()
    workspace = next(iter(communities)).workspace
    held = belongings_of([user.id], workspace).get(user.id, {})
    everywhere = any(each.everywhere for each in held.values())
    return {each.id for each in communities if everywhere or (each.id in held and not held[each.id].active)}


def settle_grants(
    invitation: Invitation, user: User, good: list[Grant], left_out: list[Grant], source: str = Membership.Source.INVITED
) -> None:
    """Memberships for the good grants. One held already gains the roles."""
    held = belongings_of([user.id], invitation.workspace).get(user.id, {})
    wanted = merge([Wanted(grant.community_id, grant.roles) for grant in good])
    join(actor=user.actor, places=[_place(invitation, user, each, source) for each in wanted if each.community not in held])
    gains = {
        held[each.community].id: each.roles - held[each.community].roles
        for each in wanted
        if each.community in held and each.roles - held[each.community].roles
    }
    rows = Membership.objects.in_bulk(gains.keys())
    add_roles(actor=user.actor, additions=[(rows[membership], roles) for membership, roles in gains.items()])
    end_grants(good, "accepted")
    end_grants(left_out, "left_out")


def accepted(invitation: Invitation, good: list[Grant], left_out: list[Grant], **more: bool) -> list[Change]:
    """What is written down of it: one event in each community concerned, so that its history is whole."""
    changes = []
    for place in dict.fromkeys(grant.community_id for grant in [*good, *left_out]):
        after: dict[str, Any] = {
            "grants": [str(grant.id) for grant in good if grant.community_id == place],
            "left_out": [str(grant.id) for grant in left_out if grant.community_id == place],
            **more,
        }
        changes.append(Change("invitation.accepted", invitation.id, invitation.workspace_id, place, after=after))
    return changes


def _place(invitation: Invitation, user: User, wanted: Wanted, source: str) -> Place:
    return Place(invitation.workspace_id, wanted.community, user.id, invitation.email_key, wanted.roles, source)


def tell_givers(invitation: Invitation, left_out: list[Grant]) -> None:
    """A mail to each giver whose grants were left out; the guest reads it on the page."""
    by_giver = defaultdict(list)
    for grant in left_out:
        by_giver[grant.giver_id].append(grant)
    givers = User.objects.filter(id__in=[each for each in by_giver if each], disabled_at=None)
    queue_messages(
        [
            left_out_mail(
                giver=giver, workspace=invitation.workspace, guest=invitation.email, places=words_of(by_giver[giver.id])
            )
            for giver in givers
        ]
    )
