"""The document at /api/v1/openapi.json says what there is, and the docs page shows it without anybody else's server."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from tests.api.callers import Caller, as_user
from tests.cast import Cast

TAKING = (
    "invitations",
    "domains",
    "communities",
    "communities/{community}/roles",
    "communities/{community}/api-keys",
    "connections",
)


@pytest.fixture
def document(db: None) -> dict[str, Any]:
    answer = Caller().get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def test_document_is_whole(document: dict[str, Any]):
    schemas = document["components"]["schemas"]

    assert document["openapi"].startswith("3.1")
    assert {each.removeprefix("#/components/schemas/") for each in references(document)} <= schemas.keys()
    assert {"Problem", "Fault", "InvitedOut", "InvitationOut"} <= schemas.keys()


def test_every_operation_names_its_parameters_its_answer_and_its_way_in(document: dict[str, Any]):
    names = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(names) == len(set(names)) > 15
    for path, verb, operation in operations(document):
        said = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert said == set(re.findall(r"{(\w+)}", path)), path
        assert operation["security"] == [{"ByKey": []}, {"BySession": []}], path
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert any(status.startswith("2") for status in operation["responses"]), path
        assert ("requestBody" in operation) <= (verb in ("post", "patch") or operation["operationId"] == "remove_role")


def test_every_list_takes_limit_and_cursor(document: dict[str, Any]):
    for path, _, operation in operations(document):
        answer = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if "Listed" in answer.get("$ref", ""):
            assert {"limit", "cursor"} <= {each["name"] for each in operation["parameters"]}, path


def test_creating_posts_take_an_idempotency_key(document: dict[str, Any]):
    taking = {
        path
        for path, verb, operation in operations(document)
        if verb == "post" and any(each["name"] == "Idempotency-Key" for each in operation["parameters"])
    }

    assert taking == {"/api/v1/me/addresses", *(f"/api/v1/workspaces/{{workspace}}/{each}" for each in TAKING)}


def test_document_says_nothing_of_anybody(cast: Cast):
    text = as_user(cast.olga).get("/openapi.json").content.decode().lower()

    assert "northwind" not in text and "acme" not in text


def test_docs_page_loads_everything_from_here(cast: Cast):
    answer = Caller().get("/docs")
    page = answer.content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)

    assert answer.status_code == 200
    assert loaded and all(each.startswith("/static/ninja/") for each in loaded)
    assert all(finders.find(each.removeprefix("/static/")) for each in loaded)
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "img-src 'self' data:" in answer["Content-Security-Policy"]
    assert not re.search(r"<script>|<style>| style=| on\w+=", page)
