"""What a refusal, a missing page and a failure look like. The neighbour's thing and nothing at all look the same."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from guestlist.kernel import context
from guestlist.kernel.errors import HTTP_STATUS, Refusal


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = HTTP_STATUS[refusal.kind]
    if status == 404:
        return not_found(request)
    return _page(request, "errors/403.html", status, str(refusal))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "errors/404.html", 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "errors/403.html", 403)


def unreadable(request: HttpRequest) -> HttpResponse:
    return _page(request, "errors/403.html", 400, _("What was sent could not be read. Go back and try again."))


def failed(request: HttpRequest) -> HttpResponse:
    return _page(request, "errors/500.html", 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "errors/csrf.html", 403)


def _page(request: HttpRequest, template: str, status: int, sentence: str = "") -> HttpResponse:
    return render(request, template, {"request_id": context.request_id.get(), "sentence": sentence}, status=status)
