"""Each invariant: the data are broken behind the commands' back, and `check` names what is wrong, and nothing else."""

from collections.abc import Callable
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guestlist.access.permissions import READING
from guestlist.access.roles import GUEST
from guestlist.audit.models import Event
from guestlist.invitations.commands import accept_as_new_user, invite
from guestlist.invitations.models import LINK_PURPOSE, Grant, Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.ids import new_id
from guestlist.kernel.links import sign_link
from guestlist.mail.models import Message
from guestlist.members.commands import create_api_key, create_role, leave, remove
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.sso.models import Connection, GroupMapping
from guestlist.sso.queries.invariants import INVARIANTS, broken_invariants
from guestlist.users.models import User
from guestlist.workspaces.models import Ancestry, Community, Workspace
from tests.cast import Cast, role_named
from tests.cli.conftest import Done
from tests.cli.place import PASSWORD
from tests.invariants import assert_sound
from tests.sso.acts import come, connect, creating

Run = Callable[..., Done]
Breach = Callable[[Cast], object]


@pytest.fixture
def full(cast: Cast) -> Cast:
    """A cast with an invitation pending and one accepted, a custom role of Alder that is held there, and a key."""
    for address in ("jules@birch.example", "ines@birch.example"):
        wanted = [Wanted(cast.birch.id, frozenset({GUEST}))]
        invite(actor=cast.olga.actor, workspace=cast.northwind, people=[Person(address)], grants=wanted)
    _accept("ines@birch.example")
    lead = create_role(actor=OPERATOR, community=cast.alder, name="Shift lead", permissions=READING)
    MembershipRole.objects.create(membership=Membership.objects.get(user=cast.adam), role=lead)
    create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[lead])
    come(creating(cast, connect(cast)))
    return cast


def _accept(address: str) -> User:
    invitation = Invitation.objects.get(email=address)
    token = sign_link(LINK_PURPOSE, invitation.id, "1")
    shown = open_invitation(token).shown
    return accept_as_new_user(token=token, shown=shown, name="Ines Laurent", password=PASSWORD, language="en").user


def _pending() -> Invitation:
    return Invitation.objects.get(state="pending")


def _second_pending(_: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX invitation_one_pending")
    row, grant = _pending(), Grant.objects.get(invitation=_pending())
    row.id, grant.id = new_id(), new_id()
    row.save(force_insert=True)
    grant.invitation = row
    grant.save(force_insert=True)
    Event.objects.create(action="invitation.created", target_id=row.id, actor_kind="operator", target_kind="invitation")


def _lead() -> Role:
    return Role.objects.get(name="Shift lead")


def _forget(action: str) -> Breach:
    return lambda cast: Event.objects.filter(action=action).order_by("-id")[:1].get().delete()


def _lose_membership(_: Cast) -> None:
    row = Membership.objects.get(user__name="Ines Laurent")
    MembershipRole.objects.filter(membership=row).delete()
    Membership.objects.filter(id=row.id).delete()


BREACHES: list[tuple[str, str, Breach]] = [
    ("last_admin", "no admin", lambda cast: MembershipRole.objects.filter(membership__user=cast.nora).update(role=GUEST)),
    ("last_admin", "admin deactivated", lambda cast: Membership.objects.filter(user=cast.nora).update(status="deactivated")),
    ("last_admin", "admin ends", lambda cast: Membership.objects.filter(user=cast.nora).update(ends_at="2999-01-01T00:00Z")),
    ("last_admin", "admin disabled", lambda cast: User.objects.filter(id=cast.nora.id).update(disabled_at="2020-01-01T00:00Z")),
    ("last_admin", "admin without password", lambda cast: User.objects.filter(id=cast.nora.id).update(password="!none")),
    ("one_workspace", "membership", lambda cast: Membership.objects.filter(user=cast.gus).update(workspace=cast.acme)),
    ("one_workspace", "grant", lambda cast: Grant.objects.filter(invitation=_pending()).update(community=cast.acme_main)),
    ("one_workspace", "community", lambda cast: Community.objects.filter(slug="cedar-north").update(workspace=cast.acme)),
    ("one_workspace", "key", lambda cast: ApiKey.objects.update(workspace=cast.acme)),
    ("role_in_reach", "sideways", lambda cast: MembershipRole.objects.filter(membership__user=cast.gus).update(role=_lead())),
    ("foreign_role", "grant", lambda cast: Grant.objects.filter(invitation=_pending()).update(role_ids=[str(_lead().id)])),
    (
        "foreign_role",
        "no such role",
        lambda cast: Grant.objects.filter(invitation=_pending()).update(role_ids=[str(UUID(int=7))]),
    ),
    ("foreign_role", "key", lambda cast: ApiKey.objects.update(community=cast.birch)),
    ("tree", "line missing", lambda cast: Ancestry.objects.filter(descendant=cast.cedar_north, ancestor=cast.main).delete()),
    ("tree", "line extra", lambda cast: Ancestry.objects.create(descendant=cast.cedar_north, ancestor=cast.birch, depth=1)),
    ("tree", "wrong depth", lambda cast: Ancestry.objects.filter(descendant=cast.cedar_north, depth=2).update(depth=3)),
    ("tree", "wrong level", lambda cast: Community.objects.filter(slug="cedar-north").update(depth=5)),
    ("addresses", "two spellings", lambda cast: _address(cast.otto, "OLGA@northwind.example")),
    (
        "membership_address",
        "other address",
        lambda cast: Membership.objects.filter(user=cast.gus).update(email_key="g@x.example"),
    ),
    ("membership_address", "unverified", lambda cast: _known_by_what_waits(cast.gus)),
    ("primary_address", "none", lambda cast: EmailAddress.objects.filter(user=cast.otto).update(primary=False)),
    ("primary_address", "unverified", lambda cast: EmailAddress.objects.filter(user=cast.otto).update(verified=False)),
    ("primary_address", "another shown", lambda cast: User.objects.filter(id=cast.gus.id).update(email="g@x.example")),
    ("membership_cause", "no event", _forget("membership.created")),
    ("one_pending", "two", _second_pending),
    (
        "pending_is_alive",
        "no grant",
        lambda cast: Grant.objects.filter(invitation=_pending()).update(ended_at="2020-01-01T00:00Z"),
    ),
    ("pending_is_alive", "no mail", lambda cast: Invitation.objects.filter(id=_pending().id).update(message=None)),
    (
        "pending_is_alive",
        "mail cancelled",
        lambda cast: Message.objects.filter(id=_pending().message_id).update(state="cancelled"),
    ),
    ("accepted_is_kept", "membership lost", _lose_membership),
    ("accepted_has_grants", "nothing taken", lambda cast: Grant.objects.filter(ending="accepted").update(ending="left_out")),
    ("history", "invitation", _forget("invitation.created")),
    ("history", "workspace", _forget("workspace.created")),
    ("history", "community", _forget("community.created")),
    ("history", "role", _forget("role.created")),
    ("history", "key", _forget("api_key.created")),
    ("history", "user", _forget("user.created")),
    ("no_secrets", "key", lambda cast: ApiKey.objects.update(digest="gl_" + "a" * 43)),
    ("no_secrets", "whole hint", lambda cast: ApiKey.objects.update(hint="gl_123456789")),
    ("no_secrets", "password", lambda cast: User.objects.filter(id=cast.gus.id).update(password=PASSWORD)),
    ("no_secrets", "link in a mail", lambda cast: Message.objects.update(context={"link": _link()})),
    (
        "no_secrets",
        "link in history",
        lambda cast: Event.objects.filter(action="invitation.created").update(after={"x": [_link()]}),
    ),
]
BREACHES += [
    ("sso_cause", "another's", lambda cast: Membership.objects.filter(user=cast.gus).update(source="sso")),
    ("connection_place", "group", lambda cast: _give_elsewhere(cast)),
    ("connection_place", "by default", lambda cast: Connection.objects.get().default_communities.add(cast.acme_main)),
    ("sealed", "in clear", lambda cast: Connection.objects.update(sealed_secret="hush hush")),
    ("identity_cause", "never linked", lambda cast: Event.objects.filter(action="connection.linked").update(target_id=new_id())),
]


def _give_elsewhere(cast: Cast) -> None:
    GroupMapping.objects.create(connection=Connection.objects.get(), group="x", community=cast.acme_main, role_id=GUEST)


def _address(user: User, address: str) -> None:
    EmailAddress.objects.create(user=user, email=address, verified=True)


def _known_by_what_waits(user: User) -> None:
    EmailAddress.objects.create(user=user, email="g@x.example")
    Membership.objects.filter(user=user).update(email_key="g@x.example")


def _link() -> str:
    return f"https://people.example/join/{sign_link(LINK_PURPOSE, _pending().id, '1')}"


@pytest.mark.parametrize(("name", "how", "breach"), BREACHES, ids=[f"{name}: {how}" for name, how, _ in BREACHES])
def test_broken_invariant_is_named_alone(full: Cast, name: str, how: str, breach: Breach):
    assert_sound()

    breach(full)

    broken = broken_invariants()
    assert [each.name for each in broken] == [name]
    assert broken[0].rows


def test_every_invariant_is_broken_once_above():
    assert {each.name for each in INVARIANTS} == {name for name, _, _ in BREACHES}


def test_sound_data_exit_0(full: Cast, guestlist: Run):
    done = guestlist("check")

    assert (done.code, done.out) == (0, f"All {len(INVARIANTS)} invariants hold.\n")


def test_broken_data_exit_1_with_a_table(full: Cast, guestlist: Run):
    Membership.objects.filter(user=full.gus).update(email_key="g@x.example")
    row = Membership.objects.get(user=full.gus)

    done = guestlist("check")

    assert done.code == 1
    assert "membership_address" in done.out
    assert f"Membership {row.id}" in done.out
    assert done.err == f"guestlist: 1 of {len(INVARIANTS)} invariants are broken.\n"


def test_accepted_grant_may_end_by_removal_leaving_or_erasing(full: Cast, guestlist: Run):
    ines = User.objects.get(name="Ines Laurent")
    for address in ("max@birch.example", "tom@birch.example"):
        wanted = [Wanted(full.birch.id, frozenset({GUEST}))]
        invite(actor=full.olga.actor, workspace=full.northwind, people=[Person(address)], grants=wanted)

    remove(actor=full.olga.actor, membership=Membership.objects.get(user=ines))
    max_ = _accept("max@birch.example")
    leave(actor=max_.actor, membership=Membership.objects.get(user=max_))
    _accept("tom@birch.example")
    guestlist("user", "erase", "tom@birch.example", "--yes")

    assert_sound()


def test_removal_of_somebody_else_explains_nothing(full: Cast):
    remove(actor=full.olga.actor, membership=Membership.objects.get(user=full.ana, community=full.birch))
    _lose_membership(full)

    assert [each.name for each in broken_invariants()] == ["accepted_is_kept"]


def test_custom_role_of_a_place_above_is_in_reach(full: Cast):
    above = create_role(actor=OPERATOR, community=full.cedar, name="Watcher", permissions=READING)
    wanted = [Wanted(full.cedar_north.id, frozenset({above.id}))]

    people = [Person("vera@cedar.example"), Person("otto@elsewhere.example")]
    invite(actor=full.olga.actor, workspace=full.northwind, people=people, grants=wanted)

    assert_sound()


def test_number_of_statements_does_not_grow(full: Cast):
    with CaptureQueriesContext(connection) as few:
        broken_invariants()
    people = [Person(f"p{number}@birch.example") for number in range(200)]
    invite(
        actor=OPERATOR,
        workspace=full.northwind,
        people=people,
        grants=[Wanted(full.birch.id, frozenset({role_named("Analyst").id}))],
    )

    with CaptureQueriesContext(connection) as many:
        broken_invariants()

    assert len(many) == len(few)


def test_empty_database_is_sound(db: None):
    assert not Workspace.objects.exists()
    assert_sound()


def test_roles_that_name_what_no_application_registers_are_told(cast: Cast, guestlist: Run):
    lead = create_role(actor=OPERATOR, community=cast.alder, name="Shift lead", permissions=READING)
    Role.objects.filter(id=lead.id).update(permissions=["alerts:close", "members:read"])

    done = guestlist("check")

    said = "Role Shift lead (Alder, workspace northwind) names what no application registers: alerts:close"
    assert (done.code, done.out.splitlines()[0]) == (0, said)
