"""Who asks, from where, in which language; and what becomes of a refusal."""

import re
import uuid
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.utils import timezone, translation

from guestlist.kernel import context
from guestlist.kernel.errors import Refusal
from guestlist.users.rules import time_zones
from guestlist.web.errors import refusal_page, unreadable

Handler = Callable[[HttpRequest], HttpResponse]
LINKS = ("/join/", "/password/", "/address/")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_context(handle: Handler) -> Handler:
    """Gives each request an id for the history and the error page, taken from the proxy where there is one and it sent one: from
    anybody else it would let them write over the trace of another request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        context.request_id.set(request_id)
        context.address.set(get_adapter(request).get_client_ip(request))
        response = handle(request)
        response["X-Request-ID"] = request_id
        return response

    return middleware


def known_verbs(handle: Handler) -> Handler:
    """Pages are read and posted to, nothing else: a view that asks only whether it was a POST would take a DELETE for a GET."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "POST") or request.path.startswith("/api/"):
            return handle(request)
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])

    return middleware


def without_nul(handle: Handler) -> Handler:
    """Pages read their input without NUL: nobody types one, and PostgreSQL refuses it in text. The API says so by itself. A form that
    is not in UTF-8 gets a page; without a form in its place the page would fail on it again."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            try:
                request.GET, request.POST = _without_nul(request.GET), _without_nul(request.POST)
            except BadRequest:
                request.POST = QueryDict()
                return unreadable(request)
        return handle(request)

    return middleware


def _without_nul(typed: QueryDict) -> QueryDict:
    if not any("\x00" in value for _, values in typed.lists() for value in values):
        return typed
    clean = QueryDict(mutable=True)
    for name, values in typed.lists():
        clean.setlist(name, [value.replace("\x00", "") for value in values])
    return clean


def reader(handle: Handler) -> Handler:
    """Speaks the reader's language (the one asked for by ?language=, the account's, the browser's) and shows times in their zone;
    and keeps pages out of caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        asked = request.GET.get("language", "")
        chosen = asked if asked in dict(settings.LANGUAGES) else ""
        language = chosen or (user.is_authenticated and user.language) or translation.get_language_from_request(request)
        with translation.override(language), timezone.override(_zone(request)):
            request.LANGUAGE_CODE = language
            response = handle(request)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
            response["Content-Language"] = language
            if chosen:
                response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
            if user.is_authenticated or request.path.startswith(LINKS):
                # A link or somebody's page in a shared cache, or in the address another site is told, would be theirs.
                response["Cache-Control"] = "no-store"
            if request.path.startswith(LINKS):
                # Not no-referrer: browsers then post the form with `Origin: null`, which the CSRF check refuses.
                response["Referrer-Policy"] = "strict-origin"
        return response

    return middleware


def _zone(request: HttpRequest) -> str:
    """The account's, or the one that js/time_zone.js noted of the browser, which could be anything."""
    noted = request.COOKIES.get("time_zone", "")
    return (request.user.is_authenticated and request.user.time_zone) or (noted if noted in time_zones() else "UTC")


class refusals:
    """A command's refusal that the view did not answer in its form becomes a page that says what to do."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.handle(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None
