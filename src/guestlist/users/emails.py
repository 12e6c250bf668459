"""Mails about an account, to every address its holder has proved: whoever took over one mailbox cannot hide from the others."""

from allauth.account.models import EmailAddress

from guestlist.mail.commands import Draft
from guestlist.users.models import User


def factor_mails(user: User, change: str) -> list[Draft]:
    """`change` is the action of the audit event without its `user.`; users/emails/_factor_change.txt has a sentence for each."""
    rows = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "email")
    return [
        Draft(
            template="users/emails/factor_changed",
            to_email=user.email if row.primary else row.email,
            to_name=user.name,
            language=user.language or "en",
            context={"name": user.name, "change": change},
        )
        for row in rows
    ]
