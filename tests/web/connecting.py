"""What the tests of pages of connections share: the addresses, and what an Admin fills in."""

from django.test import Client

from guestlist.access.roles import GUEST
from guestlist.sso.models import Connection

SECURITY = "/w/northwind/settings/security"
OKTA = {"name": "Okta", "domain": "https://northwind.okta.example/", "client_id": "guestlist", "secret": "hush hush"}


def page_of(row: Connection, act: str = "") -> str:
    return f"{SECURITY}/sso/{row.id}{act}"


def chosen(client: Client, kind: str) -> str:
    """The address of the form, as the page of kinds links to it."""
    found = client.get(f"{SECURITY}/sso/new").context["kinds"]
    return f"{SECURITY}/sso/new" + next(each["url"] for each in found if each["kind"].key == kind)


def defaults(**more: object) -> dict[str, object]:
    return {"do": "save", "creates_users": "on", "role": str(GUEST), **more}
