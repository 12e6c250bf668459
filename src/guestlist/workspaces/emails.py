"""The mails of a workspace, as drafts for the outbox."""

from guestlist.mail.commands import Draft
from guestlist.users.models import User
from guestlist.workspaces.models import Workspace


def trial_mail(*, user: User, workspace: Workspace) -> Draft:
    """Says that mail arrives, to whoever asked for it on the setup checklist."""
    return Draft(
        workspace_id=workspace.id,
        template="workspaces/emails/trial",
        to_email=user.email,
        to_name=user.name,
        language=user.language or "en",
        context={"name": user.name, "workspace": workspace.name, "slug": workspace.slug},
        link=None,
    )
