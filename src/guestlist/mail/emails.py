"""A message as the bytes of a mail (RFC 5322, RFC 2045 to 2047), made anew for every try.

Put together by hand: the builders of Django and of the standard library take five to ten times as long, more than sending it.
"""

from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.utils import translation
from django.utils.encoding import punycode

from guestlist.kernel import clock
from guestlist.kernel.links import sign_link
from guestlist.kernel.text import clean_line
from guestlist.mail.models import Message

BOUNDARY = "=_guestlist"  # quoted-printable text never holds "=_": no body can end early


@dataclass(frozen=True)
class Letter:
    """A mail ready to be handed over. `token` is the secret part of its link, or empty: it must not get into a log or a row."""

    sender: str
    recipient: str
    token: str
    content: bytes


def write_letter(message: Message) -> Letter:
    """The mail of `message`, written now, in its language. Raises whatever its templates raise, ValueError for a bad address."""
    token = _token(message)
    now = clock.now()
    sender, from_header = _sender(settings.DEFAULT_FROM_EMAIL)
    recipient = _wire_address(message.to_email)
    values = _values(message, token, now)
    with translation.override(message.language):
        subject = clean_line(_render(message, "subject.txt", values))
        text = _render(message, "body.txt", values)
        html = _render(message, "body.html", values)
    lines = [
        from_header,
        f"To: {_mailbox('To', message.to_name, recipient)}",
        f"Subject: {_encoded('Subject', subject)}",
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
    wire = _wire_address(address)
    return wire, f"From: {_mailbox('From', name, wire)}"


def _token(message: Message) -> str:
    if message.link_subject is None:
        return ""
    return sign_link(message.link_purpose, message.link_subject, message.link_version)


def _values(message: Message, token: str, now: datetime) -> dict[str, Any]:
    base_url = settings.GUESTLIST_BASE_URL
    lifetime = message.link_lifetime
    context: dict[str, Any] = message.context
    return context | {
        "base_url": base_url,
        "to_email": message.to_email,
        "to_name": message.to_name,
        "link": base_url + message.link_path.replace("{token}", token) if token else "",
        "ends_at": None if lifetime is None else now + timedelta(seconds=lifetime),
    }


def _render(message: Message, file: str, values: dict[str, Any]) -> str:
    template = Engine.get_default().get_template(f"{message.template}/{file}")
    return template.render(Context(values, autoescape=file.endswith(".html")))


def _wire_address(address: str) -> str:
    """`address` as SMTP takes it: its domain in ASCII (RFC 5890). A line break in it would be a command of its own."""
    local, _, domain = address.rpartition("@")
    wire = f"{local}@{punycode(domain)}"
    if not wire.isascii() or not wire.isprintable() or set(wire) & set(" <>,;"):
        raise ValueError("not an address")
    return wire


def _mailbox(header: str, name: str, address: str) -> str:
    plain = name.isascii() and "=?" not in name
    return formataddr((name, address)) if plain else f"{_encoded(header, name)} <{address}>"


def _encoded(header: str, text: str) -> str:
    """`text`, which is one line, for a header: as it is or, where needed, as encoded words (RFC 2047), folded."""
    charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep="\r\n")


def _part(kind: str, body: str) -> list[str]:
    lines = "\n".join(body.strip().splitlines())
    return [
        f"\r\n--{BOUNDARY}",
        f'Content-Type: text/{kind}; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable\r\n",
        b2a_qp(lines.encode()).decode("ascii").replace("\n", "\r\n"),
    ]
