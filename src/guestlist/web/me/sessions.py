"""End one of my sessions, or all the others."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from guestlist.kernel.refusing import found_in
from guestlist.users.commands import end_other_sessions, end_session
from guestlist.users.queries import sessions_of
from guestlist.web.confirming import ask_to_confirm, vouched_only
from guestlist.web.presenting import session_words
from guestlist.web.shell import at


@login_required
def end_page(request: HttpRequest, session: uuid.UUID) -> HttpResponse:
    row = found_in(sessions_of(request.user).filter(id=session))
    if vouched_only(request):
        return ask_to_confirm(request)
    if request.method == "POST":
        end_session(user=request.user, session=session)
        messages.success(request, _("The session has ended."))
        return redirect("me")
    browser = session_words(row.browser, row.system)
    return _ask(request, _("End the session in %(browser)s?") % {"browser": browser}, _("End session"))


@login_required
def end_others_page(request: HttpRequest) -> HttpResponse:
    if vouched_only(request):
        return ask_to_confirm(request)
    if request.method == "POST":
        end_other_sessions(user=request.user, keep=request.session.session_key or "")
        messages.success(request, _("Your other sessions have ended."))
        return redirect("me")
    return _ask(request, _("End all other sessions?"), _("End the others"))


def _ask(request: HttpRequest, title: str, submit: str) -> HttpResponse:
    at(request, "me")
    page = {
        "title": title,
        "effects": [
            {"text": _("Whoever uses it is signed out at their next click. What they were typing is lost.")},
            {"text": _("If it was not you, change your password too.")},
            {"text": _("This browser stays signed in."), "kept": True},
        ],
        "submit": submit,
        "cancel_url": reverse("me"),
    }
    return render(request, "confirm.html", page)
