"""The mails about signing in with a directory, as drafts for the outbox."""

from guestlist.kernel.text import spoken
from guestlist.mail.commands import Draft
from guestlist.sso.models import Connection


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
