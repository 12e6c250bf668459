"""Make an account, set its password, end its sessions, disable it. Nothing here belongs to a workspace (design rule 14)."""

import uuid
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F, QuerySet

from guestlist.audit.commands import Change, record
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.kernel.ids import new_id
from guestlist.kernel.links import read_link
from guestlist.kernel.refusing import found_in, refused_if_taken
from guestlist.kernel.text import Address, address_key, clean_line
from guestlist.mail.commands import Draft, LinkDraft, queue_messages
from guestlist.mail.queries import link_is_live
from guestlist.users.commands.addresses import forget_waiting
from guestlist.users.commands.tries import count_try, forget_tries, take_back_try
from guestlist.users.emails import account_mails
from guestlist.users.errors import AddressTaken, LinkEnded, NameMissing, WrongPassword
from guestlist.users.events import password_chosen
from guestlist.users.models import Session, User
from guestlist.users.queries import verified_addresses
from guestlist.users.rules import (
    PasswordSubject,
    browser_and_system,
    check_password_rules,
    limits_of_change,
    network_of,
    time_zones,
)

RESET_LIFETIME = 3600
RESET_PURPOSE = "password"
SEEN_EVERY = timedelta(minutes=5)


def hash_new_password(*, password: str, name: str, words: tuple[str, ...]) -> str:
    """Checks a first password and hashes it: slow by design, so call it before a transaction opens. `words` are what the
    password may not be made of. Raises NameMissing, WeakPassword."""
    if not clean_line(name):
        raise NameMissing
    check_password_rules(password, PasswordSubject(name, *words))
    return make_password(password)


def no_password(*, name: str) -> str:
    """The hash of an account that signs in with a passkey alone. Raises NameMissing."""
    if not clean_line(name):
        raise NameMissing
    return make_password(None)


def create_user(
    *,
    actor: Actor | None,
    address: Address,
    name: str,
    password_hash: str,
    language: str,
    user_id: uuid.UUID | None = None,
) -> User:
    """A new account whose address is proved. Without an actor the user made it themselves; `user_id` where a passkey was made for
    it before. Raises AddressTaken."""
    user = User(id=user_id or new_id(), name=clean_line(name), email=address.shown, language=language, password=password_hash)
    with refused_if_taken(AddressTaken):
        user.save(force_insert=True)
        EmailAddress.objects.create(user=user, email=address.key, verified=True, primary=True)
    record(actor=actor or user.actor, changes=[Change("user.created", user.id)])
    return user


def request_password_reset(*, user: User, actor: Actor | None = None, address: str = "") -> None:
    """Asked for by the user, unless by `actor`. Mails the user a link to choose a new password; it works for an hour from being sent
    and until the password changes or an address is removed. It goes to `address`, one of theirs in its canonical form, or to the
    primary one."""
    if not user.is_active:
        return
    mail_id = new_id()
    draft = Draft(
        id=mail_id,
        workspace_id=None,
        template="users/emails/password_reset",
        to_email=user.email if address in ("", address_key(user.email)) else address,
        to_name=user.name,
        language=user.language or "en",
        context={"name": user.name},
        link=LinkDraft(RESET_PURPOSE, user.id, f"{user.password_version}-{mail_id.hex}", "/password/{token}", RESET_LIFETIME),
    )
    with transaction.atomic():
        queue_messages([draft])
        record(actor=actor or user.actor, changes=[Change("user.password_reset_requested", user.id)])


def read_reset_link(*, token: str) -> User:
    """The user a reset link speaks of; changes nothing. Raises NotFound, LinkEnded."""
    link = read_link(RESET_PURPOSE, token)
    version, _, mail_id = link.version.partition("-")
    user = found_in(User.objects.filter(id=link.subject))
    if not user.is_active or str(user.password_version) != version or not link_is_live(uuid.UUID(mail_id)):
        raise LinkEnded
    return user


def reset_password(*, token: str, password: str) -> User:
    """Sets a new password through a reset link and ends every other session of the account. Raises NotFound, LinkEnded,
    WeakPassword."""
    user = read_reset_link(token=token)
    hashed = _hash_another(user, password)

    _set_password(user, hashed, keep="")
    return user


def change_password(*, user: User, old: str, new: str, keep: str) -> None:
    """The holder sets another password; every session ends but the one whose key is `keep`. Without one so far, `old` is not looked
    at. Raises TooManyTries, WrongPassword, WeakPassword, LinkEnded where another change came first."""
    if user.has_usable_password():
        _check_old_password(user, old)
    hashed = _hash_another(user, new)

    _set_password(user, hashed, keep)


def _check_old_password(user: User, old: str) -> None:
    limits = limits_of_change(user.id.hex)
    count_try(limits)
    if not user.check_password(old):
        raise WrongPassword
    take_back_try(limits)


def _hash_another(user: User, password: str) -> str:
    """Not made of what is known about the user, which includes the names of the workspaces they belong to."""
    named = [name for _, names in password_chosen.send(None, user=user) for name in names or ()]
    return hash_new_password(password=password, name=user.name, words=(user.email, *verified_addresses(user.id), *named))


def _set_password(user: User, hashed: str, keep: str) -> None:
    with transaction.atomic():
        won = User.objects.filter(id=user.id, password_version=user.password_version).update(
            password=hashed, password_version=F("password_version") + 1
        )
        if not won:
            raise LinkEnded
        user.sessions.exclude(session_key=keep).delete()
        forget_waiting(user)
        record(actor=user.actor, changes=[Change("user.password_changed", user.id)])
        queue_messages(account_mails(user, "users/emails/password_changed"))
    forget_tries(user=user)
    user.refresh_from_db()


def change_profile(*, user: User, name: str, language: str, time_zone: str, theme: str) -> None:
    """The holder's own name, language (a code of settings.LANGUAGES), time zone (IANA; empty: the browser's) and theme (`light`,
    `dark` or empty: as the system). Raises NameMissing."""
    before, user.name = user.name, clean_line(name)
    if not user.name:
        raise NameMissing
    user.language = language if language in dict(settings.LANGUAGES) else ""
    user.time_zone = time_zone if time_zone in time_zones() else ""
    user.theme = theme if theme in ("light", "dark") else ""
    with transaction.atomic():
        user.save(update_fields=["name", "language", "time_zone", "theme"])
        renamed = ({"name": before}, {"name": user.name}) if before != user.name else (None, None)
        record(actor=user.actor, changes=[Change("user.profile_changed", user.id, before=renamed[0], after=renamed[1])])


def note_sign_in(*, session: SessionBase) -> None:
    """The holder proved a moment ago who they are: what the doors of workspaces count from begins anew."""
    session["signed_in_at"] = clock.now().isoformat()
    session["pause"] = 0
    if "about" in session:
        session["about"] = session["about"] | {"seen_at": clock.now().isoformat()}


def note_session(*, session: SessionBase, user_agent: str, address: str, every: timedelta = SEEN_EVERY) -> None:
    """Writes into a session which browser it is, where and when, for its holder to read, and its longest pause in seconds, for the
    doors; at most once in `every`. A new one sweeps out those that have expired."""
    about = session.get("about", {})
    since = clock.now() - datetime.fromisoformat(about["seen_at"]) if "seen_at" in about else timedelta(0)
    if "browser" in about and since < every:
        return
    session["pause"] = max(session.get("pause", 0), int(since.total_seconds()))
    if "browser" not in about:
        Session.objects.filter(expire_date__lte=clock.now()).delete()
    browser, system = browser_and_system(user_agent)
    seen = {"browser": browser, "system": system, "network": network_of(address), "seen_at": clock.now().isoformat()}
    session["about"] = {"id": str(new_id())} | about | seen


def end_session(*, user: User, session: uuid.UUID) -> None:
    """The holder ends one of their sessions: its next request is a stranger's. Raises NotFound for somebody else's."""
    _end_sessions(user, user.sessions.filter(id=session))


def end_other_sessions(*, user: User, keep: str) -> None:
    """Ends all the holder's sessions but the one whose key is `keep`."""
    if user.sessions.exclude(session_key=keep).exists():
        _end_sessions(user, user.sessions.exclude(session_key=keep))


def _end_sessions(user: User, chosen: QuerySet[Session]) -> None:
    with transaction.atomic():
        ended, _ = chosen.delete()
        if not ended:
            raise NotFound
        record(actor=user.actor, changes=[Change("user.sessions_ended", user.id, after={"sessions": ended})])


def set_disabled(*, actor: Actor, user_id: uuid.UUID, disabled: bool) -> User:
    """The operator stops an account, or lets it in again; every session ends at its next request. Raises NotFound.
    Call it through members.commands, which keeps the last admin."""
    user = found_in(User.objects.filter(id=user_id))
    user.disabled_at = clock.now() if disabled else None
    user.save(update_fields=["disabled_at"])
    user.sessions.all().delete()
    record(actor=actor, changes=[Change("user.disabled" if disabled else "user.enabled", user.id)])
    return user
