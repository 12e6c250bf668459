"""Mails about an account, to every address its holder has proved: whoever took over one mailbox cannot hide from the others. Mails
about a workspace go to the main address alone."""

import uuid
from typing import Any

from allauth.account.models import EmailAddress

from guestlist.mail.commands import Draft
from guestlist.users.models import User


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
