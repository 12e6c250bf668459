"""The directories linked to my account."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guestlist.kernel.refusing import found_in
from guestlist.sso.commands import unlink
from guestlist.sso.errors import OnlyWayIn
from guestlist.sso.queries import identities_of
from guestlist.web.confirming import needs_confirming
from guestlist.web.shell import at


@needs_confirming
def unlink_page(request: HttpRequest, identity: uuid.UUID) -> HttpResponse:
    at(request, "me")
    row = found_in(identities_of(request.user, request.user.reach).filter(id=identity))
    if request.method == "POST":
        try:
            unlink(user=request.user, identity=identity)
            messages.success(request, _("The directory is unlinked."))
        except OnlyWayIn as refusal:
            messages.error(request, str(refusal))
        return redirect("security")
    page = {
        "title": _("Unlink %(connection)s?") % {"connection": row.connection.name},
        "effects": [
            {"text": _("It no longer signs you in, and the sessions it opened end.")},
            {"text": _("Your account and your communities stay."), "kept": True},
        ],
        "submit": _("Unlink"),
        "cancel_url": reverse("security"),
    }
    return render(request, "confirm.html", page)
