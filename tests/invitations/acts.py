"""What the tests of this folder do over and over: invite, let the mail go out, read the link, join."""

from datetime import datetime, timedelta

from guestlist.access.roles import ADMIN, ANALYST, GUEST, MANAGE_MEMBER
from guestlist.invitations.commands import Accepted, Invited, accept_as_new_user, accept_as_user, invite
from guestlist.invitations.models import LINK_PURPOSE, Grant, Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel import clock
from guestlist.kernel.links import sign_link
from guestlist.mail.models import Message
from guestlist.members.models import Membership
from guestlist.users.models import User
from guestlist.workspaces.models import Community
from tests.cast import Cast

ROLES = {"Guest": GUEST, "Analyst": ANALYST, "Admin": ADMIN, "manage_member": MANAGE_MEMBER}
GOOD_PASSWORD = "seven tall ships at anchor"


def place(cast: Cast, name: str) -> Community:
    return {"main": cast.main, "acme": cast.acme_main}.get(name) or cast.places[name]


def wanted(cast: Cast, **places: str) -> list[Wanted]:
    """`wanted(cast, birch="Analyst", alder="Guest Admin")`"""
    return [Wanted(place(cast, name).id, frozenset(ROLES[each] for each in roles.split())) for name, roles in places.items()]


def ask(cast: Cast, actor: str, people: str | list[Person], *, dry_run: bool = False, **places: str) -> Invited:
    """Invites `people` (addresses with spaces between) as `actor`."""
    workspace = cast.acme if "acme" in places or actor == "nora" else cast.northwind
    asked = [Person(each) for each in people.split(" ")] if isinstance(people, str) else people
    grants = wanted(cast, **places)
    return invite(actor=cast.users[actor].actor, workspace=workspace, people=asked, grants=grants, dry_run=dry_run)


def outcomes(done: Invited) -> list[str]:
    """`["invited", "refused deactivated"]`"""
    return [f"{each.outcome} {each.reason}".strip() for each in done.outcomes]


def invited(cast: Cast, actor: str, address: str, **places: str) -> Invitation:
    done = ask(cast, actor, address, **places)
    assert outcomes(done) == ["invited"]
    return Invitation.objects.get(id=done.outcomes[0].invitation)


def mail_taken(invitation: Invitation, at: datetime | None = None) -> None:
    """As the worker writes it when the mail server took the mail."""
    at = at or clock.now()
    ends = at + timedelta(seconds=invitation.lifetime)
    Message.objects.filter(id=now(invitation).message_id).update(state="sent", sent_at=at, link_ends_at=ends)


def now(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_related("message", "workspace").get(id=invitation.id)


def link(invitation: Invitation) -> str:
    """The secret part of the link in the newest mail."""
    return sign_link(LINK_PURPOSE, invitation.id, str(now(invitation).version))


def join_as_new(invitation: Invitation, name: str = "Jules Roy", password: str = GOOD_PASSWORD) -> Accepted:
    token = link(invitation)
    shown = open_invitation(token).shown
    return accept_as_new_user(token=token, shown=shown, name=name, password=password, language="en")


def join_as(user: User, invitation: Invitation) -> Accepted:
    token = link(invitation)
    return accept_as_user(user=user, token=token, shown=open_invitation(token).shown)


def held(user: User) -> dict[str, set[str]]:
    """`{"birch": {"Analyst"}}`: what the user's active memberships hold, by slug."""
    rows = Membership.objects.filter(user=user, status="active").select_related("community")
    return {row.community.slug: {role.name for role in row.roles.all()} for row in rows}


def live_grants(invitation: Invitation) -> dict[str, set[str]]:
    """`{"birch by Olga Lindqvist": {"Analyst"}}`"""
    names = {str(number): name for name, number in ROLES.items()}
    rows = Grant.objects.filter(invitation=invitation, ended_at=None).select_related("community")
    return {f"{row.community.slug} by {row.giver_name}": {names[each] for each in row.role_ids} for row in rows}


def state_of_everything() -> tuple[int, ...]:
    """The number of rows a change would change: the same before and after what changes nothing."""
    from_all = (User, Membership, Invitation, Grant, Message)
    return tuple(model.objects.count() for model in from_all)
