"""Make a connection, change it, switch it on and off, delete it. The secret goes in and never comes out."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guestlist.access.decision import may_hand_out
from guestlist.access.roles import ADMIN, built_in
from guestlist.audit.commands import Change, record
from guestlist.audit.queries import events_about
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.kernel.ids import new_id
from guestlist.kernel.refusing import found_in
from guestlist.kernel.seals import seal
from guestlist.kernel.text import clean_line
from guestlist.members.errors import AboveCeiling
from guestlist.members.queries import standing
from guestlist.sso.errors import ClientMissing, ConnectionNameTaken, NotTested, ProtocolStays
from guestlist.sso.models import Connection
from guestlist.sso.queries import check_may_connect
from guestlist.sso.rules import Oidc, Saml
from guestlist.workspaces.commands import lock_workspaces
from guestlist.workspaces.errors import NameMissing
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.queries import main_community

TRUST = ("issuer", "client_id", "sealed_secret", "sso_url", "certificates")
SPEAKER = ("issuer", "client_id", "sso_url")  # another directory, or another part of one, answers from now on
TOLD = ("name", "issuer", "client_id", "sso_url", "group_claim", "asks_second_factor")


def create_connection(
    *,
    actor: Actor,
    workspace: Workspace,
    name: str,
    provider: Oidc | Saml,
    preset: str = Connection.Preset.GENERIC,
    group_claim: str = "groups",
    asks_second_factor: bool = False,
    id: uuid.UUID | None = None,
) -> Connection:
    """A connection that is switched off, creates no users, and is to be tested. `provider` says the protocol; `preset` is one of
    Connection.Preset, for the form's words only. `asks_second_factor`: the directory does, so the workspace's door does not. `id`:
    the one in addresses that the admin took to the directory beforehand; NotFound where it is or was one. Raises NotAllowed without
    `connections:write` in main, AboveCeiling for who may not hand out Admin there, NameMissing, ConnectionNameTaken, BadIssuer,
    BadSsoUrl, ClientMissing, BadCertificate, NotFound."""
    row = Connection(id=id or new_id(), workspace=workspace, preset=preset)
    row.protocol = Connection.Protocol.OIDC if isinstance(provider, Oidc) else Connection.Protocol.SAML
    with transaction.atomic():
        lock_connections(actor, workspace)
        _check_trusting(actor, workspace)
        _fill(row, name, provider, group_claim, asks_second_factor)
        if row.protocol == Connection.Protocol.OIDC and not row.sealed_secret:
            raise ClientMissing
        # Sessions, cookies and bookmarks may still know the id of one that was deleted, in whichever workspace it was.
        if events_about([row.id]).exists():
            raise NotFound

        row.save(force_insert=True)
        _record(actor, "connection.created", row, after=_told(row) | {"protocol": row.protocol})
    return row


def change_connection(
    *,
    actor: Actor,
    connection: Connection,
    name: str | None = None,
    provider: Oidc | Saml | None = None,
    group_claim: str | None = None,
    asks_second_factor: bool | None = None,
) -> Connection:
    """What is left out stays, and so does the secret where `provider` has none. Whom to trust changed: it counts as untested again.
    A new certificate or secret leaves it on; another address or client switches it off, and another issuer makes it forget whom it
    knew: subjects are that one's own. Raises ProtocolStays and what `create_connection` raises."""
    with locked(actor, connection) as row:
        before, trust, was_on = _told(row), trusted(row), row.enabled_at is not None
        _fill(row, name, provider, group_claim, asks_second_factor)
        after = _told(row)
        changed = [each for each in TOLD if before[each] != after[each]]
        if trusted(row) != trust:
            _check_trusting(actor, row.workspace)
            row.tested_at = None
        if not set(SPEAKER).isdisjoint(changed):
            row.enabled_at = None
        if "issuer" in changed:
            row.identities.all().delete()
            row.attempts.all().delete()

        row.save()
        told = {each: after[each] for each in changed} | {"name": row.name, "trust_changed": trusted(row) != trust}
        _record(actor, "connection.changed", row, before={each: before[each] for each in changed}, after=told)
        if was_on and row.enabled_at is None:
            _record(actor, "connection.disabled", row)
    return row


def enable_connection(*, actor: Actor, connection: Connection) -> Connection:
    """From now on it signs people in. Raises NotTested, NotAllowed, AboveCeiling, NotFound."""
    with locked(actor, connection) as row:
        _check_trusting(actor, row.workspace)
        if row.tested_at is None:
            raise NotTested
        if row.enabled_at is None:
            row.enabled_at = clock.now()
            row.save(update_fields=["enabled_at"])
            _record(actor, "connection.enabled", row)
    return row


def disable_connection(*, actor: Actor, connection: Connection) -> Connection:
    """From now on it signs nobody in, whoever is on their way included. Nobody is locked out of the workspace by it: an Admin who
    counts can sign in without (rule 4). Raises NotAllowed, NotFound."""
    with locked(actor, connection) as row:
        if row.enabled_at is not None:
            row.enabled_at = None
            row.save(update_fields=["enabled_at"])
            _record(actor, "connection.disabled", row)
    return row


def delete_connection(*, actor: Actor, connection: Connection) -> None:
    """With its attempts and with whom it knew; accounts and memberships stay. Raises NotAllowed, NotFound."""
    with locked(actor, connection) as row:
        _record(actor, "connection.deleted", row, before=_told(row) | {"identities": row.identities.count()})
        row.delete()


def lock_connections(actor: Actor, workspace: Workspace) -> None:
    """Locks the workspace and asks whether the actor may. Raises NotAllowed, NotFound."""
    if not lock_workspaces([workspace.id]):
        raise NotFound
    check_may_connect(actor, workspace)


def _check_trusting(actor: Actor, workspace: Workspace) -> None:
    """A directory can speak as anybody, an Admin or one who is invited to be: who trusts one gives that away. Raises AboveCeiling."""
    main = main_community(workspace).id
    if not may_hand_out(built_in(ADMIN), standing(actor, [main])[main]):
        raise AboveCeiling(_("A directory can sign people in as Admins. Ask an Admin of the workspace to do this."))


@contextmanager
def locked(actor: Actor, connection: Connection) -> Iterator[Connection]:
    """The row as it is now that its workspace is locked. Raises NotAllowed, NotFound."""
    with transaction.atomic():
        lock_connections(actor, connection.workspace)
        yield found_in(Connection.objects.select_related("workspace").filter(id=connection.id))


def _fill(
    row: Connection, name: str | None, provider: Oidc | Saml | None, group_claim: str | None, asks_second_factor: bool | None
) -> None:
    row.name = row.name if name is None else clean_line(name, 80)
    row.group_claim = row.group_claim if group_claim is None else clean_line(group_claim, 191)
    row.asks_second_factor = row.asks_second_factor if asks_second_factor is None else asks_second_factor
    if not row.name:
        raise NameMissing
    if Connection.objects.filter(workspace=row.workspace, name__iexact=row.name).exclude(id=row.id).exists():
        raise ConnectionNameTaken
    if provider is not None:
        provider.check()
        _fill_provider(row, provider)


def _fill_provider(row: Connection, provider: Oidc | Saml) -> None:
    if isinstance(provider, Oidc) != (row.protocol == Connection.Protocol.OIDC):
        raise ProtocolStays
    if isinstance(provider, Saml):
        row.issuer, row.sso_url, row.certificates = provider.entity_id, provider.sso_url, list(provider.certificates)
        return
    row.issuer, row.client_id = provider.issuer, provider.client_id
    if provider.secret:
        row.sealed_secret = seal(provider.secret)


def trusted(row: Connection) -> list[Any]:
    """Whom it trusts, to compare."""
    return [getattr(row, each) for each in TRUST]


def _told(row: Connection) -> dict[str, Any]:
    return {each: getattr(row, each) for each in TOLD}


def _record(actor: Actor, action: str, row: Connection, before: Any = None, after: Any = None) -> None:
    told = {"name": row.name} if after is None and before is None else after
    record(actor=actor, changes=[Change(action, row.id, row.workspace_id, before=before, after=told)])
