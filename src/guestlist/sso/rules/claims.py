"""What a directory says of somebody, in its own words and in ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guestlist.kernel.text import address_key, clean_line

LONGEST_SUBJECT = 255
MOST_GROUPS = 500
_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can carry half a pair; neither a database nor a page takes it
_XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
_EMAIL = ("email", "mail", "Email", f"{_XMLSOAP}/emailaddress", "urn:oid:0.9.2342.19200300.100.1.3")
_NAME = (
    "name",
    "displayName",
    "display_name",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
)
_GIVEN = ("given_name", "firstName", "first_name", f"{_XMLSOAP}/givenname", "urn:oid:2.5.4.42")
_FAMILY = ("family_name", "lastName", "last_name", f"{_XMLSOAP}/surname", "urn:oid:2.5.4.4")


@dataclass(frozen=True)
class Claims:
    """`subject` is who it is, for good (empty where it is none to be kept: too long, or not text); everything else is what the directory says of them today. `verified` is None where the
    directory does not say whether the address was."""

    subject: str
    email: str = ""
    verified: bool | None = None
    name: str = ""
    groups: tuple[str, ...] = ()

    @property
    def email_key(self) -> str:
        """The canonical address, or an empty string."""
        return address_key(self.email)


def read_claims(raw: Mapping[str, Any], group_claim: str) -> Claims:
    """From the claims of an ID token, or from the attributes of an assertion with its name id as `sub`. What is not text where
    text belongs counts as absent."""
    given, family = _first(raw, _GIVEN), _first(raw, _FAMILY)
    return Claims(
        subject=_subject(raw.get("sub")),
        email=_first(raw, _EMAIL)[:254],
        verified=_verified(raw.get("email_verified")),
        name=clean_line(_first(raw, _NAME) or f"{given} {family}"),
        groups=tuple(each[:191] for each in _texts(raw.get(group_claim)) if each)[:MOST_GROUPS],
    )


def _subject(value: Any) -> str:
    """Never shortened or mended: another's would come out."""
    whole = _texts(value) == [value]
    return value if whole and len(value) <= LONGEST_SUBJECT else ""


def _first(raw: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((text.strip() for name in names for text in _texts(raw.get(name)) if text.strip()), "")


def _texts(value: Any) -> list[str]:
    many = value if isinstance(value, list) else [value]
    return [each.replace("\x00", "") for each in many if isinstance(each, str) and not _SURROGATE.search(each)]


def _verified(value: Any) -> bool | None:
    """Some providers write the flag as text, and SAML has nothing else."""
    told = value[0] if isinstance(value, list) and value else value
    return None if told is None else str(told).lower() in ("true", "1", "yes")
