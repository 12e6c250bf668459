"""A real mail server in a thread, which keeps what it takes and can be told to misbehave."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

T = TypeVar("T")

DROP = "drop"  # hang up without a word


@dataclass(frozen=True)
class Slow:
    """Wait, then go on as if nothing had happened."""

    seconds: float


YES = Slow(0)
Answer = str | Slow


@dataclass(frozen=True)
class Received:
    sender: str
    recipient: str
    raw: bytes
    message: EmailMessage

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


@dataclass
class SmtpSink:
    """`with SmtpSink() as sink:` listens on `sink.port`; `sink.messages` is what it took, in order.

    Verbs for `answer`: EHLO, MAIL, RCPT, DATA (before the text) and DOT (after it: DROP there loses the reply, not the mail).
    """

    messages: list[Received] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    waits: bool = False  # in a Slow answer
    on_mail: Callable[[], object] | None = None  # called when the text of a mail is in, before the answer
    _answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    _refusals: dict[str, str] = field(default_factory=dict)

    def answer(self, verb: str, *answers: Answer) -> None:
        """What to say to the next uses of `verb`, instead of yes."""
        self._answers[verb].extend(answers)

    def refuse(self, recipient: str, reply: str) -> None:
        self._refusals[recipient] = reply

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(self._loop.create_server(lambda: _Server(self), "127.0.0.1", self.port))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def next_answer(self, verb: str, recipient: str = "") -> Answer | None:
        if recipient in self._refusals:
            return self._refusals[recipient]
        return self._answers[verb].pop(0) if self._answers[verb] else None

    async def handle_DATA(self, server: "_Server", session: Session, envelope: Envelope) -> str:
        answer = self.next_answer("DOT")
        if answer in (None, DROP) or isinstance(answer, Slow):
            raw = envelope.original_content
            assert isinstance(raw, bytes)
            message = message_from_bytes(raw, policy=policy.default)
            self.messages.append(Received(str(envelope.mail_from), envelope.rcpt_tos[0], raw, message))
        if self.on_mail:
            await asyncio.to_thread(self._call, self.on_mail)
        return await server.say(answer) or "250 taken"

    def _call(self, act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            connection.close()


class _Server(SMTP):
    def __init__(self, sink: SmtpSink) -> None:
        super().__init__(sink, enable_SMTPUTF8=False, hostname="sink.example")
        self.sink = sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.sink.connections += 1
        super().connection_made(transport)

    async def smtp_EHLO(self, hostname: str) -> None:
        await self.asked("EHLO") or await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg: str | None) -> None:
        await self.asked("MAIL") or await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        await self.asked("RCPT", str(arg).partition("<")[2].partition(">")[0]) or await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        await self.asked("DATA") or await super().smtp_DATA(arg)

    async def asked(self, verb: str, recipient: str = "") -> bool:
        """Whether the script spoke in the server's place."""
        reply = await self.say(self.sink.next_answer(verb, recipient))
        if reply:
            await self.push(reply)
        return bool(reply)

    async def say(self, answer: Answer | None) -> str:
        if isinstance(answer, Slow):
            self.sink.waits = answer.seconds > 0
            await asyncio.sleep(answer.seconds)
            return ""
        if answer == DROP:
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.abort()
            raise ConnectionResetError
        return answer or ""
