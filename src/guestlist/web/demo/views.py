"""The demo's mailbox: what its own mail server was handed, to read and to click. Exists in the demo only."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from guestlist.kernel.errors import NotFound
from guestlist.web.shell import at

NEWEST = 100


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    at(request, "mailbox")
    mails = [_row(path) for path in sorted(_folder().glob("*.eml"), reverse=True)[:NEWEST]]
    return render(request, "demo/mailbox.html", {"mails": mails})


@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    at(request, "mailbox")
    path = _path(name)
    page = {**_row(path), "text": _body(_read(path), "plain"), "html_url": reverse("demo_mail_html", args=[name])}
    return render(request, "demo/mail.html", {"mail": page, "mailbox_url": reverse("demo_mailbox")})


@xframe_options_sameorigin
@csp_replace(
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-top-navigation-by-user-activation"],
    }
)
@require_safe
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of a mail as its reader would see it: no script, nothing loaded, links open in place of the page."""
    html = _body(_read(_path(name)), "html")
    return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Every component in each of its states, for whoever changes one."""
    _folder()
    return render(request, "style/index.html", {})


def _folder() -> Path:
    if not settings.GUESTLIST_DEMO_MAILBOX:
        raise NotFound
    return Path(settings.GUESTLIST_DEMO_MAILBOX)


def _path(name: str) -> Path:
    path = _folder() / f"{name}.eml"
    if not path.is_file():
        raise NotFound
    return path


def _read(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)  # type: ignore[return-value] # what the policy makes


def _row(path: Path) -> dict[str, Any]:
    found = _read(path)
    return {
        "to": str(found["To"]),
        "subject": str(found["Subject"]),
        "date": str(found["Date"]),
        "url": reverse("demo_mail", args=[path.stem]),
    }


def _body(found: EmailMessage, kind: str) -> str:
    part = found.get_body((kind,))
    return str(part.get_content()) if part else ""
