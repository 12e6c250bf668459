"""What an admin does with invitations already out: resend, revoke, change their grants. One or many at once, and only the grants
in communities where the actor may invite; the rest does not show and is not touched."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from guestlist.audit.commands import record
from guestlist.invitations.commands.endings import cancel_mail, end_grants, end_without_grants, told
from guestlist.invitations.commands.facts import check_authority, mails_to, recent_invitations
from guestlist.invitations.emails import invitation_mail, invitation_words
from guestlist.invitations.errors import AlreadyDecided, NoGrants, TooManyMails
from guestlist.invitations.models import UNSENT_LIFETIME, Grant, Invitation, as_ids, giver_fields
from guestlist.invitations.queries.choices import authority_in
from guestlist.invitations.queries.opened import roles_in, words_of
from guestlist.invitations.rules import MOST_MAILS, Wanted, merge
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.mail.commands import queue_messages
from guestlist.members.errors import AboveCeiling, NotAllowed
from guestlist.members.queries import communities_where, standing, usable_roles
from guestlist.users.queries import users_by_address
from guestlist.workspaces.commands import lock_workspaces
from guestlist.workspaces.models import Community, Workspace


@dataclass(frozen=True)
class Result:
    """What became of one of the chosen invitations; `refusal` is None where it worked."""

    id: uuid.UUID
    refusal: Refusal | None = None


def resend_invitations(*, actor: Actor, workspace: Workspace, ids: Collection[uuid.UUID]) -> list[Result]:
    """A new link for each, which kills the old one, and a new mail. The resender becomes the giver of the grants they see, so each
    must be one they could give. Per invitation: NotFound, AlreadyDecided, AboveCeiling, TooManyMails."""
    with transaction.atomic():
        chosen = _lock_and_read(actor, workspace, ids)
        mails = mails_to(recent_invitations(workspace, {row.email_key for row, _ in chosen.values()}))
        results = [_flooding(each, chosen, mails) for each in _check(actor, ids, chosen)]
        good = [chosen[result.id] for result in results if result.refusal is None]
        _reissue(actor, workspace, good)
    return results


def revoke_invitations(*, actor: Actor, workspace: Workspace, ids: Collection[uuid.UUID]) -> list[Result]:
    """Ends the grants the actor sees; an invitation ends with its last one, and a mail still waiting is not sent.
    Who could not have given one may not take it away. Per invitation: NotFound, AlreadyDecided, AboveCeiling."""
    with transaction.atomic():
        chosen = _lock_and_read(actor, workspace, ids)
        results = _check(actor, ids, chosen)
        good = [chosen[result.id] for result in results if result.refusal is None]
        end_grants([grant for _, grants in good for grant in grants], "revoked")
        end_without_grants([row for row, _ in good])
        record(actor=actor, changes=[each for row, grants in good for each in told("invitation.revoked", row, grants)])
    return results


def change_grants(*, actor: Actor, workspace: Workspace, invitation: uuid.UUID, grants: Sequence[Wanted]) -> Invitation:
    """Replaces the grants the actor sees by `grants`, given by the actor. The link already sent still works; its page shows the new
    grants. Raises NotFound, AlreadyDecided, NotAllowed, AboveCeiling, NoGrants."""
    wanted = merge(grants)
    if not wanted or not all(each.roles for each in wanted):
        raise NoGrants
    with transaction.atomic():
        chosen = _lock_and_read(actor, workspace, [invitation])
        result = _check(actor, [invitation], chosen)[0]
        if result.refusal:
            raise result.refusal
        if Community.objects.filter(id__in=[each.community for each in wanted]).exclude(workspace=workspace).exists():
            raise NotAllowed  # before the rights, which the actor may have there too
        check_may_give(actor=actor, wanted=wanted)
        row, seen = chosen[invitation]

        end_grants(seen, "replaced")
        Grant.objects.bulk_create(_grant(row, each, actor) for each in wanted)
        record(actor=actor, changes=told("invitation.grants_changed", row, seen, wanted))
    return row


def _lock_and_read(
    actor: Actor, workspace: Workspace, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, tuple[Invitation, list[Grant]]]:
    """Each invitation of which the actor sees a grant, with the grants seen. Of an ended one, those it ended with."""
    lock_workspaces([workspace.id])
    places = communities_where(actor, workspace, "members:invite").values("id")
    grants = Grant.objects.filter(invitation__in=ids, invitation__workspace=workspace, community__in=places)
    grants = grants.select_related("invitation__message", "community").order_by("made_at", "id")
    seen: dict[uuid.UUID, tuple[Invitation, list[Grant]]] = {}
    for grant in grants:
        seen.setdefault(grant.invitation_id, (grant.invitation, []))[1].append(grant)
    return {key: (row, [grant for grant in rows if grant.ended_at is None]) for key, (row, rows) in seen.items()}


def _check(actor: Actor, ids: Collection[uuid.UUID], chosen: dict[uuid.UUID, tuple[Invitation, list[Grant]]]) -> list[Result]:
    communities = {grant.community_id: grant.community for _, grants in chosen.values() for grant in grants}
    usable = usable_roles(list(communities.values()))
    gives = authority_in(standing(actor, communities.keys()), usable).gives
    above = {place: {role.id for role in roles} - gives[place] for place, roles in usable.items()}
    return [Result(each, _refusal(chosen.get(each), above)) for each in dict.fromkeys(ids)]


def _refusal(found: tuple[Invitation, list[Grant]] | None, above: dict[uuid.UUID, set[uuid.UUID]]) -> Refusal | None:
    if found is None:
        return NotFound()
    row, grants = found
    if row.state != Invitation.State.PENDING or not grants:
        return AlreadyDecided()
    return AboveCeiling() if any(grant.roles & above[grant.community_id] for grant in grants) else None


def _flooding(result: Result, chosen: dict[uuid.UUID, tuple[Invitation, list[Grant]]], mails: Counter[str]) -> Result:
    if result.refusal is None and mails[chosen[result.id][0].email_key] >= MOST_MAILS:
        return Result(result.id, TooManyMails())
    return result


def check_may_give(*, actor: Actor, wanted: Sequence[Wanted]) -> None:
    """For a request that stands or falls as a whole. Raises NotAllowed, AboveCeiling."""
    communities = Community.objects.filter(id__in=[each.community for each in wanted])
    authority = authority_in(standing(actor, [each.id for each in communities]), usable_roles(list(communities)))
    check_authority(authority, wanted)


def _reissue(actor: Actor, workspace: Workspace, chosen: Sequence[tuple[Invitation, list[Grant]]]) -> None:
    rows = [row for row, _ in chosen]
    cancel_mail(rows)
    Grant.objects.filter(id__in=[grant.id for _, grants in chosen for grant in grants]).update(**giver_fields(actor))
    for row in rows:
        row.version += 1
        row.lapses_at = clock.now() + UNSENT_LIFETIME
        row.renewals, row.renewed_at = 0, None
    roles = roles_in(grant for _, grants in chosen for grant in grants)
    accounts = users_by_address([row.email_key for row in rows])
    drafts = [
        invitation_mail(
            invitation=row,
            words=invitation_words(
                workspace=workspace,
                inviter=actor,
                places=words_of(grants, roles),
                note=row.note_with(grants),
                has_account=row.email_key in accounts,
            ),
        )
        for row, grants in chosen
    ]
    for row, message in zip(rows, queue_messages(drafts), strict=True):
        row.message = message
    Invitation.objects.bulk_update(rows, ["version", "lapses_at", "message", "renewals", "renewed_at"])
    record(actor=actor, changes=[each for row, grants in chosen for each in told("invitation.resent", row, grants)])


def _grant(row: Invitation, wanted: Wanted, actor: Actor) -> Grant:
    return Grant(
        invitation=row, community_id=wanted.community, role_ids=as_ids(wanted.roles), made_at=clock.now(), **giver_fields(actor)
    )
