"""Signed links: a value nobody can make up, for which nothing is stored.

A link says what it is for (purpose), which row it is about (subject) and which issue of it this is (version). The seal is
an HMAC-SHA256 (RFC 2104) under the secret key and the purpose, checked before anything is looked up.
"""

import base64
import binascii
import uuid
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer

from guestlist.kernel.errors import NotFound


@dataclass(frozen=True)
class Link:
    subject: uuid.UUID
    version: str


def sign_link(purpose: str, subject: uuid.UUID, version: str) -> str:
    packed = base64.urlsafe_b64encode(subject.bytes).decode().rstrip("=")
    return _signer(purpose).sign(f"{packed}.{version}")


def read_link(purpose: str, token: str) -> Link:
    """The link in `token`; raises NotFound for anything that was not sealed here for this purpose."""
    try:
        packed, _, version = _signer(purpose).unsign(token).partition(".")
        return Link(uuid.UUID(bytes=base64.urlsafe_b64decode(packed + "==")), version)
    except (BadSignature, binascii.Error, ValueError) as broken:
        raise NotFound from broken


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"guestlist.{purpose}", sep=".")
