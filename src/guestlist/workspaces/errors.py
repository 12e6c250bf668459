from django.utils.translation import gettext_lazy as _

from guestlist.kernel.errors import Refusal


class SlugTaken(Refusal):
    code = "slug_taken"
    kind = "conflict"
    message = _("This short name is in use. Choose another.")


class TooDeep(Refusal):
    code = "too_deep"
    message = _("Communities go 8 levels deep. Choose a parent higher up.")


class NameMissing(Refusal):
    code = "place_name_missing"
    message = _("Enter a name.")


class UnknownCommunity(Refusal):
    """A foreign community and one that does not exist are the same answer."""

    code = "unknown_community"
    message = _("There is no such community, or you may not see it.")


class BadSlug(Refusal):
    code = "bad_slug"
    message = _("Use small letters, digits and single hyphens, at most 63.")


class MainStays(Refusal):
    code = "main_stays"
    kind = "conflict"
    message = _("The main community is the root of the workspace: it cannot be moved or deleted.")


class BelowItself(Refusal):
    code = "below_itself"
    kind = "conflict"
    message = _("A community cannot lie below itself. Choose a parent elsewhere.")


class HasChildren(Refusal):
    code = "has_children"
    kind = "conflict"
    message = _("There are communities below this one. Move or delete them first.")


class NotEmpty(Refusal):
    code = "community_not_empty"
    kind = "conflict"
    message = _("Members, invitations, roles or API keys hang on this community. Say what becomes of its members.")


class BadLifetime(Refusal):
    code = "bad_lifetime"
    message = _("A link is valid for 1 minute to 365 days.")


class BadSessionLimit(Refusal):
    code = "bad_session_limit"
    message = _("Idle time is 5 minutes to 14 days, a session lasts 15 minutes to 14 days.")


class DoorClosed(Refusal):
    """The workspace asks more of the session than it has shown: SSO, a second factor, signing in again. Never of an API key."""

    code = "door_closed"
    kind = "forbidden"
    message = _("This workspace asks you to sign in another way. Open it in the browser to see how.")


class PolicyLoosened(Refusal):
    code = "policy_loosened"
    message = _("The operator asks for more. A workspace may only be stricter.")


class UnknownLanguage(Refusal):
    code = "unknown_language"
    message = _("There are no mails in this language.")
