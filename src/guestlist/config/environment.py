"""Every environment variable Guestlist reads: name, what it is, and whether `up`, `web` and `worker` need it."""

import os
from dataclasses import dataclass

SHORTEST_KEY = 50


@dataclass(frozen=True)
class Variable:
    name: str
    help: str
    required: bool = False


VARIABLES = [
    Variable("GUESTLIST_BASE_URL", "Address under which people reach it, such as https://people.example.org", True),
    Variable("GUESTLIST_SECRET_KEY", "50 or more random characters; several separated by commas, newest first", True),
    Variable("EMAIL_URL", "The mail server: smtp+tls://user:password@smtp.example.org:587", True),
    Variable("GUESTLIST_FROM_EMAIL", "Sender of all mail: Guestlist <people@example.org>", True),
    Variable("DATABASE_URL", "postgres://user:password@host/name; without it SQLite in GUESTLIST_DATA_DIR"),
    Variable("GUESTLIST_DATA_DIR", "Folder of the SQLite file (default: data)"),
    Variable("GUESTLIST_TRUSTED_PROXIES", "Number of proxies in front whose X-Forwarded-For is believed (default: 0)"),
    Variable("GUESTLIST_SESSION_DAYS", "Days after which everybody signs in again, whatever they do (default: 14)"),
    Variable("GUESTLIST_SESSION_IDLE_HOURS", "Hours after which a session that was not used has ended (default: 72)"),
    Variable("GUESTLIST_EXISTING_USERS", "People who have an account already: add (default), notify or ask"),
    Variable("GUESTLIST_PERMISSIONS", "File with the permissions of your applications (TOML; see docs/reference/permissions.md)"),
    Variable(
        "GUESTLIST_DNS_SERVERS", "Name servers that prove domains, such as 192.0.2.53,192.0.2.54:5353 (default: the system's)"
    ),
    Variable("GUESTLIST_SSO_PRIVATE_NETWORKS", "true: directories for sign-in may lie in private networks (default: false)"),
    Variable(
        "GUESTLIST_CA_BUNDLE", "File of PEM certificates of private authorities that directories for sign-in may have theirs from"
    ),
    Variable("GUESTLIST_DEMO_MAILBOX", "Folder whose mails /demo/mailbox shows to everyone; set by `guestlist demo` alone"),
]


def missing_variables() -> list[Variable]:
    return [each for each in VARIABLES if each.required and not os.environ.get(each.name)]


def short_keys() -> bool:
    """Whether one of the secret keys is shorter than they say. Everything that is signed or sealed is as strong as the weakest."""
    return any(len(key.strip()) < SHORTEST_KEY for key in os.environ.get("GUESTLIST_SECRET_KEY", "").split(","))
