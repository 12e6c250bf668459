"""Every page and every operation of the API asks who comes, unless it stands here as public."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from guestlist.api.site import api
from tests.cast import Cast

PUBLIC = {
    "healthz",
    "account_login",
    "account_logout",
    "login_challenge",
    "second_challenge",
    "join_challenge",
    "password_reset",
    "sso_find",
    "new_password",
    "join",
    "sso_start",
    "sso_callback",
    "sso_acs",
    "sso_metadata",
}


def pages(patterns: list[URLPattern | URLResolver]) -> dict[str, URLPattern]:
    """The pages by name, those of the API left out: it answers 401 by itself."""
    found: dict[str, URLPattern] = {}
    for each in patterns:
        if isinstance(each, URLResolver) and not each.namespace:
            found |= pages(each.url_patterns)
        elif isinstance(each, URLPattern) and each.name:
            found[each.name] = each
    return found


PAGES = pages(get_resolver().url_patterns)


def address(name: str, cast: Cast) -> str:
    """Where the page lies, with something to leak wherever that can be known beforehand."""
    real = {"slug": "northwind", "community": cast.alder.id, "team": "alder", "tab": "users", "passkey": 1, "address": 1}
    wanted = PAGES[name].pattern.converters
    made_up = {key: uuid4() if type(kind).__name__ == "UUIDConverter" else "x" for key, kind in wanted.items()}
    return reverse(name, kwargs={key: real.get(key, value) for key, value in made_up.items()})


def test_pages_are_found():
    assert len(PAGES) > 20
    assert set(PAGES) >= PUBLIC


@pytest.mark.parametrize("name", sorted(set(PAGES) - PUBLIC))
def test_anonymous_person_is_sent_to_sign_in(name: str, cast: Cast, client: Client):
    for answer in (client.get(address(name, cast)), client.post(address(name, cast))):
        sent_away = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
        assert sent_away or answer.status_code in (404, 405), answer


def test_nobody_gets_an_answer_from_the_api(cast: Cast, client: Client):
    operations = [
        (method, re.sub(r"\{\w+\}", "northwind", path))
        for path, found in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
        for method in found
    ]

    answers = {(method, path): client.generic(method.upper(), path).status_code for method, path in operations}

    assert len(answers) > 15
    assert {operation: status for operation, status in answers.items() if status != 401} == {}
