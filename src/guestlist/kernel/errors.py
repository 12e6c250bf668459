"""What every refusal is made of."""

from django.utils.translation import gettext_lazy as _

# The status a surface answers with (RFC 9110, section 15), by the refusal's family.
HTTP_STATUS = {"not_found": 404, "forbidden": 403, "invalid": 422, "conflict": 409, "too_large": 413, "too_many": 429}


class Refusal(Exception):
    """A command said no. `code` is stable and part of the API; `message` is one sentence for people.

    `kind` tells a surface which family it is: one of HTTP_STATUS.
    """

    code = "refused"
    kind = "invalid"
    message = _("This cannot be done.")

    def __init__(self, message: str = "") -> None:
        super().__init__(message or str(self.message))


class NotFound(Refusal):
    """The same answer for what does not exist and for what lies outside the actor's sight."""

    code = "not_found"
    kind = "not_found"
    message = _("There is nothing here, or you may not see it.")
