"""Pure questions about users: is this password good enough, which browser is this, and from where?"""

import re
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from guestlist.users.errors import WeakPassword

LONGEST_PASSWORD = 1024
LONGEST_COMMON = 66
LATELY = 5 * 60  # seconds


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Refuses what Django's list of 20,000 passwords from breaches makes up: one of them, or two in a row, whatever digits and signs
    stand around or between; and a few characters over and over. Few of the list have 15 characters themselves."""

    def validate(self, password: str, user: Any = None) -> None:
        unit = password[: (password + password).find(password, 1)]
        if (len(unit) <= 8 and unit != password) or any(self._is_made_up(text) for text in (unit, password)):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def _is_made_up(self, text: str) -> bool:
        typed = text.casefold()
        plain = "".join(each for each in typed if each.isalnum())
        return any(self._is_one_or_two(each) for each in (typed, plain, plain.strip("0123456789")))

    def _is_one_or_two(self, text: str) -> bool:
        if len(text) > 2 * LONGEST_COMMON:
            return False
        halves = ((text[:cut], text[cut:]) for cut in range(1, len(text) + 1))
        return any(first in self.passwords and (not rest or rest in self.passwords) for first, rest in halves)


class PersonalPasswordValidator:
    """Refuses a password made of the product, the workspace, the person's name or address."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = password.casefold()
        for word in sorted({"guestlist", *_personal(user)}, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(password) - len(rest) >= len(rest):
            raise ValidationError(_("Do not build the password from your name, your address or the name of the place."))

    def get_help_text(self) -> str:
        return _("Do not build the password from your name, your address or the name of the place.")


def _personal(user: Any) -> Iterable[str]:
    text = " ".join(getattr(user, "password_words", ()) if user else ())
    names = (each.casefold().partition("@")[0] for each in getattr(user, "password_words", ()))
    joined = ("".join(re.findall(r"[^\W_]+", each)) for each in names)
    return [*re.findall(r"[^\W_]{4,}", text.casefold()), *(each for each in joined if len(each) >= 4)]


class PasswordSubject:
    """Whose password it will be: their name, address and the places they join, as the validators want it."""

    def __init__(self, *words: str) -> None:
        self.password_words = words


def check_password_rules(password: str, subject: PasswordSubject) -> None:
    """Raises WeakPassword with a sentence for each rule the password breaks."""
    if len(password) > LONGEST_PASSWORD:  # before the others read it: their work grows with it
        raise WeakPassword([_("Use at most 1,024 characters.")])
    try:
        password_validation.validate_password(password, subject)  # type: ignore[arg-type] # validators read attributes only
    except ValidationError as weak:
        raise WeakPassword(list(weak.messages)) from weak


def proved_lately(records: Iterable[Mapping[str, Any]], now: datetime) -> bool:
    """Whether password, code or passkey were shown in the last five minutes, by the session's records of how it was opened. Coming in
    through a connection does not count: who sits at the directory's open session was not asked anything."""
    return any(each["method"] in ("password", "mfa") and each["at"] > now.timestamp() - LATELY for each in records)


@dataclass(frozen=True)
class Limit:
    """At most so many wrong passwords under one key, within so many seconds of the first."""

    key: str
    most: int
    seconds: int


_MINUTE, _HOUR, _YEAR = 60, 3_600, 31_536_000
MOST_IN_A_ROW = 100  # NIST SP 800-63B, 3.2.2: consecutive failures on one account


def limits_of_stranger(address: str, source: str) -> list[Limit]:
    """For a browser in which nobody has signed in to the account. Under the `address` that was typed, or trying one address would
    tell whose account another is. In this order: what one source has used up is not counted against the address, or one machine could
    close it."""
    return [
        Limit(f"account:{address}:{source}", 5, 5 * _MINUTE),
        Limit(f"source:{source}", 30, 10 * _MINUTE),
        Limit(f"account:{address}", 20, _HOUR),
        Limit(f"in a row:{address}", MOST_IN_A_ROW, _YEAR),
        Limit("everybody", 600, _MINUTE),
    ]


def limits_of_account(account: str) -> list[Limit]:
    """What strangers may try on an account by all of its addresses together. Nobody is told that these are used up."""
    return [Limit(f"together:{account}", 20, _HOUR), Limit(f"together in a row:{account}", MOST_IN_A_ROW, _YEAR)]


def limits_of_holder(browser: str) -> list[Limit]:
    """For a browser in which the holder has signed in before: whatever strangers do, it is counted alone."""
    return [Limit(f"browser:{browser}", 10, 5 * _MINUTE), Limit(f"in a row:{browser}", MOST_IN_A_ROW, _YEAR)]


def limits_of_change(account: str) -> list[Limit]:
    """For the password asked for before another is set."""
    return limits_of_holder(f"change of {account}")


def limits_of_directories(source: str) -> list[Limit]:
    """For ways to a directory, and answers of one, that came to nothing: many, since a whole office may have one address."""
    return [Limit(f"directories:{source}", 300, 10 * _MINUTE)]


def limits_of_address(account: str, mailbox: str) -> list[Limit]:
    """For links to confirm an address: those asked for by an account, and those sent to one mailbox by whatever accounts."""
    return [Limit(f"links of {account}", 10, _HOUR), Limit(f"links to {mailbox}", 5, _HOUR)]


def keys_ended_by_success(account: str, addresses: Iterable[str]) -> list[str]:
    """`addresses`: all of the account's, as they are counted."""
    typed = [key for each in addresses for key in (f"account:{each}", f"in a row:{each}")]
    return [*typed, *(limit.key for limit in (*limits_of_account(account), *limits_of_change(account)))]


# In this order: Edge says that it is Chrome too, Chrome that it is Safari, and Android that it is Linux.
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "FxiOS/": "Firefox", "CriOS/": "Chrome", "Chrome/": "Chrome"}
_BROWSERS |= {"Safari/": "Safari", "curl/": "curl"}
_SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS"}
_SYSTEMS |= {"Mac OS X": "macOS", "Linux": "Linux"}


def browser_and_system(user_agent: str) -> tuple[str, str]:
    """`("Firefox", "Linux")`; an empty string for what is not known."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent), "")
    return browser, next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")


def network_of(address: str) -> str:
    """The network an address lies in, `203.0.113.0/24` or `2001:db8::/48`: enough to know a place by, and no more."""
    try:
        length = 24 if ip_address(address).version == 4 else 48
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{length}", strict=False))


def source_of(address: str) -> str:
    """What tries are counted under: the address, or of IPv6 the network of 64 bits that one household or machine has."""
    return str(ip_network(f"{address}/64", strict=False)) if ":" in address else address


@cache
def time_zones() -> tuple[str, ...]:
    """The names of the IANA database that say a place, sorted, and UTC."""
    places = (each for each in zoneinfo.available_timezones() if "/" in each and not each.startswith(("Etc/", "SystemV/", "US/")))
    return ("UTC", *sorted(places))
