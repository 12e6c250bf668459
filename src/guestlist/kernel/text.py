"""Text that people type: one line, safe to put into a header; and e-mail addresses."""

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from email_validator import EmailNotValidError, validate_email

LONGEST_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
LONGEST_LOCAL = 64  # RFC 5321, section 4.5.3.1.1
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_WIRE = re.compile(r"[!-~]+@[!-~]+")
_DOT_ATOM = re.compile(rf"{_ATOM}(\.{_ATOM})*", re.ASCII)  # RFC 5322, section 3.2.3


def clean_line(text: str, longest: int = 200) -> str:
    """`text` as one line: control and direction-changing characters out, white space folded, at most `longest` characters."""
    kept = text if text.isprintable() else "".join(map(_printable, text))
    return " ".join(kept.split())[:longest].strip()


def _printable(char: str) -> str:
    return " " if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char


def clean_text(text: str, longest: int = 1000) -> str:
    """`text` with its line breaks kept, every line cleaned."""
    lines = [clean_line(line, longest) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(lines)[:longest].strip()


def spoken(*languages: str) -> str:
    """The first of `languages` (BCP 47 codes) that Guestlist speaks, else the installation's own."""
    ours = dict(settings.LANGUAGES)
    return next((each for each in languages if each in ours), settings.LANGUAGE_CODE)


@dataclass(frozen=True)
class Address:
    """`shown` is as it should be read; `key` is the one canonical form: stored, unique, compared."""

    shown: str
    key: str


class BadAddress(ValueError):
    """`args[0]` is the reason: `malformed` or `too_long`."""


def read_address(text: str) -> Address:
    """One address (RFC 5321, ASCII local part; the domain may be international, RFC 5890). Raises BadAddress."""
    if len(text) > LONGEST_ADDRESS:
        raise BadAddress("too_long")
    local, _, domain = text.rpartition("@")
    if len(local) > LONGEST_LOCAL or not _DOT_ATOM.fullmatch(local):
        raise BadAddress("malformed")
    try:
        shown, wire = _read_domain(domain)
    except EmailNotValidError as broken:
        raise BadAddress("malformed") from broken
    key = f"{local}@{wire}".lower()
    if len(key) > LONGEST_ADDRESS:
        raise BadAddress("too_long")
    return Address(f"{local}@{shown}", key)


def read_domain(text: str) -> str:
    """A domain of addresses as the DNS has it: lower case, A-labels (RFC 5890), two labels or more. Raises BadAddress."""
    try:
        return _read_domain(text.strip().removesuffix("."))[1].lower()
    except EmailNotValidError as broken:
        raise BadAddress("malformed") from broken


@lru_cache(maxsize=10_000)
def _read_domain(text: str) -> tuple[str, str]:
    """A domain as it should be read, and in ASCII. Kept, since a long list has few of them and nothing else in it takes so long."""
    found = validate_email(f"x@{text}", check_deliverability=False)
    return found.domain, found.ascii_domain


def wire_address(address: str) -> str:
    """`address` as SMTP takes it. Its domain is read as for the key: another reading of IDNA (of `ß`, say) is another's domain.
    Raises BadAddress."""
    local, _, domain = address.rpartition("@")
    try:
        wire = address if domain.isascii() else f"{local}@{_read_domain(domain)[1]}"
    except EmailNotValidError as broken:
        raise BadAddress("malformed") from broken
    if not _WIRE.fullmatch(wire):  # a line break in it would be a command of its own
        raise BadAddress("malformed")
    return wire


def address_key(text: str) -> str:
    """The canonical form of `text`, or an empty string where it is no address."""
    try:
        return read_address(text.strip()).key
    except BadAddress:
        return ""


def shown_address(key: str) -> str:
    """A canonical form as people read it: an international domain in its own script."""
    return read_address(key).shown


@dataclass(frozen=True)
class Named:
    name: str
    address: str


# Possessive, and a name of so many words: a list of 10,000 words must not be searched to its end at every one of them.
_WORD = r"""[^\s<>,;"@]++"""
_NAMED = re.compile(
    rf"""(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<plain>(?:{_WORD}(?:[^\S\n]++{_WORD}){{0,20}}+)?+))\s*+<(?P<address>[^<>]*+)>\s*"""
)
_PLAIN = re.compile(r"[^\s,;]+")
_BETWEEN = re.compile(r"[\s,;]*")


def split_addresses(text: str, *, most: int = sys.maxsize) -> list[Named]:
    """The first `most` addresses in a list typed by a person, in order: separated by commas, semicolons, spaces or lines;
    `Name <address>` too, the name in quotes where it holds a comma. What is no address comes out as it was typed."""
    found: list[Named] = []
    at = _end_of(_BETWEEN, text, 0)
    while at < len(text) and len(found) < most:
        entry, at = _one_entry(text, at)
        found.append(entry)
        at = _end_of(_BETWEEN, text, at)
    return found


def _one_entry(text: str, at: int) -> tuple[Named, int]:
    named = _NAMED.match(text, at)
    if named:
        name = named["quoted"] if named["quoted"] is not None else named["plain"]
        return Named(clean_line(name.replace('\\"', '"')), named["address"].strip()), named.end()
    plain = _PLAIN.match(text, at)
    assert plain is not None
    return Named("", plain.group().strip("<>")), plain.end()


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
