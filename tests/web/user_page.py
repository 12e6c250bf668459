"""What the tests of a user's page share: its address, its form as a browser posts it, and what it leaves."""

from django.test import Client

from guestlist.members.models import Membership
from tests.cast import Cast


def page_of(cast: Cast, who: str = "ana", place: str = "") -> str:
    return f"/w/northwind/users/{cast.users[who].id}" + (f"?in={place}" if place else "")


def row(cast: Cast, who: str, place: str) -> Membership:
    return Membership.objects.get(user=cast.users[who], community=cast.places.get(place) or cast.main)


def form_of(client: Client, path: str, **changes: str | list[str]) -> dict[str, list[str]]:
    """What a browser would post: every control as the page shows it, but for `changes`."""
    shown = client.get(path)
    data: dict[str, list[str]] = {}
    for each in shown.context["memberships"]:
        if each["locked"]:
            continue
        data[f"was-{each['id']}"] = list(each["shown"])
        data[f"role-{each['id']}"] = [role["id"] for role in each["roles"] if role["selected"]]
        data[f"more-{each['id']}"] = [role["id"] for role in each["others"] if role["ticked"]]
    return data | changes


def held(cast: Cast, who: str, place: str) -> list[str]:
    return sorted(role.name for role in row(cast, who, place).roles.all())
