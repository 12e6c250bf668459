from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

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
    theme = models.CharField(max_length=8, blank=True)
    password_version = models.PositiveIntegerField(default=1)
    disabled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

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
        return Actor("user", self.id, self.name)

    @property
    def can_sign_in(self) -> bool:
        return self.is_active and self.has_usable_password()

    def __str__(self) -> str:
        return self.name or self.email
