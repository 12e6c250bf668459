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
