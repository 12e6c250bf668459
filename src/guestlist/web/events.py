"""What the pages do when something happens that they did not begin."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from guestlist.kernel import context
from guestlist.users.commands import note_session


@receiver(user_logged_in)
def note_new_session(sender: object, *, request: HttpRequest, **_: Any) -> None:
    """Before the new session is saved, so that it costs no second writing."""
    agent = request.headers.get("User-Agent", "")
    note_session(session=request.session, user_agent=agent, address=context.address.get())
