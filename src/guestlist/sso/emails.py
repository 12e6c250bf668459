"""The mails about signing in with a directory, as drafts for the outbox."""

from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format

from guestlist.audit.commands import Change
from guestlist.kernel.actors import Actor
from guestlist.kernel.text import spoken
from guestlist.mail.commands import Draft
from guestlist.sso.models import Connection, Domain
from guestlist.users.emails import mail_to
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
    workspace = domain.workspace
    with translation.override(to.language or "en"):
        day = date_format(ends_at, "j F Y")
    path = f"/w/{workspace.slug}/settings/domains/{domain.id}"
    context = {"workspace": workspace.name, "domain": domain.name, "day": day, "path": path}
    return mail_to(to, "sso/emails/record_missing", workspace.id, context)


def trust_changed_mail(workspace: Workspace, to: User, actor: Actor, change: Change) -> Draft:
    """Tells an Admin what somebody else changed; sso/emails/_trust_change.txt has a sentence for each action."""
    told = (change.before or {}) | (change.after or {})
    context = {
        "workspace": workspace.name,
        "change": change.action,
        "name": told.get("name", ""),
        "by": actor.name,
        "path": f"/w/{workspace.slug}/settings/security",
    }
    return mail_to(to, "sso/emails/trust_changed", workspace.id, context)
