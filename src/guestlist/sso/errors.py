from django.utils.translation import gettext_lazy as _

from guestlist.kernel.errors import Refusal


class NoConnection(Refusal):
    code = "no_connection"
    kind = "conflict"
    message = _("No connection is tested and switched on. Set one up, try it, then let people in by it alone.")


class NoBreakGlass(Refusal):
    code = "no_break_glass"
    message = _("Break-glass is for active Admins of the main community with a password or a passkey.")
