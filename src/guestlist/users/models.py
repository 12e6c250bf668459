import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Concat, Lower

from guestlist.kernel.actors import Actor
from guestlist.kernel.clock import now
from guestlist.kernel.ids import new_id


class UserManager(BaseUserManager["User"]):
    pass


class User(AbstractBaseUser):
    """Global: no workspace owns it. `email` is the address as shown; the verified ones are allauth's EmailAddress rows, each
    holding the canonical form."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=8, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    theme = models.CharField(max_length=8, blank=True)
    password_version = models.PositiveIntegerField(default=1)
    disabled_at = models.DateTimeField(null=True, blank=True)
    notifications_seen_at = models.DateTimeField(default=now)
    created_at = models.DateTimeField(default=now)
    # What lists of people are sorted by and searched in.
    listed_as = models.GeneratedField(
        expression=Concat(Lower("name"), models.Value(" "), Lower("email", output_field=models.CharField())),
        output_field=models.TextField(),
        db_persist=True,
    )

    # The workspaces whose door is shut to this session: of the request, never stored.
    shut: frozenset[uuid.UUID] = frozenset()
    # In a session that a directory opened, the workspaces that this session is told of; None otherwise. Likewise never stored.
    reach: frozenset[uuid.UUID] | None = None

    USERNAME_FIELD = "id"
    EMAIL_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "user"

    @property
    def is_active(self) -> bool:  # type: ignore[override] # Django's flag, derived
        return self.disabled_at is None

    @property
    def actor(self) -> Actor:
        return Actor("user", self.id, self.name, self.shut)

    @property
    def can_sign_in(self) -> bool:
        passkeys = Authenticator.objects.filter(user=self, type=Authenticator.Type.WEBAUTHN)
        return self.is_active and (self.has_usable_password() or passkeys.exists())

    def __str__(self) -> str:
        return self.name or self.email


class Session(AbstractBaseSession):
    """One browser, signed in or not. What its holder sees of it is written into the session and repeated in these columns, so that
    a session which is listed is one that works, and ending it is deleting its row."""

    id = models.UUIDField()  # not unique: while a session changes its key, it has a row under each
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    browser = models.CharField(max_length=40, blank=True)
    system = models.CharField(max_length=40, blank=True)
    network = models.CharField(max_length=45, blank=True)
    seen_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "user_session"

    @classmethod
    def get_session_store_class(cls) -> "type[SessionStore]":
        return SessionStore


class SessionStore(db.SessionStore):
    """Django's sessions in the table above (settings.SESSION_ENGINE)."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """What was fixed at sign-in (web.events), or earlier where it is not used meanwhile. A session in use is saved every few
        minutes (commands.note_session), which moves the latter."""
        return min(super().get_expiry_date(**kwargs), now() + timedelta(seconds=settings.SESSION_IDLE))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        about = data.setdefault("about", {"id": str(new_id()), "seen_at": now().isoformat()})
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        for name, value in about.items():
            setattr(row, name, value)
        return row  # type: ignore[no-any-return] # of get_model_class


class Tries(models.Model):
    """How many passwords were tried in vain, counted under a key (rules.Limit) until `ends_at`. In the database, so that all
    processes count together."""

    key = models.CharField(primary_key=True, max_length=120)
    failures = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "user_tries"


class Notification(models.Model):
    """Something that others did and that concerns the user. `about` holds names as they were then: what becomes of a community
    after its member left is no longer theirs to know."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    action = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    target_id = models.UUIDField(null=True)
    about: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)

    class Meta:
        db_table = "notification"
        indexes = [models.Index(fields=["user", "-at"], name="notification_newest")]
