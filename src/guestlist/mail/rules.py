"""When to try again, when to give up, and how a refusal reads."""

import random
import smtplib
from datetime import timedelta

from guestlist.kernel.text import clean_line

ATTEMPTS = 30  # about 24 hours of trying: see wait_after
PATIENCE = timedelta(days=7)  # for a mail server that is not there at all; an invitation never sent lives for 30 days
PAUSE = timedelta(minutes=1)  # of the whole queue, when the mail server is not there
REASON_LENGTH = 300


def wait_after(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th try failed: 1, 2, 4 … minutes, at most an hour, give or take a fifth, so that
    mails refused together do not come back together."""
    return timedelta(minutes=min(2 ** (attempts - 1), 60)) * random.uniform(0.8, 1.2)


def is_permanent(refusal: smtplib.SMTPResponseException) -> bool:
    """5xx: the same mail will be refused again (RFC 5321, section 4.2.1)."""
    return refusal.smtp_code >= 500


def readable(error: Exception, *, secret: str = "") -> str:
    """`error` in one line: the server's own words where it spoke, without the secret."""
    if not isinstance(error, smtplib.SMTPResponseException):
        return clean_line(str(error) or type(error).__name__, REASON_LENGTH)
    words = error.smtp_error
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    said = said.replace(secret, "…") if secret else said
    return clean_line(f"{error.smtp_code} {said}", REASON_LENGTH)
