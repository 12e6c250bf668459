"""The mails of a workspace, as drafts for the outbox."""

from guestlist.mail.commands import Draft
from guestlist.users.emails import mail_to
from guestlist.users.models import User
from guestlist.workspaces.models import Workspace


def trial_mail(*, user: User, workspace: Workspace) -> Draft:
    """Says that mail arrives, to whoever asked for it on the setup checklist."""
    context = {"name": user.name, "workspace": workspace.name, "slug": workspace.slug}
    return mail_to(user, "workspaces/emails/trial", workspace.id, context)
