"""What an event changed, in the words of the pages: how each fact is called, and how its values read."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guestlist.web.presenting import duration

FACTS = {
    "user": gettext_lazy("User"),
    "roles": gettext_lazy("Roles"),
    "grants": gettext_lazy("Communities and roles"),
    "left_out": gettext_lazy("Left out"),
    "name": gettext_lazy("Name"),
    "slug": gettext_lazy("Short name"),
    "parent": gettext_lazy("Below"),
    "permissions": gettext_lazy("Permissions"),
    "status": gettext_lazy("Status"),
    "community": gettext_lazy("Community"),
    "description": gettext_lazy("Description"),
    "may_hand_out": gettext_lazy("May hand out"),
    "ends_at": gettext_lazy("Ends"),
    "everywhere": gettext_lazy("Everywhere in the workspace"),
    "at_once": gettext_lazy("At once"),
    "source": gettext_lazy("Source"),
    "sso_only": gettext_lazy("SSO only"),
    "requires_second_factor": gettext_lazy("Second factor required"),
    "session_idle": gettext_lazy("Log in again after a pause of"),
    "session_lifetime": gettext_lazy("Log in again every"),
    "invitation_lifetime": gettext_lazy("A link is valid for"),
    "existing_users": gettext_lazy("People who have an account already"),
    "language": gettext_lazy("Language of the e-mail"),
    "by_operator": gettext_lazy("By the operator"),
    "break_glass": gettext_lazy("Break-glass Admins"),
    "email": gettext_lazy("Email"),
    "reason": gettext_lazy("Reason"),
    "connection": gettext_lazy("Connection"),
    "protocol": gettext_lazy("Protocol"),
    "issuer": gettext_lazy("Issuer"),
    "client_id": gettext_lazy("Client id"),
    "sso_url": gettext_lazy("Sign-on address"),
    "group_claim": gettext_lazy("Claim with the groups"),
    "groups": gettext_lazy("Groups"),
    "communities": gettext_lazy("Communities"),
    "creates_users": gettext_lazy("Automatic user creation"),
    "asks_second_factor": gettext_lazy("Asks for a second factor itself"),
    "trust_changed": gettext_lazy("Trusts another"),
    "identities": gettext_lazy("People it knew"),
}
TREATMENTS = {
    "": gettext_lazy("As the operator says"),
    "add": gettext_lazy("Add them at once"),
    "notify": gettext_lazy("Add them at once and mail them"),
    "ask": gettext_lazy("Ask them"),
}
SETTINGS: dict[str, Callable[[Any], str]] = {
    "invitation_lifetime": duration,
    "session_idle": lambda seconds: duration(seconds) if seconds else _("Any length"),
    "session_lifetime": lambda seconds: duration(seconds) if seconds else _("As the installation"),
    "existing_users": lambda value: str(TREATMENTS.get(value, value)),
    "language": lambda code: dict(settings.LANGUAGES).get(code, code) or _("As the installation"),
}
GONE = {
    "user": gettext_lazy("somebody who is gone"),
    "roles": gettext_lazy("a deleted role"),
    "may_hand_out": gettext_lazy("a deleted role"),
    "community": gettext_lazy("a deleted community"),
    "grants": gettext_lazy("a deleted community"),
    "left_out": gettext_lazy("a deleted community"),
    "parent": gettext_lazy("a deleted community"),
}
