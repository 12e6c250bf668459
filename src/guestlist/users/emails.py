"""Mails about an account, to every address its holder has proved: whoever took over one mailbox cannot hide from the others. Mails
about a workspace go to the main address alone."""

import uuid
from typing import Any

from allauth.account.models import EmailAddress

from guestlist.kernel.ids import new_id
from guestlist.mail.commands import Draft, LinkDraft
from guestlist.users.models import User

ADDRESS_PURPOSE = "address"
ADDRESS_LIFETIME = 24 * 3600


def factor_mails(user: User, change: str) -> list[Draft]:
    """`change` is the action of the audit event without its `user.`; users/emails/_factor_change.txt has a sentence for each."""
    return account_mails(user, "users/emails/factor_changed", change=change)


def mail_to(user: User, template: str, workspace: uuid.UUID, context: dict[str, Any]) -> Draft:
    """About a workspace, in the user's own language."""
    language = user.language or "en"
    return Draft(template, user.email, to_name=user.name, language=language, context=context, workspace_id=workspace)


def account_mails(user: User, template: str, **context: Any) -> list[Draft]:
    rows = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "email")
    return [
        Draft(
            template=template,
            to_email=user.email if row.primary else row.email,
            to_name=user.name,
            language=user.language or "en",
            context={"name": user.name, **context},
        )
        for row in rows
    ]


def address_mail(row: EmailAddress, holder: User | None) -> Draft:
    """To an address that waits: the link that confirms it or, where it is `holder`'s already, word that somebody asked. That one has a
    link too, which is never written out: what the outbox says of the two is the same. Nobody's name stands in the first, since whoever
    asks may have chosen it to be read by strangers."""
    mail_id = new_id()
    return Draft(
        id=mail_id,
        template=f"users/emails/{'address_taken' if holder else 'address_link'}",
        to_email=row.email,
        to_name=holder.name if holder else "",
        language=(holder or row.user).language or "en",
        context={"name": holder.name} if holder else {},
        link=LinkDraft(ADDRESS_PURPOSE, row.user_id, mail_id.hex, "/address/{token}", ADDRESS_LIFETIME),
    )
