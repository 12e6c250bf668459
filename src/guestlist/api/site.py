"""The API as the map of URLs mounts it at /api/v1/."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from guestlist.api import (
    addresses,
    attempts,
    audit,
    batches,
    communities,
    connections,
    domains,
    invitations,
    keys,
    me,
    members,
    mine,
    roles,
    users,
    workspaces,
)
from guestlist.api.auth import ByKey, BySession
from guestlist.api.problems import Problem, handle_problems, method_not_allowed
from guestlist.kernel.errors import NotFound

DESCRIPTION = (
    "Invite people into the communities of a workspace and see who may do what where. Workspaces are named by slug, communities "
    "by id or slug, all else by id. Lists take `limit` (50, at most 1000) and `cursor`. What lies outside your sight answers 404."
)


class GuestlistApi(NinjaAPI):
    @property
    def urls(self) -> tuple[list[Any], str, str]:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            pattern.callback = _polite(pattern.callback)
        return patterns, app, namespace

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Every operation may answer a problem, so it is said once for all of them."""
        schema = super().get_openapi_schema(**options)
        definition = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schema["components"]["schemas"] |= definition.pop("$defs") | {"Problem": definition}
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"]["default"] = {"description": "A problem (RFC 9457)", "content": content}
        return schema


def _polite(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """HEAD wherever there is GET (RFC 9110, section 9.1), 405 as a problem, and nothing for caches to keep."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method, request.method = request.method, "GET" if request.method == "HEAD" else request.method
        response = view(request, *args, **kwargs)
        request.method = method
        if response.status_code == 405:
            response = method_not_allowed(response["Allow"])
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answering


api = GuestlistApi(
    title="Guestlist",
    version="1",
    urls_namespace="api",
    description=DESCRIPTION,
    auth=[ByKey(), BySession()],
    # The icons of Swagger's style sheet are data: images; everything else comes from here.
    docs_decorator=csp_update({"img-src": [SELF, "data:"]}),
)
handle_problems(api)
for resource in (
    workspaces,
    invitations,
    batches,
    communities,
    members,
    users,
    roles,
    keys,
    domains,
    me,
    addresses,
    audit,
    connections,
    attempts,
    mine,
):
    api.add_router("", resource.router)

nowhere = Router()
ANY = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@nowhere.api_operation(ANY, "/", auth=None, include_in_schema=False)
def root(request: HttpRequest) -> None:
    raise NotFound


@nowhere.api_operation(ANY, "/{path:rest}", auth=None, include_in_schema=False)
def nothing_here(request: HttpRequest, rest: str) -> None:
    raise NotFound


api.add_router("", nowhere)  # the last: it takes every address left over
