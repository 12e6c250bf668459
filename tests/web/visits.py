"""What the tests of pages share: a signed-in client, and people asked in."""

from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.test import Client

from guestlist.access.roles import GUEST
from guestlist.invitations.commands import invite
from guestlist.invitations.models import Invitation
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel import clock
from tests.cast import Cast

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(cast: Cast, who: str) -> Client:
    """A browser of one of the cast; `anonymous` has not signed in."""
    client = Client()
    if who != "anonymous":
        client.force_login(cast.users[who], backend=BACKEND)
    return client


def confirmed(client: Client) -> Client:
    """The same browser, whose user showed their password just now: for what changes trust."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": clock.now().timestamp()}]
    session["account_authentication_methods_user"] = session[SESSION_KEY]
    session.save()
    return client


def ask(cast: Cast, place: str, *addresses: str, role: UUID = GUEST) -> list[Invitation]:
    """Olga invites the addresses into a community of Northwind."""
    community = cast.main if place == "main" else cast.places[place]
    invite(
        actor=cast.olga.actor,
        workspace=cast.northwind,
        people=[Person(each) for each in addresses],
        grants=[Wanted(community.id, frozenset({role}))],
    )
    return list(Invitation.objects.order_by("id"))
