"""What a workspace decides for itself: name, address, policy; and its setup checklist."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from guestlist.audit.commands import Change, record
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.mail.commands import queue_messages
from guestlist.members.errors import ChangedMeanwhile, NotAllowed
from guestlist.members.queries import may_in_main
from guestlist.users.models import User
from guestlist.workspaces.commands import change_workspace, lock_workspaces
from guestlist.workspaces.emails import trial_mail
from guestlist.workspaces.errors import UnknownLanguage
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.rules import check_lifetime, check_treatment


def update_workspace(
    *,
    actor: Actor,
    workspace: Workspace,
    name: str | None = None,
    slug: str | None = None,
    language: str | None = None,
    invitation_lifetime: int | None = None,
    existing_users: str | None = None,
    shown: Mapping[str, str] | None = None,
) -> Workspace:
    """Writes what is given; None leaves as it is. `invitation_lifetime` is in seconds, 60 to 365 days; `existing_users` may only be
    stricter than the operator's, blank leaves it to them; `language` is one there are mails in, or blank. `shown` is what a page
    showed of what is given: if that is otherwise by now, somebody was quicker.
    Raises NotAllowed without `settings:write` in main, NameMissing, BadSlug, SlugTaken, BadLifetime, PolicyLoosened,
    UnknownLanguage, ChangedMeanwhile, NotFound."""
    if invitation_lifetime is not None:
        check_lifetime(invitation_lifetime)
    check_treatment(existing_users or "", settings.GUESTLIST_EXISTING_USERS)
    if language and language not in dict(settings.LANGUAGES):
        raise UnknownLanguage
    given: dict[str, Any] = {
        "name": name,
        "slug": slug,
        "language": language,
        "invitation_lifetime": invitation_lifetime,
        "existing_users": existing_users,
    }
    with transaction.atomic():
        workspace = lock_settings(actor, workspace)
        fields = {each: value for each, value in given.items() if value is not None}
        if any(str(getattr(workspace, each)) != was for each, was in (shown or {}).items() if each in fields):
            raise ChangedMeanwhile
        return change_workspace(actor=actor, workspace=workspace, **fields)


def dismiss_setup(*, actor: Actor, workspace: Workspace) -> None:
    """The checklist is no longer shown first. Raises NotAllowed without `settings:write` in main, NotFound."""
    with transaction.atomic():
        workspace = lock_settings(actor, workspace)
        workspace.setup_dismissed_at = clock.now()
        workspace.save(update_fields=["setup_dismissed_at"])
        record(actor=actor, changes=[Change("workspace.setup_dismissed", workspace.id, workspace.id)])


def send_trial_mail(*, actor: Actor, workspace: Workspace, user: User) -> None:
    """Queues a mail to `user` that says that mail arrives. Raises NotAllowed without `settings:write` in main, NotFound."""
    with transaction.atomic():
        workspace = lock_settings(actor, workspace)
        queue_messages([trial_mail(user=user, workspace=workspace)])
        record(actor=actor, changes=[Change("workspace.mail_tried", workspace.id, workspace.id)])


def lock_settings(actor: Actor, workspace: Workspace) -> Workspace:
    """The workspace as it is now that it is locked. Raises NotAllowed without `settings:write` in main, NotFound."""
    rows = lock_workspaces([workspace.id])
    if not rows:
        raise NotFound
    if not may_in_main(actor, "settings:write", rows[0]):
        raise NotAllowed
    return rows[0]
