"""Handing the queue over to the mail server.

A worker takes up a batch by setting the end of a lease on its rows, and gives back what it did not get to. Only who knows the
end of the lease may write a result, so two workers never settle one message; a killed worker's rows come back when the lease
ends. No transaction is open while SMTP (RFC 5321) is spoken.
"""

import logging
import smtplib
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.core.mail.backends.smtp import EmailBackend
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat, Left

from guestlist.kernel import clock
from guestlist.mail.emails import Letter, write_letter
from guestlist.mail.models import Message, State
from guestlist.mail.rules import ATTEMPTS, PATIENCE, PAUSE, REASON_LENGTH, is_permanent, readable, wait_after

log = logging.getLogger(__name__)

BATCH = 50
# The mails of a batch are begun within BEGIN of being taken up: one that is cancelled later than that is not sent. The rest of
# the lease is for the last of them: three replies in EMAIL_TIMEOUT (a minute) each, and the final one in FINAL_REPLY.
BEGIN = timedelta(seconds=1)
LEASE = timedelta(minutes=15)
FINAL_REPLY = 600  # seconds; hanging up earlier sends mails twice (RFC 5321, section 4.5.3.2.6)


def never() -> bool:
    return False


def deliver_due(*, limit: int = 1000, stop: Callable[[], bool] = never) -> int:
    """Hands up to `limit` due messages over to the mail server, on one connection; answers how many it dealt with.

    0 means that there is nothing to do now: the caller should sleep. When `stop` says so, the mail in hand is finished and the
    others are given back. Call it outside a transaction. Raises DatabaseError when the database goes away; the mail in hand
    may then be sent a second time, with the same Message-ID and link.
    """
    if not _due().exists():
        return 0
    _give_up_on_the_old()
    try:
        with _mail_server() as server:
            return _drain(server, limit, stop)
    except OSError as broken:  # every error of smtplib is one
        log.error("The mail server cannot be used, mail waits: %s", readable(broken))
        _pause(f"The mail server cannot be used: {readable(broken)}")
        return 0


def _due() -> QuerySet[Message]:
    now = clock.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Message.objects.filter(free, state=State.QUEUED, next_attempt_at__lte=now)


def _give_up_on_the_old() -> None:
    reason = Left(Concat(Value(f"Given up after {PATIENCE.days} days. "), F("reason")), REASON_LENGTH)
    now = clock.now()
    _due().filter(created_at__lt=now - PATIENCE).update(state=State.FAILED, reason=reason, at=now)


def _pause(reason: str) -> None:
    """Makes everything that is due wait, which counts as a try of none of it."""
    now = clock.now()
    with transaction.atomic(durable=True):
        # Skipping locked rows: waiting for a transaction that cancels several mails could be a deadlock.
        due = _due().select_for_update(skip_locked=True)
        Message.objects.filter(id__in=due.values("id")).update(reason=reason[:REASON_LENGTH], at=now, next_attempt_at=now + PAUSE)


class _Server:
    """A connection to the mail server. Its next envelope can be begun before there is something to put in, so that the server
    makes ready while the result of the mail before is written down."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        self.smtp = smtp
        self._begun = False

    def begin(self, sender: str) -> None:
        if not self._begun:
            self.smtp.putcmd("MAIL", f"FROM:<{sender}>")
            self._begun = True

    def open(self, sender: str) -> None:
        self.begin(sender)
        self._begun = False
        _expect(2, self.smtp.getreply())


@contextmanager
def _mail_server() -> Iterator[_Server]:
    with closing(EmailBackend()) as backend:
        backend.open()
        assert backend.connection is not None
        yield _Server(backend.connection)


def _drain(server: _Server, limit: int, stop: Callable[[], bool]) -> int:
    """Raises OSError where the connection ended before it was good for anything; one that was is simply opened anew."""
    done = 0
    try:
        with closing(_taken_up(limit, stop)) as outgoing:
            for mail, following in outgoing:
                _deliver(server, mail, following)
                done += 1
    except OSError:
        if not done:
            raise
    return done


@dataclass
class _Outgoing:
    message: Message

    @cached_property
    def letter(self) -> Letter:
        return write_letter(self.message)

    def prepare(self) -> None:
        """Writes the letter ahead of time; what goes wrong will go wrong again when its turn comes."""
        with suppress(Exception):
            _ = self.letter


def _taken_up(limit: int, stop: Callable[[], bool]) -> Generator[tuple[_Outgoing, _Outgoing | None], None, None]:
    """What is due, one after the other, each with the one that follows. What the caller did not settle is given back."""
    while limit > 0 and not stop() and (batch := deque(_lease(min(limit, BATCH)))):
        late = clock.now() + BEGIN
        try:
            while batch and clock.now() < late and not stop():
                yield batch[0], batch[1] if len(batch) > 1 else None
                batch.popleft()
                limit -= 1
        finally:
            _give_back(batch)


def _lease(count: int) -> list[_Outgoing]:
    until = clock.now() + LEASE
    with transaction.atomic(durable=True):
        batch = list(_due().select_for_update(skip_locked=True).order_by("place", "next_attempt_at")[:count])
        Message.objects.filter(id__in=[message.id for message in batch]).update(leased_until=until)
    for message in batch:
        message.leased_until = until
    return [_Outgoing(message) for message in batch]


def _give_back(batch: Sequence[_Outgoing]) -> None:
    ids = [mail.message.id for mail in batch]
    if ids:
        Message.objects.filter(id__in=ids, leased_until=batch[0].message.leased_until).update(leased_until=None)


def _deliver(server: _Server, mail: _Outgoing, following: _Outgoing | None) -> None:
    """Sends one message and writes down what came of it. Raises OSError when the connection is of no more use."""
    message = mail.message
    try:
        letter = mail.letter
    except Exception as broken:  # whatever a template does: one message must not stop the others
        log.exception("Message %s cannot be written", message.id)
        _settle(message, State.FAILED, reason=f"The mail could not be written ({type(broken).__name__}).")
        return
    server.open(letter.sender)  # a refusal here is about us: the message is given back untouched
    try:
        _hand_over(server.smtp, letter, following)
    except smtplib.SMTPResponseException as refusal:
        _refused(message, refusal, letter)
        if refusal.smtp_code == 421:  # the server hangs up (RFC 5321, section 3.8); what it said is of this message alone
            raise smtplib.SMTPServerDisconnected("421, the server hung up") from None
        _expect(2, server.smtp.rset())
    except OSError as broken:
        _try_later(message, readable(broken))
        raise
    else:
        if following:
            with suppress(OSError):  # it took this mail, whatever becomes of the next
                server.begin(letter.sender)
        _sent(message)


def _hand_over(server: smtplib.SMTP, letter: Letter, following: _Outgoing | None) -> None:
    """Recipient and content; raises SMTPResponseException for a refusal of either, another OSError for a lost connection."""
    sock = server.sock
    assert sock is not None
    sock.settimeout(server.timeout)
    _expect(2, server.docmd("RCPT", f"TO:<{letter.recipient}>"))
    _expect(3, server.docmd("DATA"))
    sock.settimeout(FINAL_REPLY)
    server.send(letter.content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    if following:
        following.prepare()  # while the server is busy
    _expect(2, server.getreply())


def _expect(kind: int, reply: tuple[int, bytes]) -> None:
    """The first digit is what counts (RFC 5321, section 4.2.1): 2 for yes, 3 for go on."""
    if reply[0] // 100 != kind:
        raise smtplib.SMTPResponseException(*reply)


def _refused(message: Message, refusal: smtplib.SMTPResponseException, letter: Letter) -> None:
    reason = readable(refusal, secret=letter.token)  # a filter that dislikes the link quotes it
    if is_permanent(refusal):
        _settle(message, State.FAILED, reason=reason)
    else:
        _try_later(message, reason)


def _try_later(message: Message, reason: str) -> None:
    tries = message.attempts + 1
    if tries < ATTEMPTS:
        message.next_attempt_at = clock.now() + wait_after(tries)
        _settle(message, State.QUEUED, reason)
    else:
        _settle(message, State.FAILED, f"Given up after {tries} attempts. {reason}"[:REASON_LENGTH])


def _sent(message: Message) -> None:
    message.sent_at = clock.now()
    if message.link_lifetime is not None:
        message.link_ends_at = message.sent_at + timedelta(seconds=message.link_lifetime)
    _settle(message, State.SENT)


# By hand, because building the query takes Django longer than running it takes the database, and this runs for every mail.
# Only who holds the lease may write. A mail that went out is `sent`, even where it was cancelled meanwhile.
FIELDS = {field.name: field for field in Message._meta.concrete_fields}
RESULT = ("state", "reason", "at", "attempts", "next_attempt_at", "sent_at", "link_ends_at")
SETTLE = f"""
    UPDATE message SET {", ".join(f"{column} = %s" for column in RESULT)}, leased_until = NULL
    WHERE id = %s AND leased_until = %s AND (state = 'queued' OR %s = 'sent')
"""


def _settle(message: Message, state: State, reason: str = "") -> None:
    message.state, message.reason, message.at, message.attempts = state.value, reason, clock.now(), message.attempts + 1
    names = (*RESULT, "id", "leased_until")
    values = [FIELDS[name].get_db_prep_save(getattr(message, name), connection) for name in names]
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, [*values, state.value])
