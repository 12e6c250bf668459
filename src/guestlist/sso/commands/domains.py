"""Claim a domain of addresses, prove it by a DNS record, keep proving it, let it go (design rule 16)."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from guestlist.audit.commands import Change, record
from guestlist.kernel import clock
from guestlist.kernel.actors import SYSTEM, Actor
from guestlist.kernel.errors import NotFound
from guestlist.kernel.refusing import found_in, refused_if_taken
from guestlist.mail.commands import queue_messages
from guestlist.members.commands import admins_with_a_way_in
from guestlist.members.errors import NotAllowed
from guestlist.sso.commands.proof import holds_proof
from guestlist.sso.emails import record_missing_mail
from guestlist.sso.errors import DomainClaimed, DomainTaken, ProofMissing
from guestlist.sso.models import Domain
from guestlist.sso.queries import check_may_connect
from guestlist.sso.rules import domain_name
from guestlist.workspaces.models import Workspace

EVERY = timedelta(days=1)
GRACE = timedelta(days=7)
MOST_TOLD = 20


def claim_domain(*, actor: Actor, workspace: Workspace, name: str) -> Domain:
    """A domain that is believed once its record is in the DNS. Says nothing about whether another workspace has it.
    Raises NotAllowed without `connections:write` in main, BadDomain, PublicDomain, DomainClaimed."""
    check_may_connect(actor, workspace)
    row = Domain(workspace=workspace, name=domain_name(name), token=secrets.token_urlsafe(24))

    with transaction.atomic():
        with refused_if_taken(DomainClaimed):
            row.save(force_insert=True)
        _record(actor, "claimed", row)
    return row


def check_domain(*, actor: Actor, domain: Domain) -> Domain:
    """Looks for the record now. Raises NotAllowed without `connections:write` in main, ProofMissing, DomainTaken, NotFound."""
    check_may_connect(actor, domain.workspace)
    found = domain.by_operator or holds_proof(domain.name, domain.token)
    if found is None:
        raise ProofMissing

    row = _settle(actor, domain, found)
    if not found:
        raise ProofMissing
    return row


def confirm_domain(*, actor: Actor, workspace: Workspace, name: str) -> Domain:
    """The operator's word instead of the DNS's, for good. Raises NotAllowed to anybody else, BadDomain, PublicDomain, DomainTaken."""
    if not actor.is_operator:
        raise NotAllowed
    wanted = domain_name(name)
    with transaction.atomic():
        row, _ = Domain.objects.get_or_create(workspace=workspace, name=wanted, defaults={"token": secrets.token_urlsafe(24)})
        row.by_operator, row.missing_since = True, None
        _prove(row)
        _record(actor, "proved", row, by_operator=True)
    return row


def remove_domain(*, actor: Actor, domain: Domain) -> None:
    """Its addresses are not believed from the next sign-in on. Raises NotAllowed without `connections:write` in main, NotFound."""
    check_may_connect(actor, domain.workspace)
    with transaction.atomic():
        gone, _ = Domain.objects.filter(id=domain.id).delete()
        if not gone:
            raise NotFound
        _record(actor, "removed", domain)


def prove_a_domain_again() -> int:
    """Looks once a day whether the record of a proved domain is still there, at one domain at a time. One that stays away for GRACE
    is not believed any more; a DNS that does not answer changes nothing. Answers how many it looked at."""
    due = Q(checked_at__lte=clock.now() - EVERY) | Q(checked_at=None)
    row = Domain.objects.filter(due, proved_at__isnull=False, by_operator=False).order_by("checked_at", "id").first()
    if row is None:
        return 0
    mine = Domain.objects.filter(id=row.id, checked_at=row.checked_at)  # another worker may look at the same moment
    if mine.update(checked_at=clock.now()):
        found = holds_proof(row.name, row.token)
        if found is not None:
            _settle(SYSTEM, row, found)
    return 1


def _settle(actor: Actor, domain: Domain, found: bool) -> Domain:
    """Writes down what the DNS said. Raises NotFound where the domain was removed meanwhile, DomainTaken."""
    with transaction.atomic():
        row = found_in(Domain.objects.select_for_update().filter(id=domain.id))
        row.checked_at = clock.now()
        if found:
            _found(actor, row)
        else:
            _missing(row)
        row.save()
    return row


def _found(actor: Actor, row: Domain) -> None:
    if row.missing_since and row.proved_at:
        _record(SYSTEM, "found_again", row)
    row.missing_since = None
    if row.proved_at is None:
        _prove(row)
        _record(actor, "proved", row)


def _missing(row: Domain) -> None:
    if row.proved_at is None:
        return
    if row.missing_since is None:
        row.missing_since = clock.now()
        _record(SYSTEM, "missing", row)
        admins = admins_with_a_way_in().filter(workspace=row.workspace).select_related("user").order_by("id")[:MOST_TOLD]
        queue_messages([record_missing_mail(row, each.user, row.missing_since + GRACE) for each in admins])
    elif clock.now() - row.missing_since >= GRACE:
        row.proved_at = None
        _record(SYSTEM, "unproved", row)


def _prove(row: Domain) -> None:
    row.proved_at = row.proved_at or clock.now()
    with refused_if_taken(DomainTaken):
        row.save()


def _record(actor: Actor, what: str, row: Domain, **more: Any) -> None:
    after = {"name": row.name} | more
    record(actor=actor, changes=[Change(f"domain.{what}", row.id, row.workspace_id, after=after)])
