"""The mails about signing in with a directory, as drafts for the outbox."""

from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format

from guestlist.audit.commands import Change
from guestlist.kernel.actors import Actor
from guestlist.kernel.text import spoken
from guestlist.mail.commands import Draft
from guestlist.sso.models import Connection, Domain
from guestlist.users.models import User
from guestlist.workspaces.models import Workspace


def way_in_mail(connection: Connection, address: str, language: str) -> Draft:
    """Tells the holder of an address by which link they sign in. The link is no secret: who follows it meets the directory."""
    workspace = connection.workspace
    return Draft(
        workspace_id=workspace.id,
        template="sso/emails/ways_in",
        to_email=address,
        language=spoken(language, workspace.language),
        context={"workspace": workspace.name, "connection": connection.name, "path": f"/sso/{connection.id}"},
    )


def record_missing_mail(domain: Domain, to: User, ends_at: datetime) -> Draft:
    """Tells an Admin that the DNS record of a domain is gone, and when the domain is believed no more."""
    workspace, language = domain.workspace, to.language or "en"
    with translation.override(language):
        day = date_format(ends_at, "j F Y")
    path = f"/w/{workspace.slug}/settings/domains/{domain.id}"
    return Draft(
        workspace_id=workspace.id,
        template="sso/emails/record_missing",
        to_email=to.email,
        to_name=to.name,
        language=language,
        context={"workspace": workspace.name, "domain": domain.name, "day": day, "path": path},
    )


def trust_changed_mail(workspace: Workspace, to: User, actor: Actor, change: Change) -> Draft:
    """Tells an Admin what somebody else changed; sso/emails/_trust_change.txt has a sentence for each action."""
    told = (change.before or {}) | (change.after or {})
    return Draft(
        workspace_id=workspace.id,
        template="sso/emails/trust_changed",
        to_email=to.email,
        to_name=to.name,
        language=to.language or "en",
        context={
            "workspace": workspace.name,
            "change": change.action,
            "name": told.get("name", ""),
            "by": actor.name,
            "path": f"/w/{workspace.slug}/settings/security",
        },
    )
