"""Sign in through a workspace's directory: away, back again, and what comes of it."""

import secrets
import uuid
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from guestlist.kernel import clock
from guestlist.kernel.errors import NotFound
from guestlist.sso.commands import sign_in, try_sign_in, use_assertion
from guestlist.sso.errors import ConnectionClosed
from guestlist.sso.models import Connection
from guestlist.sso.queries import answered_connection, locate_connection, open_connection
from guestlist.sso.rules import Claims, read_claims
from guestlist.users.models import User
from guestlist.web.confirming import ask_to_confirm, confirmed_lately
from guestlist.web.connections.attempts import reason_words
from guestlist.web.presenting import given_places
from guestlist.web.shell import at, at_the_door
from guestlist.web.sign_in.discovery import remember_connection
from guestlist.web.sign_in.views import safe_next
from guestlist.web.sso import oidc, saml
from guestlist.web.sso.causes import NOBODY, UNASKED, USED, BadAnswer
from guestlist.web.sso.failing import ProviderFailed, carried_page, says_if_it_fails, speaking_with
from guestlist.web.sso.slowing import count_visit, forgive_visit, slowed

ANONYMOUS_FOR = 900  # seconds that the session of a browser lives which was sent away and did not come back
TICKET_FOR = 120
PENDING = "sso_pending"
ARRIVED = "sso_arrived"


@never_cache
@require_safe
@says_if_it_fails
def start(request: HttpRequest, connection: uuid.UUID) -> HttpResponse:
    """The sign-in address of a connection, for bookmarks and for the tile in the directory."""
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        raise NotFound  # as a picture on somebody's page it would use up the tries of a whole office
    row = open_connection(connection)
    if not request.user.is_authenticated:
        request.session.set_expiry(ANONYMOUS_FOR)
    return _ask(request, row, "sign_in", safe_next(request))


@require_safe
@never_cache
@login_required
@says_if_it_fails
def test(request: HttpRequest, connection: uuid.UUID) -> HttpResponse:
    """A dry sign-in by an admin, on or off: it shows what would happen, and nothing does."""
    row = locate_connection(request.user.actor, connection)
    return _ask(request, row, "test", "") if confirmed_lately(request) else ask_to_confirm(request)


def _ask(request: HttpRequest, row: Connection, purpose: str, after: str) -> HttpResponse:
    protocol = oidc if row.protocol == Connection.Protocol.OIDC else saml
    count_visit()
    try:
        with speaking_with(row):
            return protocol.ask(request, row, purpose, after)
    except ProviderFailed:
        forgive_visit()  # it is not their doing
        raise


@never_cache
@require_safe
@says_if_it_fails
@slowed
def callback(request: HttpRequest, connection: uuid.UUID) -> HttpResponse:
    """Where an OpenID provider sends the browser back to."""
    row = answered_connection(connection, Connection.Protocol.OIDC)
    state = oidc.take_state(request, row, request.GET.get("state", ""))
    if state is None:
        raise ProviderFailed(open_connection(connection), BadAnswer(UNASKED))
    forgive_visit()  # the one on which this browser was sent away
    with speaking_with(row):
        raw = oidc.read_answer(request, row, state)
    return _arrive(request, row, raw, state)


@csrf_exempt  # it comes from the provider's page; the request it answers must be one that this browser made
@never_cache
@says_if_it_fails
@slowed
def acs(request: HttpRequest, connection: uuid.UUID) -> HttpResponse:
    """Where a SAML provider has the browser post its answer. That post carries no session of ours (SameSite), so what was verified
    waits for the browser to come by itself, a moment later."""
    row = answered_connection(connection, Connection.Protocol.SAML)
    if request.method == "POST":
        return _take_in(request, row)
    if failed := carried_page(request, row):
        return failed
    ticket = f"sso.ticket.{request.GET.get('ticket', '')[:64]}"
    answer: saml.Answer | None = cache.get(ticket)
    state = oidc.take_state(request, row, answer.request_id) if answer else None
    if answer is None or state is None:
        raise ProviderFailed(open_connection(connection), BadAnswer(UNASKED))
    forgive_visit()
    cache.delete(ticket)
    if not use_assertion(connection=row, digest=answer.digest):
        raise ProviderFailed(row, BadAnswer(USED))
    return _arrive(request, row, answer.claims, state)


def _take_in(request: HttpRequest, row: Connection) -> HttpResponse:
    with speaking_with(row):
        answer = saml.read_answer(row, request.POST.get("SAMLResponse", ""))
    ticket = secrets.token_urlsafe(32)
    cache.set(f"sso.ticket.{ticket}", answer, TICKET_FOR)
    return redirect(f"{reverse('sso_acs', args=[row.id])}?ticket={ticket}")


@never_cache
@require_safe
def metadata(request: HttpRequest, connection: uuid.UUID) -> HttpResponse:
    """Ours, for a SAML provider: before the connection is on, since the provider needs it first."""
    row = answered_connection(connection, Connection.Protocol.SAML)
    return HttpResponse(saml.metadata(row), content_type="application/samlmetadata+xml")


def _arrive(request: HttpRequest, row: Connection, raw: dict[str, Any], state: oidc.State) -> HttpResponse:
    claims = read_claims(raw, row.group_claim)
    if not claims.subject:
        raise ProviderFailed(row, BadAnswer(NOBODY))
    if state["process"] == "test":
        return _show_test(request, row, claims, raw)
    try:
        done = sign_in(connection=row, claims=claims)
    except ConnectionClosed as closed:
        return refused_page(request, row, str(closed))
    if done.verdict.outcome == "link":
        pending = {"connection": str(row.id), "subject": claims.subject, "email": claims.email, "name": claims.name}
        request.session[PENDING] = pending | {"groups": list(claims.groups), "at": clock.now().isoformat()}
        return redirect("sso_link")
    if done.user is None:
        return refused_page(request, row, _reason(row, done.verdict.reason))
    target = state.get("next") or reverse("workspace", args=[row.workspace.slug])
    if request.user.is_authenticated and request.user != done.user:
        # Any site can send a browser through here: nobody is signed out of their account unasked.
        arrived = {"connection": str(row.id), "user": str(done.user.id), "next": target, "at": clock.now().isoformat()}
        request.session[ARRIVED] = arrived
        return redirect("sso_switch")
    return open_session(request, row, done.user, target)


def open_session(request: HttpRequest, row: Connection, user: User, target: str) -> HttpResponse:
    """A fresh one, whoever sat here before, that says which connection opened it: it enters only that one's workspace."""
    request.session.flush()
    login(request, user)
    request.session["connection"] = str(row.id)
    record_authentication(request, user, "sso", connection=str(row.id))
    response = redirect(target)
    remember_connection(response, row)
    return response


def _reason(row: Connection, reason: str) -> str:
    """For what an administrator cannot mend by letting somebody in; else nothing."""
    workspace = {"workspace": row.workspace.name}
    return {
        "foreign_domain": _(
            "Your directory knows you, but %(workspace)s has not proved the domain of your address. "
            "Ask an administrator of %(workspace)s to prove it, or to invite you."
        )
        % workspace,
        "no_address": _("Your directory names no e-mail address for you. Ask who runs it to add one, and try again."),
    }.get(reason, "")


def refused_page(request: HttpRequest, row: Connection, sentence: str = "") -> HttpResponse:
    at_the_door(request)
    page = {"workspace": row.workspace.name, "sentence": sentence, "login_url": reverse("account_login")}
    return render(request, "sso/refused.html", page, status=403)


def _show_test(request: HttpRequest, row: Connection, claims: Claims, raw: dict[str, Any]) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("account_login")
    locate_connection(request.user.actor, row.id)  # the door may have shut meanwhile, and the address names no workspace
    foreseen = try_sign_in(actor=request.user.actor, connection=row, claims=claims)
    at(request, "ws-security", row.workspace)
    page = {
        "title": _("Test of %(connection)s") % {"connection": row.name},
        "lead": _("The directory answered, and its answer is in order. Nothing was made or changed."),
        "claims": sorted(
            (_shown(key), [_shown(each) for each in (value if isinstance(value, list) else [value])])
            for key, value in raw.items()
        ),
        "read": claims,
        "verdict": foreseen.verdict,
        "why": reason_words(foreseen.verdict.reason),
        "places": given_places(foreseen.verdict.places),
        "settings_url": reverse("connection", args=[row.workspace.slug, row.id]),
    }
    return render(request, "sso/test.html", page)


def _shown(value: Any) -> str:
    """Half a surrogate pair, which JSON can carry, has no place in a page."""
    return str(value).encode(errors="replace").decode()
