"""An account has the address that the directory vouched for: its holder signs in to that the usual way, once, and says yes."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from guestlist.kernel.errors import Refusal
from guestlist.sso.commands import link_identity
from guestlist.sso.models import Connection
from guestlist.sso.queries import open_connection
from guestlist.sso.rules import Claims
from guestlist.web.presenting import person, place
from guestlist.web.shell import at_the_door
from guestlist.web.sso.views import PENDING, refused_page


@never_cache
def link_page(request: HttpRequest) -> HttpResponse:
    pending = request.session.get(PENDING)
    if pending is None:
        return redirect("home" if request.user.is_authenticated else "account_login")
    row = open_connection(uuid.UUID(pending["connection"]))
    at_the_door(request)
    error = ""
    if request.method == "POST" and _signed_in_the_usual_way(request):
        try:
            return _link(request, row, pending)
        except Refusal as refusal:
            error = str(refusal)
    page = {
        "connection": row.name,
        "workspace": place(row.workspace),
        "email": pending["email"],
        "user": person(request.user) if _signed_in_the_usual_way(request) else None,
        "errors": {"form": error} if error else {},
        "login_url": f"{reverse('account_login')}?{urlencode({'next': reverse('sso_link')})}",
        "switch_url": f"{reverse('account_logout')}?{urlencode({'next': reverse('sso_start', args=[row.id])})}",
    }
    return render(request, "sso/link.html", page, status=409 if error else 200)


def _signed_in_the_usual_way(request: HttpRequest) -> bool:
    """Another directory's word for somebody is no proof of whose account it is."""
    return request.user.is_authenticated and "connection" not in request.session


def _link(request: HttpRequest, row: Connection, pending: dict[str, Any]) -> HttpResponse:
    claims = Claims(pending["subject"], pending["email"], None, pending["name"], tuple(pending["groups"]))
    done = link_identity(user=request.user, connection=row, claims=claims, since=datetime.fromisoformat(pending["at"]))
    del request.session[PENDING]
    return refused_page(request, row) if done.user is None else redirect("workspace", row.workspace.slug)
