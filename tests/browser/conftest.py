"""A real Chromium against the real application, with a real mail server at the end of the wire."""

import os
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Playwright, expect
from pytest_django.live_server_helper import LiveServer

from guestlist.cli.mail_sink import MailSink
from guestlist.users.models import User
from tests.browser.mailbox import Mailbox
from tests.cast import Cast
from tests.conftest import remembered_cast

# Playwright's sync API runs an event loop in the thread of the test, which Django would take for a mistake.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]

Visit = Callable[..., Page]

expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The shell shows pages as Chromium does, for less than half the work; where it is not installed, Chromium itself."""
    return {"executable_path": shutil.which("chromium-headless-shell") or shutil.which("chromium"), "args": FLAGS}


@pytest.fixture(scope="session")
def database(django_db_setup: None) -> BaseDatabaseWrapper:
    return connections["default"]


@pytest.fixture(scope="session")
def playwright(database: BaseDatabaseWrapper, playwright: Playwright) -> Playwright:
    """Where an event loop runs, Django opens a second connection for the same thread, which would know nothing of the rows that
    every test starts with."""
    connections["default"] = database
    return playwright


@pytest.fixture(scope="session", autouse=True)
def unhurried() -> Iterator[None]:
    """A click waits for the scripts of its page, as a person's would: before them, a link to a dialog leads to a page instead."""
    click = Locator.click

    def waiting(locator: Locator, **options: object) -> None:
        locator.page.wait_for_load_state("domcontentloaded")
        click(locator, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", waiting)
        yield


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """Django's, but static files come from WhiteNoise as they do in production."""
    server = LiveServer("localhost", start=False)
    server.thread.static_handler = lambda application: application
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    return live_server.url


@pytest.fixture(autouse=True)
def site(transactional_db: None, django_db_serialized_rollback: None, base_url: str, settings) -> str:
    """The URL of the application, which the links in its mails carry too. The tries counted so far are forgotten: all tests
    come from one address."""
    settings.GUESTLIST_BASE_URL = base_url
    cache.clear()
    return base_url


@pytest.fixture
def cast(site: str) -> Cast:
    return deepcopy(remembered_cast())


@pytest.fixture(scope="session")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    folder = tmp_path_factory.mktemp("mails")
    with MailSink(folder) as sink:
        yield sink.port, folder


@pytest.fixture
def mailbox(mail_server: tuple[int, Path], settings) -> Mailbox:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_server[0]
    for path in mail_server[1].iterdir():
        path.unlink()
    return Mailbox(mail_server[1])


@pytest.fixture
def new_context(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., BrowserContext]]:
    """Every page of every test is watched: a script that fails, or a resource the policy blocks, fails the test."""
    complaints: list[str] = []

    def watched(**options: object) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(15_000)
        context.on("console", lambda message: complaints.extend(complaint(message)))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        return context

    yield watched

    assert complaints == []


def complaint(message: ConsoleMessage) -> list[str]:
    """Chromium also reports a page that answers 404 or 422, which pages do here on purpose."""
    where = urlsplit(str(message.location.get("url", ""))).path
    answered = message.text.startswith("Failed to load resource") and not where.startswith("/static/")
    return [f"{message.text} ({where})"] if message.type in ("error", "warning") and not answered else []


@pytest.fixture
def visit(new_context: Callable[..., BrowserContext], site: str) -> Visit:
    """`visit()` is a new browser at the door; `visit(cast.olga)` one where Olga has signed in. Options are Playwright's."""

    def open_browser(user: User | None = None, **options: object) -> Page:
        context = new_context(**options)
        if user:
            client = Client()
            client.force_login(user, backend=BACKEND)
            name = django_settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
        return context.new_page()

    return open_browser
