"""Pure questions about users: is this password good enough?"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from guestlist.users.errors import WeakPassword

LONGEST_PASSWORD = 1024


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Refuses common passwords, also said twice or more, and a few characters over and over."""

    def validate(self, password: str, user: Any = None) -> None:
        unit = password[: (password + password).find(password, 1)]
        super().validate(password, user)
        super().validate(unit, user)
        if len(unit) <= 8 and unit != password:
            raise ValidationError(self.get_error_message(), code="password_too_common")


class PersonalPasswordValidator:
    """Refuses a password made of the product, the workspace, the person's name or address, and one too long to hash."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(_("Use at most 1,024 characters."))
        rest = password.casefold()
        for word in sorted({"guestlist", *_personal(user)}, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(password) - len(rest) > len(rest):
            raise ValidationError(_("Do not build the password from your name, your address or the name of the place."))

    def get_help_text(self) -> str:
        return _("Do not build the password from your name, your address or the name of the place.")


def _personal(user: Any) -> Iterable[str]:
    text = " ".join(getattr(user, "password_words", ()) if user else ())
    return (word for word in text.casefold().replace("@", " ").replace(".", " ").split() if len(word) > 3)


class PasswordSubject:
    """Whose password it will be: their name, address and the places they join, as the validators want it."""

    def __init__(self, *words: str) -> None:
        self.password_words = words


def check_password_rules(password: str, subject: PasswordSubject) -> None:
    """Raises WeakPassword with a sentence for each rule the password breaks."""
    try:
        password_validation.validate_password(password, subject)  # type: ignore[arg-type] # validators read attributes only
    except ValidationError as weak:
        raise WeakPassword(list(weak.messages)) from weak
