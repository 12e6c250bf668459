"""No link and no key in any log line, however the request was spelled."""

import logging

import pytest

from guestlist.config.logs import NoTokens
from guestlist.kernel.ids import new_id
from guestlist.kernel.links import sign_link

TOKEN = sign_link("invitation", new_id(), "12")


@pytest.mark.parametrize("path", ["/join/{}", "/join//{}", "/JOIN/{}", "/x/{}?a=b", "/api/v1/{}/join", "/password/{}"])
def test_token_is_hidden_wherever_it_stands(path: str):
    """R-021"""
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (path.format(TOKEN),), None)

    NoTokens().filter(record)

    assert TOKEN not in record.getMessage()
    assert "[hidden]" in record.getMessage()


@pytest.mark.parametrize(
    "path", ["/w/northwind/settings/users", "/static/css/guestlist.a1b2c3d4e5f6.css", "/api/v1/openapi.json"]
)
def test_other_paths_stay_readable(path: str):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (path,), None)

    NoTokens().filter(record)

    assert record.getMessage() == f"Not Found: {path}"
