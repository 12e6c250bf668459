"""A message as the bytes of a mail (RFC 5322, RFC 2045 to 2047), made anew for every try.

Put together by hand: the builders of Django and of the standard library take five to ten times as long, more than sending it.
"""

import json
import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.utils import translation
from django.utils.html import escape

from guestlist.kernel import clock
from guestlist.kernel.links import sign_link
from guestlist.kernel.text import clean_line, wire_address
from guestlist.mail.models import Message

FILES = ("subject.txt", "body.txt", "body.html")
HOLES = {"link": "\ue000", "to_email": "\ue001", "to_name": "\ue002"}  # of Unicode's private use area: nobody types them
OURS = {"path", "change", "domain"}  # what we wrote into a context ourselves; a domain is only told to whoever proved it
# An address alone is left as it is: what a mail reader makes of that leads nowhere but to a new mail.
_LINKABLE = re.compile(r"(?P<address>(?<!\S)[^\s/:@]+@[\w.-]+(?!\S))|(?<=\w)[.:](?=[\w/])")
BOUNDARY = "=_guestlist"  # quoted-printable text never holds "=_": no body can end early


@dataclass(frozen=True)
class Letter:
    """A mail ready to be handed over. `token` is the secret part of its link, or empty: it must not get into a log or a row."""

    sender: str
    recipient: str
    token: str
    content: bytes


def write_letter(message: Message) -> Letter:
    """The mail of `message`, written now, in its language. Raises whatever its templates raise, BadAddress."""
    now = clock.now()
    token = _token(message)
    recipient = wire_address(message.to_email)
    sender, from_header = _sender(settings.DEFAULT_FROM_EMAIL)
    subject, text, html = _filled_in(message, _link(message, token), now)
    lines = [
        from_header,
        f"To: {_mailbox('To', message.to_name, recipient)}",
        f"Subject: {_encoded('Subject', clean_line(subject).replace('://', ' '))}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: {message.message_id}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"',
        *_part("plain", text),
        *_part("html", html),
        f"\r\n--{BOUNDARY}--\r\n",
    ]
    return Letter(sender, recipient, token, "\r\n".join(lines).encode("ascii"))


@cache
def _sender(from_email: str) -> tuple[str, str]:
    name, address = parseaddr(from_email)
    wire = wire_address(address)
    return wire, f"From: {_mailbox('From', name, wire)}"


def _token(message: Message) -> str:
    if message.link_subject is None:
        return ""
    return sign_link(message.link_purpose, message.link_subject, message.link_version)


def _link(message: Message, token: str) -> str:
    return settings.GUESTLIST_BASE_URL + message.link_path.replace("{token}", token) if token else ""


def _filled_in(message: Message, link: str, now: datetime) -> list[str]:
    """Subject, text and HTML of `message`, from the form that it shares with the others of its kind."""
    own = {"link": link, "to_email": message.to_email, "to_name": message.to_name}
    holes = tuple(name for name in HOLES if own[name])
    minute = now.replace(second=0, microsecond=0)
    form = _form(
        message.template, message.language, json.dumps(message.context, ensure_ascii=False), holes, minute, message.link_lifetime
    )
    filled = []
    for file, page in zip(FILES, form, strict=True):
        for name in holes:
            page = page.replace(HOLES[name], escape(own[name]) if file.endswith(".html") else own[name])
        filled.append(page)
    return filled


@lru_cache(maxsize=200)
def _form(
    template: str, language: str, context: str, holes: tuple[str, ...], minute: datetime, lifetime: int | None
) -> tuple[str, ...]:
    """The pages of a mail merge: rendering takes longer than sending, and a thousand invitations differ in the HOLES only. So a
    template may print those and ask whether they are empty, but a filter sees one character. Holds for a minute, as times do."""
    for hole in HOLES.values():
        context = context.replace(hole, "")
    values: dict[str, Any] = json.loads(context) | dict.fromkeys(HOLES, "") | {name: HOLES[name] for name in holes}
    in_body = values | {name: _unlinked(value) for name, value in values.items() if name not in OURS}
    ours = {
        "base_url": settings.GUESTLIST_BASE_URL,
        "ends_at": None if lifetime is None else minute + timedelta(seconds=lifetime),
    }
    engine = Engine.get_default()
    with translation.override(language):
        return tuple(
            engine.get_template(f"{template}/{file}").render(
                Context((values if file == "subject.txt" else in_body) | ours, autoescape=file.endswith(".html"))
            )
            for file in FILES
        )


def _unlinked(value: Any) -> Any:
    """What people typed, names and notes alike, with an invisible break (U+200C) inside whatever a mail reader would make a link of: the
    only links in our mails are ours."""
    if isinstance(value, dict):
        return {name: _unlinked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_unlinked(each) for each in value]
    return (
        _LINKABLE.sub(lambda found: found[0] + ("" if found["address"] else "\u200c"), value) if isinstance(value, str) else value
    )


def _mailbox(header: str, name: str, address: str) -> str:
    plain = name.isascii() and "=?" not in name
    return formataddr((name, address)) if plain else f"{_encoded(header, name)} <{address}>"


def _encoded(header: str, text: str) -> str:
    """`text`, which is one line, for a header: as it is or, where needed, as encoded words (RFC 2047), folded."""
    plain = text.isascii() and "=?" not in text
    if plain and len(header) + len(text) < 76:
        return text
    charset = "us-ascii" if plain else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep="\r\n")


def _part(kind: str, body: str) -> list[str]:
    lines = "\n".join(body.strip().splitlines())
    return [
        f"\r\n--{BOUNDARY}",
        f'Content-Type: text/{kind}; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable\r\n",
        b2a_qp(lines.encode()).decode("ascii").replace("\n", "\r\n"),
    ]
