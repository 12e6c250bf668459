"""What goes wrong, as problem documents (RFC 9457). The neighbour's thing and nothing at all give the same bytes."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel

from guestlist.kernel.errors import HTTP_STATUS, NotFound, Refusal

MOST_FAULTS = 100
log = logging.getLogger(__name__)


class Fault(BaseModel):
    """One thing wrong with the request: `pointer` says where in the body (RFC 6901), `parameter` which part of the query."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(BaseModel):
    """Why the request was refused. `code` is stable; `detail` is one sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Fault] | None = None


def problem(status: int, code: str, detail: str, **more: Any) -> JsonResponse:
    """The type is `about:blank`: status and `code` say it all, and there is no page to send anybody to."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, "code": code}
    return JsonResponse(body | more, status=status, content_type="application/problem+json")


def handle_problems(api: NinjaAPI) -> None:
    """Teaches `api` to answer every exception with a problem document."""
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(ValidationError, _not_understood)
    api.add_exception_handler(HttpError, _unreadable)
    api.add_exception_handler(AuthenticationError, _unknown_caller)
    api.add_exception_handler(RequestDataTooBig, _too_big)
    api.add_exception_handler(OperationalError, _unavailable)
    api.add_exception_handler(InterfaceError, _unavailable)
    api.add_exception_handler(Exception, _failed)


def method_not_allowed(allowed: str) -> JsonResponse:
    response = problem(405, "method_not_allowed", _("This address does not take this method."))
    response["Allow"] = allowed
    return response


def _refused(request: HttpRequest, refusal: Refusal) -> JsonResponse:
    return problem(HTTP_STATUS[refusal.kind], refusal.code, str(refusal))


def _not_understood(request: HttpRequest, broken: ValidationError) -> JsonResponse:
    if any(error["loc"][0] == "path" for error in broken.errors):
        return _refused(request, NotFound())
    faults = [_fault(error) for error in broken.errors[:MOST_FAULTS]]
    return problem(422, "invalid_request", _("The request cannot be used as it is. `errors` says where."), errors=faults)


def _fault(error: dict[str, Any]) -> dict[str, str]:
    source, *where = error["loc"]
    if source == "query":
        return {"detail": error["msg"], "parameter": str(where[-1])}
    return {"detail": error["msg"], "pointer": "#" + "".join(f"/{step}" for step in where[1:])}


def _unreadable(request: HttpRequest, error: HttpError) -> JsonResponse:
    """Ninja's own 400 means one thing only: the body is no JSON."""
    return problem(422, "unreadable_body", _("The body is no JSON document."))


def _unknown_caller(request: HttpRequest, error: AuthenticationError) -> JsonResponse:
    response = problem(401, "unauthenticated", _("Send a valid API key as `Authorization: Bearer …`, or log in."))
    response["WWW-Authenticate"] = 'Bearer realm="Guestlist"'
    return response


def _too_big(request: HttpRequest, error: RequestDataTooBig) -> JsonResponse:
    return problem(413, "too_large", _("Send at most 32 MB at a time."))


def _unavailable(request: HttpRequest, error: Exception) -> JsonResponse:
    log.error("The database did not answer", exc_info=error)
    response = problem(503, "unavailable", _("The database does not answer. Try again in a moment."))
    response["Retry-After"] = "5"
    return response


def _failed(request: HttpRequest, error: Exception) -> JsonResponse:
    got_request_exception.send(sender=None, request=request)
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem(500, "failed", _("Something went wrong on our side. Try again, and tell the operator if it stays."))
