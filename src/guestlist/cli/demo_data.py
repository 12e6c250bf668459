"""The cast of the demo: Northwind watches over Alder, Birch and Cedar for others; Acme is one community; Otto belongs nowhere."""

from datetime import timedelta

from django.db import transaction

from guestlist.access.permissions import READING
from guestlist.access.roles import ANALYST, GUEST
from guestlist.cli.mail_sink import REFUSED_DOMAIN
from guestlist.invitations.commands import accept_as_new_user, decline_invitation, invite, revoke_invitations
from guestlist.invitations.models import LINK_PURPOSE, Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.invitations.queries.people import named_grants
from guestlist.invitations.rules import Person
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR, Actor
from guestlist.kernel.links import sign_link
from guestlist.kernel.text import read_address
from guestlist.mail.commands import deliver_due
from guestlist.mail.models import Message
from guestlist.members.commands import create_community, create_role, note_visit, set_up_workspace
from guestlist.members.models import Role
from guestlist.members.queries import fetch_community
from guestlist.sso.commands import confirm_domain
from guestlist.users.commands import create_user, hash_new_password
from guestlist.users.models import User
from guestlist.workspaces.models import Workspace

PASSWORD = "lantern-harbour-violet-42"
CAST = {
    "olga@northwind.example": "Olga Lindqvist",
    "adam@northwind.example": "Adam Okafor",
    "mia@northwind.example": "Mia Santos",
    "ana@northwind.example": "Ana Ferreira",
    "gus@northwind.example": "Gus Petit",
    "nora@acme.example": "Nora Whitfield",
    "otto@elsewhere.example": "Otto Brandt",
}
BELONGING = [
    ("adam@northwind.example", "alder", "Admin"),
    ("mia@northwind.example", "birch", "manage_member"),
    ("ana@northwind.example", "alder", "Analyst"),
    ("ana@northwind.example", "birch", "Analyst"),
    ("gus@northwind.example", "cedar", "Guest"),
]
OTHERS = [
    ("Ingrid Solheim", "ingrid@alder.example", "alder", "Analyst"),
    ("Tomás Rivera", "tomas@alder.example", "alder", "Guest"),
    ("Yuki Tanabe", "yuki@alder.example", "alder", "Shift lead"),
    ("Farid Haddad", "farid@birch.example", "birch", "Analyst"),
    ("Lena Vogt", "lena@birch.example", "birch", "Guest"),
    ("Piotr Zielinski", "piotr@birch.example", "birch", "Report reader"),
    ("Amara Diallo", "amara@cedar.example", "cedar", "Analyst"),
    ("Samuel Roth", "samuel@cedar.example", "cedar", "Report reader"),
    ("Chloé Martin", "chloe@cedar.example", "cedar-north", "Guest"),
    ("Viktor Hansen", "viktor@northwind.example", "main", "Analyst"),
    ("Priya Raman", "priya@northwind.example", "main", "Report reader"),
]
NEVER_CAME = ["viktor@northwind.example", "priya@northwind.example"]


def build() -> list[tuple[str, str]]:
    """Makes everything by the commands that people use; answers address and password of each of the cast."""
    northwind, olga = _workspace("Northwind Security", "northwind", "olga@northwind.example")
    acme, nora = _workspace("Acme", "acme", "nora@acme.example")
    main = fetch_community(OPERATOR, northwind, "main")
    confirm_domain(actor=OPERATOR, workspace=northwind, name="northwind.example")
    for name in ("Alder", "Birch", "Cedar"):
        create_community(actor=olga.actor, parent=main, name=name)
    create_community(actor=olga.actor, parent=fetch_community(OPERATOR, northwind, "cedar"), name="Cedar North")
    _custom_roles(northwind, olga.actor)
    _accounts()
    for address, place, role in BELONGING:
        _ask(olga, northwind, Person(address), place, role)
    for name, address, place, role in OTHERS:
        _ask(olga, northwind, Person(address, name), place, role)
    _invitations(northwind, olga)
    _ask(nora, acme, Person("jules@acme.example", "Jules Moreau", "fr"), "main", "Analyst")
    for user in User.objects.exclude(email__in=NEVER_CAME):
        note_visit(user=user, slug=northwind.slug)
    return [(address, PASSWORD) for address in CAST]


def _workspace(name: str, slug: str, admin: str) -> tuple[Workspace, User]:
    return set_up_workspace(name=name, slug=slug, address=read_address(admin), admin_name=CAST[admin], password=PASSWORD)


def _custom_roles(workspace: Workspace, actor: Actor) -> None:
    main = fetch_community(OPERATOR, workspace, "main")
    reader = create_role(
        actor=actor, community=main, name="Report reader", permissions=READING | {"reports:read"}, description="Sees reports only"
    )
    built_in = Role.objects.filter(id__in=[GUEST, ANALYST])
    create_role(
        actor=actor,
        community=fetch_community(OPERATOR, workspace, "alder"),
        name="Shift lead",
        permissions=READING | {"members:invite", "members:assign", "alerts:read", "alerts:write"},
        may_give=[*built_in, reader],
        description="Leads a shift and brings in its people",
    )


def _accounts() -> None:
    """One hash for all: it is the slow part, and the password is the same."""
    hashed = hash_new_password(password=PASSWORD, name="Demo", words=())
    people = CAST | {address: name for name, address, *_ in OTHERS}
    for address, name in people.items():
        if not User.objects.filter(email=address).exists():
            with transaction.atomic():
                create_user(actor=OPERATOR, address=read_address(address), name=name, password_hash=hashed, language="en")


def _ask(giver: User, workspace: Workspace, person: Person, place: str, *roles: str) -> Invitation | None:
    """Invites one person; answers the invitation, or None for an account that was added at once."""
    grants = named_grants(giver.actor, workspace, [(place, roles)])
    outcome = invite(actor=giver.actor, workspace=workspace, people=[person], grants=grants).outcomes[0]
    return Invitation.objects.filter(id=outcome.invitation).first()


def _invitations(workspace: Workspace, olga: User) -> None:
    """One in each state that an admin meets."""
    pending = [("Jules Moreau", "jules@birch.example", "birch"), ("Noah Becker", "noah@alder.example", "alder")]
    for name, address, place in pending:
        _ask(olga, workspace, Person(address, name), place, "Analyst")
    _ask(olga, workspace, Person(f"wrong@{REFUSED_DOMAIN}", "Ruth Wrong"), "cedar", "Guest")
    accepted = _made(_ask(olga, workspace, Person("ines@cedar.example", "Inès Laurent", "fr"), "cedar", "Analyst"))
    declined = _made(_ask(olga, workspace, Person("dora@birch.example", "Dora Klein"), "birch", "Guest"))
    revoked = _made(_ask(olga, workspace, Person("ravi@alder.example", "Ravi Menon"), "alder", "Guest"))
    expired = _made(_ask(olga, workspace, Person("emil@birch.example", "Emil Novak"), "birch", "Guest"))
    while deliver_due():
        continue
    token = _token(accepted)
    accept_as_new_user(token=token, shown=open_invitation(token).shown, name=accepted.name, password=PASSWORD, language="fr")
    decline_invitation(token=_token(declined), address=declined.email)
    revoke_invitations(actor=olga.actor, workspace=workspace, ids=[revoked.id])
    # Time is the one thing no command can give: this one was mailed three days ago.
    ended = clock.now() - timedelta(days=2)
    Message.objects.filter(id=expired.message_id).update(link_ends_at=ended)
    Invitation.objects.filter(id=expired.id).update(created_at=ended - timedelta(days=1))


def _made(invitation: Invitation | None) -> Invitation:
    assert invitation is not None
    return invitation


def _token(invitation: Invitation) -> str:
    return sign_link(LINK_PURPOSE, invitation.id, str(invitation.version))
