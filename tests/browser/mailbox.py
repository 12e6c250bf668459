"""The mails that arrived at the mail server, and the link in them."""

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path

from guestlist.mail.commands import deliver_due

LINK = re.compile(r"https?://\S+/(?:join|password|address)/\S+")


class Mailbox:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def to(self, address: str) -> list[EmailMessage]:
        """What `address` has received, oldest first, once everything that waits has been sent."""
        deliver()
        files = sorted(self.folder.glob("*.eml"))
        mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
        return [mail for mail in mails if address in mail["To"]]

    def link_to(self, address: str) -> str:
        """The one link of the newest mail to `address`."""
        return link_in(self.to(address)[-1])


def deliver() -> None:
    while deliver_due():
        pass


def link_in(mail: EmailMessage) -> str:
    (link,) = set(LINK.findall(text_of(mail)))
    return link


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()
