"""Northwind (an MSSP) and Acme (one community), with the people of design.md section 5, and Otto, who belongs nowhere."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from guestlist.access.roles import ADMIN, ANALYST, GUEST, MANAGE_MEMBER
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.text import read_address
from guestlist.members.commands import Place, create_community, join, set_up_workspace
from guestlist.members.models import Membership, Role
from guestlist.users.commands import create_user, hash_new_password
from guestlist.users.models import User
from guestlist.workspaces.models import Community, Workspace

PASSWORD = "correct horse battery staple"
NAMES = {
    "olga@northwind.example": "Olga Lindqvist",
    "adam@northwind.example": "Adam Okafor",
    "mia@northwind.example": "Mia Santos",
    "ana@northwind.example": "Ana Ferreira",
    "gus@northwind.example": "Gus Petit",
    "nora@acme.example": "Nora Whitfield",
    "otto@elsewhere.example": "Otto Brandt",
}


@dataclass
class Cast:
    northwind: Workspace
    acme: Workspace
    main: Community
    acme_main: Community
    users: dict[str, User] = field(default_factory=dict)
    places: dict[str, Community] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User | Community:
        """cast.olga, cast.alder"""
        for shelf in ("users", "places"):
            if name in self.__dict__.get(shelf, {}):
                return self.__dict__[shelf][name]
        raise AttributeError(name)


def make_cast() -> Cast:
    northwind, olga = set_up_workspace(
        name="Northwind Security",
        slug="northwind",
        address=read_address("olga@northwind.example"),
        admin_name="Olga Lindqvist",
        password=PASSWORD,
    )
    acme, nora = set_up_workspace(
        name="Acme", slug="acme", address=read_address("nora@acme.example"), admin_name="Nora Whitfield", password=PASSWORD
    )
    main = northwind.communities.get(kind="main")
    cast = Cast(northwind, acme, main, acme.communities.get(kind="main"), {"olga": olga, "nora": nora})
    for name in ("Alder", "Birch", "Cedar"):
        cast.places[name.lower()] = create_community(actor=OPERATOR, parent=main, name=name)
    cast.places["cedar_north"] = create_community(actor=OPERATOR, parent=cast.places["cedar"], name="Cedar North")
    _people(cast)
    return cast


def _people(cast: Cast) -> None:
    hashed = hash_new_password(password=PASSWORD, name="x", words=())
    for address, name in NAMES.items():
        short = address.partition("@")[0]
        if short not in cast.users:
            with transaction.atomic():
                cast.users[short] = create_user(
                    actor=OPERATOR, address=read_address(address), name=name, password_hash=hashed, language="en"
                )
    for short, place, role in (
        ("adam", "alder", ADMIN),
        ("mia", "birch", MANAGE_MEMBER),
        ("ana", "alder", ANALYST),
        ("ana", "birch", ANALYST),
        ("gus", "cedar", GUEST),
    ):
        give(cast.users[short], cast.places[place], role)


def give(user: User, community: Community, *roles: UUID) -> Membership:
    """A membership for a test, by the operator."""
    place = Place(community.workspace_id, community.id, user.id, user.email, frozenset(roles), "added")
    with transaction.atomic():
        return join(actor=OPERATOR, places=[place])[0]


def role_named(name: str) -> Role:
    return Role.objects.get(community=None, name=name)
