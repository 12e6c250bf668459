"""Turn planned entries into rows: invitations, grants, messages, memberships, history. In sets, never one by one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any

from guestlist.audit.commands import Change, record
from guestlist.invitations.commands.facts import Facts, gather
from guestlist.invitations.emails import Places, added_mail, invitation_mail, invitation_words, places_of
from guestlist.invitations.models import UNSENT_LIFETIME, Batch, Grant, Invitation, as_ids, giver_fields
from guestlist.invitations.rules import Entry, Outcome, Plan, Wanted, plan
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.ids import new_id
from guestlist.kernel.rows import insert_rows, like
from guestlist.kernel.text import Address, spoken
from guestlist.mail.commands import Draft, queue_messages
from guestlist.members.commands import Place, add_roles, join
from guestlist.members.models import Membership
from guestlist.users.models import User
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.queries import treatment_of_existing_users

UNDELIVERED = ("failed", "bounced")


def foresee(actor: Actor, workspace: Workspace, entries: Sequence[Entry], required: Sequence[Wanted]) -> list[Outcome]:
    """What `settle` would answer, changing nothing, and showing no account the actor does not know of."""
    facts = gather(actor, workspace, entries, required, discreet=True)
    outcomes = [_plan(entry, facts) for entry in entries]
    return [Outcome(entry.email, each.outcome, each.reason) for entry, each in zip(entries, outcomes, strict=True)]


def settle(batch: Batch, entries: Sequence[Entry], required: Sequence[Wanted] = ()) -> list[Outcome]:
    """Does it, for at most a part's worth of entries; the caller holds the workspace's lock. The actor's rights are asked now.
    Raises NotAllowed, AboveCeiling where they may not give all of `required`."""
    facts = gather(batch.actor, batch.workspace, entries, required, discreet=False)
    work, later = _Work(batch, facts, clock.now()), _by_another_address(entries, facts)
    taken = [work.take(entry, Plan("joined") if place in later else _plan(entry, facts)) for place, entry in enumerate(entries)]
    work.write()
    outcomes = [each.outcome() for each in taken]
    if later:
        for place, outcome in zip(later, settle(batch, [entries[each] for each in later]), strict=True):
            outcomes[place] = outcome
    return outcomes


def _by_another_address(entries: Sequence[Entry], facts: Facts) -> list[int]:
    """The places of entries whose account stands in the list before, by another of its addresses: what they come to depends on it."""
    first: dict[uuid.UUID, str] = {}
    later = []
    for place, entry in enumerate(entries):
        key = entry.address.key if entry.address and not entry.reason else ""
        user = facts.about(key).user
        if user and first.setdefault(user, key) != key:
            later.append(place)
    return later


def _plan(entry: Entry, facts: Facts) -> Plan:
    return plan(entry, facts.about(entry.address.key if entry.address else ""), facts.authority)


@dataclass
class _Pending:
    """The outcome of one entry while its rows are being made."""

    entry: Entry
    plan: Plan
    invitation: Invitation | None = None
    gained: tuple[uuid.UUID, ...] = ()
    joined: list[Place] = field(default_factory=list)
    memberships: dict[tuple[uuid.UUID, uuid.UUID], Membership] = field(default_factory=dict)

    def outcome(self) -> Outcome:
        joined = tuple(self.memberships[each.user, each.community].id for each in self.joined)
        invitation = self.invitation.id if self.invitation else None
        return Outcome(self.entry.email, self.plan.outcome, self.plan.reason, invitation, self.gained + joined)


@dataclass
class _Work:
    """Everything one part writes, gathered first so that each table is written once."""

    batch: Batch
    facts: Facts
    at: datetime
    new: list[Invitation] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    to_mail: list[tuple[Invitation, tuple[Wanted, ...]]] = field(default_factory=list)
    added: list[_Pending] = field(default_factory=list)
    gains: list[tuple[uuid.UUID, frozenset[uuid.UUID]]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Hundreds of entries are asked for the same: what that comes to is put together once.
        self.role_ids, self.told, self.spoken = cache(as_ids), cache(_told), cache(spoken)
        self.words = cache(partial(_words, self.batch, self.facts))
        self.blank = Invitation(
            workspace_id=self.batch.workspace_id,
            note=self.batch.note,
            lifetime=self.batch.lifetime,
            lapses_at=self.at + UNSENT_LIFETIME,
            created_at=self.at,
            batch_id=self.batch.id,
        )
        self.blank_grant = Grant(made_at=self.at, **giver_fields(self.batch.actor))

    def take(self, entry: Entry, planned: Plan) -> _Pending:
        taken = _Pending(entry, planned, gained=tuple(membership for membership, _ in planned.gain))
        self.gains += [(membership, wanted.roles) for membership, wanted in planned.gain]
        if planned.invite:
            taken.invitation = self._invite(entry, planned)
        if planned.join:
            taken.joined = [self._place(entry, wanted) for wanted in planned.join]
            self.added.append(taken)
        return taken

    def write(self) -> None:
        self._write_invitations()
        self._write_memberships()
        record(actor=self.batch.actor, changes=self.changes)

    def _invite(self, entry: Entry, planned: Plan) -> Invitation:
        assert entry.address is not None
        pending = self.facts.about(entry.address.key).pending
        invitation = self.facts.invitations[pending] if pending else self._new_invitation(entry, entry.address)
        if not pending or planned.outcome == "invited" or _undelivered(invitation):
            self.to_mail.append((invitation, planned.invite))
        action = "invitation.grants_added" if pending else "invitation.created"
        for each in planned.invite:
            self.grants.append(self._grant(invitation, each))
            self.changes.append(Change(action, invitation.id, self.batch.workspace_id, each.community, after=self.told(each)))
        return invitation

    def _new_invitation(self, entry: Entry, address: Address) -> Invitation:
        row = like(
            self.blank,
            id=new_id(),
            email=address.shown,
            email_key=address.key,
            name=entry.name,
            language=self.spoken(entry.language, self.batch.language),
        )
        self.new.append(row)
        return row

    def _grant(self, invitation: Invitation, wanted: Wanted) -> Grant:
        return like(
            self.blank_grant,
            id=new_id(),
            invitation_id=invitation.id,
            community_id=wanted.community,
            role_ids=self.role_ids(wanted.roles),
        )

    def _place(self, entry: Entry, wanted: Wanted) -> Place:
        assert entry.address is not None
        user = self.facts.about(entry.address.key).user
        assert user is not None
        return Place(self.batch.workspace_id, wanted.community, user, entry.address.key, wanted.roles, Membership.Source.ADDED)

    def _write_invitations(self) -> None:
        # An ended invitation counts as none: it makes way for the new one. Only now is `expired` written.
        renewed = {row.email_key for row in self.new}
        lapsed = [row.id for row in self.facts.lapsed if row.email_key in renewed]
        Invitation.objects.filter(id__in=lapsed).update(state=Invitation.State.EXPIRED)
        messages = queue_messages(self._mail(row, wanted) for row, wanted in self.to_mail)
        for (row, _), message in zip(self.to_mail, messages, strict=True):
            row.message_id, row.lapses_at = message.id, self.at + UNSENT_LIFETIME
        insert_rows(Invitation, self.new)
        new = {row.id for row in self.new}
        Invitation.objects.bulk_update([row for row, _ in self.to_mail if row.id not in new], ["message", "lapses_at"])
        _merge_grants(self.grants, new)

    def _mail(self, row: Invitation, wanted: tuple[Wanted, ...]) -> Draft:
        has_account = self.facts.about(row.email_key).user is not None
        return invitation_mail(invitation=row, words=self.words(wanted, has_account))

    def _write_memberships(self) -> None:
        rows = join(actor=self.batch.actor, places=[place for taken in self.added for place in taken.joined])
        made = {(row.user_id, row.community_id): row for row in rows}
        for taken in self.added:
            taken.memberships = made
        held = Membership.objects.in_bulk([membership for membership, _ in self.gains])
        add_roles(actor=self.batch.actor, additions=[(held[membership], roles) for membership, roles in self.gains])
        if treatment_of_existing_users(self.batch.workspace) != "add":
            self._notify_added()

    def _notify_added(self) -> None:
        users = User.objects.in_bulk({place.user for taken in self.added for place in taken.joined})
        queue_messages(
            [
                added_mail(
                    user=users[taken.joined[0].user],
                    workspace=self.batch.workspace,
                    inviter=self.batch.actor,
                    places=_places(self.facts, taken.plan.join),
                )
                for taken in self.added
            ]
        )


def _told(wanted: Wanted) -> dict[str, Any]:
    return {"grants": [{"community": str(wanted.community), "roles": as_ids(wanted.roles)}]}


def _words(batch: Batch, facts: Facts, wanted: tuple[Wanted, ...], has_account: bool) -> dict[str, Any]:
    return invitation_words(
        workspace=batch.workspace,
        inviter=batch.actor,
        places=_places(facts, wanted),
        note=batch.note,
        has_account=has_account,
    )


def _places(facts: Facts, wanted: tuple[Wanted, ...]) -> Places:
    return places_of(((each.community, each.roles) for each in wanted), facts.communities, facts.roles)


def _undelivered(invitation: Invitation) -> bool:
    return invitation.message is None or invitation.message.state in UNDELIVERED


def _merge_grants(grants: Sequence[Grant], new: set[uuid.UUID]) -> None:
    """Adds grants; one by the same giver for the same community takes the further roles instead of a second row."""
    older = [each.invitation_id for each in grants if each.invitation_id not in new]
    rows = Grant.objects.filter(invitation__in=older, ended_at=None) if older else []
    held = {(row.invitation_id, row.community_id, row.giver_kind, row.giver_id): row for row in rows}
    widened, fresh = [], []
    for grant in grants:
        row = held.get((grant.invitation_id, grant.community_id, grant.giver_kind, grant.giver_id))
        if row is None:
            fresh.append(grant)
        else:
            row.role_ids = as_ids(row.roles | grant.roles)
            widened.append(row)
    insert_rows(Grant, fresh)
    Grant.objects.bulk_update(widened, ["role_ids"])
