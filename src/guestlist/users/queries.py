"""Who has which address: the answers never leave a command, since nobody is told who has an account. And what users see of their
own account."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from guestlist.kernel import clock
from guestlist.kernel.refusing import found_in
from guestlist.kernel.rows import listed
from guestlist.kernel.text import shown_address
from guestlist.mail.queries import live_links
from guestlist.users.models import Notification, Session, User

NEWEST = 100


def users_by_address(keys: Collection[str]) -> dict[str, uuid.UUID]:
    """The accounts that verified these canonical addresses: address to user id."""
    found = EmailAddress.objects.filter(email__in=listed(keys), verified=True)
    return dict(found.values_list("email", "user_id"))


def addresses_held_by(users: Collection[uuid.UUID]) -> dict[str, uuid.UUID]:
    """All that these users verified: address to user id."""
    return dict(EmailAddress.objects.filter(user__in=users, verified=True).values_list("email", "user_id"))


def user_by_address(key: str) -> User | None:
    """The account that verified this canonical address."""
    return User.objects.filter(emailaddress__email=key, emailaddress__verified=True).first() if key else None


def verified_addresses(user_id: uuid.UUID) -> set[str]:
    """The canonical addresses this user has proved to hold."""
    return set(EmailAddress.objects.filter(user_id=user_id, verified=True).values_list("email", flat=True))


@dataclass(frozen=True)
class OwnAddress:
    """`verified`: its holder opened the link that was mailed there. `link_works`: one was sent and can still be opened."""

    id: int
    email: str
    primary: bool
    verified: bool
    link_works: bool


def addresses_of(user: User) -> list[OwnAddress]:
    """The user's own, the primary one first, those not confirmed last."""
    rows = EmailAddress.objects.filter(user=user).order_by("-primary", "-verified", "email")
    links = {row.email_address_id: uuid.UUID(row.key) for row in EmailConfirmation.objects.filter(email_address__user=user)}
    live = live_links(links.values())
    return [
        OwnAddress(
            row.id, user.email if row.primary else shown_address(row.email), row.primary, row.verified, links.get(row.id) in live
        )
        for row in rows
    ]


def own_address(user: User, address: int) -> EmailAddress:
    """Raises NotFound for somebody else's."""
    return found_in(EmailAddress.objects.filter(user=user, id=address))


def user_shown_as(key: str) -> uuid.UUID | None:
    """The account that pages show under this canonical address."""
    rows = EmailAddress.objects.filter(email=key, verified=True, primary=True)
    return rows.values_list("user_id", flat=True).first() if key else None


def sessions_of(user: User) -> QuerySet[Session]:
    """The user's own that still work, the one seen last first."""
    return user.sessions.filter(expire_date__gt=clock.now()).order_by("-seen_at", "id")


def notifications_of(user: User) -> list[tuple[Notification, str]]:
    """The newest of the user's own, each with the name of the user who did it, or an empty string."""
    rows = list(user.notifications.order_by("-at", "-id")[:NEWEST])
    names = dict(User.objects.filter(id__in={row.actor_id for row in rows if row.actor_kind == "user"}).values_list("id", "name"))
    return [(row, names.get(row.actor_id, "") if row.actor_id else "") for row in rows]


def concerns(user: User, row: Notification) -> bool:
    """Whether this session is told: whoever runs the directory that opened it has no business with the other workspaces."""
    inside = {str(each) for each in user.reach or ()}
    return user.reach is None or row.action.startswith("user.") or row.about.get("workspace_id") in inside


def unseen_notifications(user: User) -> int:
    return user.notifications.filter(at__gt=user.notifications_seen_at).count()


@dataclass(frozen=True)
class Factors:
    """What an account has beside its password. `codes_waiting`: the recovery codes were not kept yet, and can be shown."""

    totp_since: datetime | None
    codes_left: int
    codes_waiting: bool
    passkeys: list[Authenticator]

    @property
    def has_second(self) -> bool:
        return self.totp_since is not None or bool(self.passkeys)


def factors_of(user: User) -> Factors:
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "id"))
    app = next((row for row in rows if row.type == Authenticator.Type.TOTP), None)
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return Factors(
        totp_since=app.created_at if app else None,
        codes_left=mfa_settings.RECOVERY_CODE_COUNT - codes.data["used_mask"].bit_count() if codes else 0,
        codes_waiting=codes is not None and not codes.wrap().did_view,
        passkeys=[row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
    )


def has_second_factor(user: User) -> bool:
    """An authenticator app, or a passkey, which is both factors in one."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=user, type__in=kinds).exists())


def passkeys_of(user: User) -> "QuerySet[Authenticator]":
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return rows


def own_passkey(user: User, passkey: int) -> Authenticator:
    """Raises NotFound for somebody else's."""
    return found_in(passkeys_of(user).filter(id=passkey))


def with_passkey(users: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these users who have one."""
    rows = Authenticator.objects.filter(user__in=users, type=Authenticator.Type.WEBAUTHN)
    return set(rows.values_list("user_id", flat=True))


def waiting_codes(user: User) -> list[str]:
    """The recovery codes, until their holder says that they are kept; then none."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return [] if row is None or row.wrap().did_view else list(row.wrap().get_unused_codes())
