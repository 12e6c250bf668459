"""What happened to my account of late, so that I see what was not me."""

from django.utils.translation import gettext_lazy

from guestlist.audit.queries import events_about
from guestlist.users.models import User
from guestlist.web.presenting import Shown

LATEST = 10
WORDS = {
    "user.created": gettext_lazy("Account made"),
    "user.password_reset_requested": gettext_lazy("Link for a new password asked for"),
    "user.password_changed": gettext_lazy("Password changed"),
    "user.sessions_ended": gettext_lazy("Other sessions ended"),
    "user.totp_added": gettext_lazy("Authenticator app set up"),
    "user.totp_removed": gettext_lazy("Authenticator app removed"),
    "user.recovery_codes_made": gettext_lazy("New recovery codes made"),
    "user.recovery_code_used": gettext_lazy("Recovery code used"),
    "user.passkey_added": gettext_lazy("Passkey added"),
    "user.passkey_renamed": gettext_lazy("Passkey renamed"),
    "user.passkey_removed": gettext_lazy("Passkey removed"),
    "user.address_added": gettext_lazy("E-mail address added"),
    "user.address_removed": gettext_lazy("E-mail address removed"),
    "user.primary_changed": gettext_lazy("Another e-mail address is the primary one"),
    "user.second_factor_reset": gettext_lazy("Second factor removed"),
    "user.disabled": gettext_lazy("Account disabled"),
    "user.enabled": gettext_lazy("Account enabled"),
}


def recent_activity(user: User) -> list[Shown]:
    """The latest that touched how the user signs in, as {text, name, by_operator, at, address}; the newest first. Nothing in a
    session that a workspace's directory opened: the account is not that workspace's."""
    if user.reach is not None:
        return []
    return [
        {
            "text": WORDS[event.action],
            "name": (event.after or {}).get("name", ""),
            "by_operator": event.actor_kind == "operator",
            "at": event.at,
            "address": event.address,
        }
        for event in events_about([user.id]).filter(action__in=list(WORDS))[:LATEST]
    ]
