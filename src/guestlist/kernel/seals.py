"""Secrets at rest: sealed with Fernet (AES-128-CBC and HMAC-SHA256) under a key drawn from the newest secret key, opened with any."""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(secret: str) -> str:
    return _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str, *, seconds: int | None = None) -> str:
    """Raises cryptography.fernet.InvalidToken where no present secret key sealed it, or not in the last so many seconds."""
    return _keys().decrypt(sealed.encode(), seconds).decode()


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    drawn = [hashlib.sha256(b"guestlist.seal:" + each.encode()).digest() for each in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in drawn])
