"""The holder of an account takes a directory's word for them away."""

import uuid

from django.db import transaction

from guestlist.audit.commands import Change, record
from guestlist.kernel.refusing import found_in
from guestlist.mail.commands import queue_messages
from guestlist.sso.errors import OnlyWayIn
from guestlist.sso.models import Identity
from guestlist.users.emails import account_mails
from guestlist.users.models import User


def unlink(*, user: User, identity: uuid.UUID) -> None:
    """One of the user's own; the sessions it opened end. Raises NotFound, OnlyWayIn without a password and a passkey."""
    with transaction.atomic():
        holder = User.objects.select_for_update().get(id=user.id)  # or the last passkey could go meanwhile
        row = found_in(Identity.objects.select_related("connection__workspace").filter(id=identity, user=holder))
        if not holder.can_sign_in:
            raise OnlyWayIn
        row.delete()
        opened = [each.pk for each in holder.sessions.all() if each.get_decoded().get("connection") == str(row.connection_id)]
        holder.sessions.filter(pk__in=opened).delete()
        after = {"name": row.connection.name, "user": str(holder.id)}
        change = Change("connection.unlinked", row.connection_id, row.connection.workspace_id, after=after)
        record(actor=holder.actor, changes=[change])
        names = {"connection": row.connection.name, "workspace": row.connection.workspace.name}
        queue_messages(account_mails(holder, "users/emails/factor_changed", change="directory_unlinked", **names))
