"""What the pages do when something happens that they did not begin."""

from datetime import timedelta
from typing import Any

from allauth.account.signals import authentication_step_completed
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from guestlist.kernel import clock, context
from guestlist.users.commands import note_session, note_sign_in


@receiver(user_logged_in)
def note_new_session(sender: object, *, request: HttpRequest, **_: Any) -> None:
    """Before the new session is saved, so that it costs no second writing."""
    # A moment, not a number of seconds: those would begin again with every request that saves the session.
    request.session.set_expiry(clock.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    note_sign_in(session=request.session)
    request.session["opened_at"] = request.session["signed_in_at"]  # the latter moves on with every proof
    agent = request.headers.get("User-Agent", "")
    note_session(session=request.session, user_agent=agent, address=context.address.get())


@receiver(authentication_step_completed)
def note_proof(sender: object, *, request: HttpRequest, **_: Any) -> None:
    """Whoever proves again who they are has signed in again, as far as the doors are concerned. Not in a session that a connection
    opened: only its directory says whether they still may, and a password would spare them asking it."""
    if "connection" not in request.session:
        note_sign_in(session=request.session)
