"""The second factor and the passkeys of an account, in allauth's Authenticator rows. Whoever calls has made sure that the holder is
there (a session confirmed a moment ago), and has checked a passkey's signature, for which a browser is needed."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction

from guestlist.audit.commands import Change, record
from guestlist.kernel.actors import Actor
from guestlist.kernel.text import clean_line
from guestlist.mail.commands import queue_messages
from guestlist.users.commands.notifications import notify
from guestlist.users.emails import factor_mails
from guestlist.users.errors import FactorExists, LastWayIn, NameMissing, NoSecondFactor, WrongCode
from guestlist.users.models import Notification, User
from guestlist.users.queries import has_second_factor, own_passkey, passkeys_of

LONGEST_NAME = 60


@dataclass(frozen=True)
class NewPasskey:
    """A credential of WebAuthn level 2 (`credential` as JSON, its signature checked), made for the account `user_id` that is to be."""

    user_id: uuid.UUID
    name: str
    credential: dict[str, Any]


def add_totp(*, user: User, secret: str, code: str) -> Authenticator:
    """Sets up an authenticator app (RFC 6238) once it shows a right code, and makes recovery codes where there are none.
    `secret` is base32. Raises WrongCode, FactorExists."""
    step = _step(secret, code)
    if step is None:
        raise WrongCode

    with _changing(user.actor, user, "totp_added"):
        if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            raise FactorExists
        app = TOTP.activate(user, secret).instance
        _note_step(app, step)
        RecoveryCodes.activate(user)
    return app


def remove_totp(*, user: User) -> None:
    """Raises NoSecondFactor where no authenticator app is set up."""
    with _changing(user.actor, user, "totp_removed"):
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()[0]:
            raise NoSecondFactor
        delete_dangling_recovery_codes(user)


def make_recovery_codes(*, user: User) -> None:
    """New ones instead of the old. Raises NoSecondFactor: without one they would open nothing."""
    with _changing(user.actor, user, "recovery_codes_made"):
        if not has_second_factor(user):
            raise NoSecondFactor
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        RecoveryCodes.activate(user)


def keep_recovery_codes(*, user: User) -> None:
    """The holder has written them down: they are never shown again."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if row:
        row.wrap().mark_as_viewed()


def use_code(*, user: User, code: str) -> Authenticator:
    """Takes a code of the authenticator app or a recovery code; each works once. Raises WrongCode."""
    with transaction.atomic():
        User.objects.select_for_update().get(id=user.id)
        rows = {row.type: row for row in Authenticator.objects.filter(user=user)}
        app, codes = rows.get(Authenticator.Type.TOTP), rows.get(Authenticator.Type.RECOVERY_CODES)
        if app and _take_step(app, code):
            return app
        if codes and codes.wrap().validate_code(code):
            _tell(user.actor, user, "recovery_code_used")
            return codes
    raise WrongCode


def add_passkey(*, user: User, name: str, credential: dict[str, Any]) -> Authenticator:
    """Also makes recovery codes where there are none: after a password a passkey is the second factor."""
    with _changing(user.actor, user, "passkey_added", name=_name(name)):
        RecoveryCodes.activate(user)
        return WebAuthn.add(user, _name(name), credential).instance


def keep_first_passkey(*, user: User, passkey: NewPasskey) -> None:
    """The passkey an account was made with, in the transaction that makes it; its holder need not be told."""
    WebAuthn.add(user, _name(passkey.name), passkey.credential)
    RecoveryCodes.activate(user)
    record(actor=user.actor, changes=[Change("user.passkey_added", user.id, after={"name": _name(passkey.name)})])


def rename_passkey(*, user: User, passkey: int, name: str) -> None:
    """Raises NotFound for somebody else's, NameMissing."""
    with transaction.atomic():
        row = own_passkey(user, passkey)
        before, after = row.data["name"], _name(name)
        if not after:
            raise NameMissing
        row.data["name"] = after
        row.save(update_fields=["data"])
        change = Change("user.passkey_renamed", user.id, before={"name": before}, after={"name": after})
        record(actor=user.actor, changes=[change])


def remove_passkey(*, user: User, passkey: int) -> None:
    """Raises NotFound for somebody else's, LastWayIn for the only one of an account without a password."""
    name = own_passkey(user, passkey).data["name"]

    with _changing(user.actor, user, "passkey_removed", name=name) as holder:
        row = own_passkey(holder, passkey)
        if not holder.has_usable_password() and passkeys_of(holder).count() == 1:
            raise LastWayIn
        row.delete()
        delete_dangling_recovery_codes(holder)


def remove_factors(*, actor: Actor, user: User) -> None:
    """The operator takes away authenticator app, recovery codes and passkeys, and ends every session. Raises NoSecondFactor.
    Call it through members.commands, which keeps the last admin."""
    with _changing(actor, user, "second_factor_reset"):
        if not has_second_factor(user):
            raise NoSecondFactor
        Authenticator.objects.filter(user=user).delete()
        user.sessions.all().delete()


@contextmanager
def _changing(actor: Actor, user: User, what: str, **about: str) -> Iterator[User]:
    """Around a change: one at a time for an account, or two at once could remove the last two ways in. The holder is told."""
    with transaction.atomic():
        yield User.objects.select_for_update().get(id=user.id)
        _tell(actor, user, what, **about)


def _tell(actor: Actor, user: User, what: str, **about: str) -> None:
    record(actor=actor, changes=[Change(f"user.{what}", user.id, after=about or None)])
    notify([Notification(user=user, action=f"user.{what}", actor_kind=actor.kind, actor_id=actor.id, about=about)])
    queue_messages(factor_mails(user, what))


def _name(name: str) -> str:
    return clean_line(name)[:LONGEST_NAME]


def _step(secret: str, code: str) -> int | None:
    """Which time step the code is of, among those that are good now."""
    steps = yield_hotp_counters_from_time()
    return next(
        (each for each in steps if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, each)))), None
    )


def _take_step(app: Authenticator, code: str) -> bool:
    """A code is good once (RFC 6238, section 5.2), and with it all older ones. Remembered in the row: a cache forgets when it is
    full, and anybody can fill it."""
    step = _step(decrypt(app.data["secret"]), code)
    if step is None or step <= app.data.get("step", 0):
        return False
    _note_step(app, step)
    return True


def _note_step(app: Authenticator, step: int) -> None:
    app.data["step"] = step
    app.save(update_fields=["data"])
