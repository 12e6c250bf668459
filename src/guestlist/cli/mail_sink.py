"""The demo's mail server: a real SMTP conversation at whose end each mail becomes a file."""

import logging
import socket
import time
from itertools import count
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSED_DOMAIN = "gone.example"
logging.getLogger("mail.log").setLevel(logging.WARNING)  # every line of every conversation otherwise


class MailSink:
    """Listens on a free port of this machine. One file `<number>.eml` per mail in `folder`, as it came over the wire (RFC 5322); the
    numbers grow with time. Mail to gone.example is refused for good, so that a demo has one that failed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = _free_port()
        self.controller = Controller(_Handler(folder), hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Self:
        self.controller.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.controller.stop(no_assert=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Handler:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]) -> str:
        if address.endswith(f"@{REFUSED_DOMAIN}"):
            return "550 5.1.1 There is no mailbox of this name here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Renamed when complete, so that the page of the mailbox never reads half a mail."""
        path = self.folder / f"{time.time_ns()}-{next(self.numbers):04}.part"
        path.write_bytes(envelope.original_content or b"")
        path.rename(path.with_suffix(".eml"))
        return "250 OK"
