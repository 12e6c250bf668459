"""How fast the outbox drains, beside a bare smtplib loop that sends the very same bytes over one connection to the same sink.

    python -m bench.drain [mails, 10000] [rounds, 3]

The outbox renders each mail and commits its result; the loop does neither. The sink is aiosmtpd in a process of its own and keeps
what it gets; in each round the loop sends exactly what the outbox sent, which is compared in the end.
"""

import logging
import multiprocessing
import smtplib
import sys
import time
import uuid
from multiprocessing.connection import Connection
from statistics import median

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import connection

from bench.figures import report
from bench.ground import SENDER, durability
from bench.web import free_port
from guestlist.config import schema
from guestlist.invitations.emails import invitation_mail, invitation_words
from guestlist.invitations.models import Invitation
from guestlist.kernel.actors import Actor
from guestlist.mail.commands import Draft, deliver_due, queue_messages
from guestlist.mail.models import Message
from guestlist.workspaces.models import Workspace

Mails = list[tuple[str, bytes]]
PLACES = [
    {"community": "Birch", "roles": ["Analyst"]},
    {"community": "Cedar", "roles": ["Guest", "Report reader"]},
]


def main(size: int = 10_000, rounds: int = 3) -> None:
    ours, theirs = multiprocessing.Pipe()
    multiprocessing.get_context("fork").Process(target=_sink, args=(theirs,), daemon=True).start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", ours.recv()
    schema.migrate()
    outbox, loop = (median(times) for times in zip(*[_round(ours, size) for _ in range(rounds)], strict=True))
    report(
        bench="drain",
        ratio=round(loop / outbox, 2),
        at_least=0.5,
        aim=0.7,
        outbox_per_s=round(size / outbox),
        loop_per_s=round(size / loop),
        mails=size,
        rounds=rounds,
        **durability(),
    )


def _round(sink: Connection, size: int) -> tuple[float, float]:
    """Seconds of the outbox, seconds of the loop."""
    Message.objects.all().delete()
    queue_messages([_draft(number) for number in range(size)])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE message")
    start = time.perf_counter()
    while deliver_due():
        pass
    outbox = time.perf_counter() - start
    assert Message.objects.filter(state="sent", link_ends_at__isnull=False).count() == size
    sent = _taken(sink)
    assert len(sent) == size, f"the sink has {len(sent)} mails"
    start = time.perf_counter()
    _loop(sent)
    loop = time.perf_counter() - start
    assert _taken(sink) == sent, "the loop did not send the same bytes"
    return outbox, loop


NOTE = "Welcome, Jules! You will work with Mia on the Birch alerts."


def _draft(number: int) -> Draft:
    invitation = Invitation(
        id=uuid.uuid4(),
        email=f"jules.moreau-{number}@birch.example",
        name="Jules Moreau",
        language="en",
        lifetime=86_400,
    )
    olga = Actor("user", uuid.uuid4(), "Olga Lindqvist")
    workspace = Workspace(name="Northwind Security")
    words = invitation_words(workspace=workspace, inviter=olga, places=PLACES, note=NOTE, has_account=False)
    return invitation_mail(invitation=invitation, words=words)


def _loop(mails: Mails) -> None:
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as server:
        for recipient, content in mails:
            server.sendmail(SENDER, [recipient], content)


def _taken(sink: Connection) -> Mails:
    """What the sink got since it was last asked: recipient and content."""
    sink.send("taken?")
    return sink.recv()


class _Keeper:
    """A mail server that says yes to everything and keeps it."""

    def __init__(self) -> None:
        self.mails: Mails = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append((envelope.rcpt_tos[0], bytes(envelope.original_content or b"")))
        return "250 2.0.0 Taken"


def _sink(asked: Connection) -> None:
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    keeper = _Keeper()
    controller = Controller(keeper, hostname="127.0.0.1", port=free_port())
    controller.start()
    asked.send(controller.port)
    while asked.recv():
        asked.send(keeper.mails)
        keeper.mails = []


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
