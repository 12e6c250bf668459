"""A browser that signs in for real, and what it shows when it is asked for more than the password."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.test import Client

from guestlist.users.commands import add_totp
from guestlist.users.models import User
from tests.cast import PASSWORD
from tests.passkeys import SoftKey, now_code


def password_given(user: User, **options: Any) -> Client:
    """Whoever has a second factor is not signed in yet."""
    client = Client(**options)
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return client


def app_of(user: User) -> str:
    """Sets an authenticator app up two minutes ago, so that its code of now was not used; answers its secret."""
    secret: str = generate_totp_secret()
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=2)):
        add_totp(user=user, secret=secret, code=now_code(secret))
    return secret


def passkey_added(client: Client, name: str = "Phone", **options: Any) -> SoftKey:
    """By whoever is signed in there and confirmed lately."""
    key = SoftKey(**options)
    challenge = client.post("/me/security/passkeys/challenge").json()
    answer = client.post("/me/security/passkeys/new", {"name": name, "credential": key.make(challenge)})
    assert answer.status_code in (302, 422)
    return key


def signed_in_by(key: SoftKey, client: Client | None = None) -> Client:
    client = client or Client()
    client.post("/login", {"credential": key.sign(client.post("/login/passkey").json())})
    return client


def is_in(client: Client) -> bool:
    return client.get("/me").status_code == 200


def methods(client: Client) -> list[str]:
    """How this session was opened, as the doors of workspaces read it."""
    return [each["method"] for each in client.session.get("account_authentication_methods", [])]
