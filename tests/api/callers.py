"""Callers of the API in tests: somebody of the cast with a session, an API key, or nobody."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.test import Client

from guestlist.access.roles import ADMIN
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key
from guestlist.members.models import Role
from guestlist.users.models import User
from guestlist.workspaces.models import Community
from tests.web.visits import confirmed


@dataclass
class Caller:
    """`caller.get("/me")`: paths below /api/v1, bodies as JSON."""

    client: Client = field(default_factory=Client)
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("post", path, body, headers)

    def patch(self, path: str, body: Any = None) -> Any:
        return self.send("patch", path, body)

    def delete(self, path: str, body: Any = None) -> Any:
        return self.send("delete", path, body)

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        data = "" if body is None else json.dumps(body)
        return self.client.generic(
            method.upper(), f"/api/v1{path}", data, content_type="application/json", headers=self.headers | named
        )


def as_user(user: User) -> Caller:
    client = Client()
    client.force_login(user)
    return Caller(client)


def as_confirmed(user: User) -> Caller:
    """A session whose user showed their password just now."""
    caller = as_user(user)
    confirmed(caller.client)
    return caller


def as_key(community: Community, *roles: UUID, name: str = "ci") -> Caller:
    _, secret = make_key(community, roles or (ADMIN,), name)
    return Caller(headers={"Authorization": f"Bearer {secret}"})


def make_key(community: Community, roles: Collection[UUID], name: str = "ci") -> tuple[Any, str]:
    return create_api_key(actor=OPERATOR, community=community, name=name, roles=list(Role.objects.filter(id__in=roles)))


def code_of(response: Any) -> tuple[int, str]:
    """Status and code of a problem document, after looking whether it is one."""
    body = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert set(body) - {"errors"} == {"type", "title", "status", "detail", "code"}
    assert body["status"] == response.status_code
    return response.status_code, body["code"]
