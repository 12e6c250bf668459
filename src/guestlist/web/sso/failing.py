"""The one page for every way that a directory can fail, with a reference by which the operator finds what it was."""

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from cryptography.fernet import InvalidToken
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from guestlist.kernel import context
from guestlist.kernel.errors import NotFound
from guestlist.kernel.seals import seal, unseal
from guestlist.sso.models import Connection
from guestlist.sso.queries import locate_connection
from guestlist.web.shell import at_the_door
from guestlist.web.sso.causes import SILENT, BadAnswer, cause_of

log = logging.getLogger(__name__)
LONGEST = 300
CARRIED_FOR = 600  # seconds


class ProviderFailed(Exception):
    """What came of speaking with the provider of `connection`."""

    def __init__(self, connection: Connection, broken: Exception) -> None:
        found = broken.found if isinstance(broken, BadAnswer) else f"{type(broken).__name__}: {broken}"
        self.connection, self.cause, self.found = connection, cause_of(broken), found[:LONGEST]
        self.silent = isinstance(broken, SILENT)
        super().__init__(f"{self.cause} {self.found}")


@contextmanager
def speaking_with(row: Connection) -> Iterator[None]:
    """A provider that is down, slow, wrong or hostile breaks something, and there is no end of what. Raises ProviderFailed."""
    try:
        yield
    except Exception as broken:
        raise ProviderFailed(row, broken) from broken


def says_if_it_fails(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, connection: uuid.UUID) -> HttpResponse:
        try:
            return view(request, connection)
        except ProviderFailed as failed:
            reference = context.request_id.get()
            log.warning("connection %s failed, reference %s: %r", failed.connection.id, reference, str(failed))
            if request.method == "POST":
                return _carried(failed, reference)
            return _page(request, failed.connection, failed.cause, failed.found, reference)

    return guarded


def _carried(failed: ProviderFailed, reference: str) -> HttpResponse:
    """A post from the provider's page has no session of ours, so the browser fetches the page by itself. Sealed, and not kept: what
    went wrong is for some eyes only, and anybody may post rubbish."""
    told = seal(json.dumps([str(failed.connection.id), failed.cause, failed.found, reference]))
    return redirect(f"{reverse('sso_acs', args=[failed.connection.id])}?{urlencode({'failed': told})}")


def carried_page(request: HttpRequest, row: Connection) -> HttpResponse | None:
    """What the post before came to, if it failed."""
    try:
        connection, *told = json.loads(unseal(request.GET.get("failed", ""), seconds=CARRIED_FOR))
    except (InvalidToken, ValueError):
        return None
    return _page(request, row, *told) if connection == str(row.id) else None


def _page(request: HttpRequest, row: Connection, cause: str, found: str, reference: str) -> HttpResponse:
    at_the_door(request)
    page = {
        "connection": row.name,
        "reference": reference,
        "again_url": reverse("sso_start" if row.enabled_at else "sso_test", args=[row.id]),
        "login_url": reverse("account_login"),
        **(_for_admin(row, cause, found) if _may_mend(request, row) else {}),
    }
    # Not 5xx: proxies put a page of their own in the place of those.
    return render(request, "sso/failed.html", page, status=400)


def _may_mend(request: HttpRequest, row: Connection) -> bool:
    try:
        return request.user.is_authenticated and locate_connection(request.user.actor, row.id) is not None
    except NotFound:
        return False


def _for_admin(row: Connection, cause: str, found: str) -> dict[str, str]:
    args = [row.workspace.slug, row.id]
    return {
        "cause": gettext(cause),
        "found": found,
        "settings_url": reverse("connection", args=args),
        "edit_url": reverse("connection_edit", args=args),
    }
