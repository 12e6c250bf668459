"""Design rule 18: every change writes exactly its events, in its own transaction."""

import uuid
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import transaction

from guestlist.access.roles import ADMIN, GUEST
from guestlist.audit.commands import Change, record
from guestlist.audit.models import Event
from guestlist.invitations.commands import (
    ask_for_new_link,
    cancel_batch,
    change_grants,
    decline_invitation,
    erase_user,
    invite,
    request_password_help,
    resend_invitations,
    revoke_invitations,
    run_batches,
)
from guestlist.invitations.models import Batch
from guestlist.invitations.rules import Person
from guestlist.kernel import context
from guestlist.kernel.actors import OPERATOR, SYSTEM
from guestlist.kernel.text import read_address
from guestlist.mail.models import Message
from guestlist.members.commands import (
    create_api_key,
    create_community,
    create_role,
    deactivate,
    delete_role,
    disable_user,
    enable_user,
    leave,
    remove,
    set_roles,
    set_up_workspace,
    update_role,
)
from guestlist.members.errors import LastAdmin
from guestlist.members.models import Membership, Role
from guestlist.workspaces.commands import remove_workspace
from tests.cast import PASSWORD, Cast, give, role_named
from tests.invitations.acts import ask, invited, join_as_new, link, mail_taken, now, wanted

JULES = "jules@birch.example"
Act = Callable[[Cast], object]


def events_of(act: Act, cast: Cast) -> tuple[Counter[str], list[Event]]:
    before = set(Event.objects.values_list("id", flat=True))
    act(cast)
    new = list(Event.objects.exclude(id__in=before).order_by("id"))
    return Counter(each.action for each in new), new


def row(cast: Cast, short: str, place: str) -> Membership:
    return Membership.objects.get(user=cast.users[short], community=cast.places.get(place) or cast.main)


def held_role(cast: Cast) -> Role:
    role = create_role(actor=OPERATOR, community=cast.main, name="Held", permissions=["members:read"])
    give(cast.gus, cast.main, role.id)
    return role


SIMPLE: dict[str, tuple[Act, dict[str, int]]] = {
    "invite strangers": (
        lambda cast: ask(cast, "olga", f"{JULES} b@birch.example a@b", birch="Guest", alder="Guest"),
        {"invitation.created": 4},
    ),
    "add an account": (lambda cast: ask(cast, "olga", "otto@elsewhere.example", birch="Guest"), {"membership.created": 1}),
    "give more roles": (lambda cast: ask(cast, "olga", "gus@northwind.example", cedar="Analyst"), {"membership.roles_added": 1}),
    "already member": (lambda cast: ask(cast, "olga", "gus@northwind.example", cedar="Guest"), {}),
    "refused": (lambda cast: ask(cast, "ana", JULES, birch="Guest"), {}),
    "dry run": (lambda cast: ask(cast, "olga", JULES, birch="Guest", dry_run=True), {}),
    "set roles": (
        lambda cast: set_roles(actor=cast.olga.actor, membership=row(cast, "gus", "cedar"), roles=["Analyst"]),
        {"membership.roles_changed": 1},
    ),
    "deactivate": (
        lambda cast: deactivate(actor=cast.olga.actor, membership=row(cast, "gus", "cedar")),
        {"membership.deactivated": 1},
    ),
    "deactivate everywhere": (
        lambda cast: deactivate(actor=cast.olga.actor, membership=row(cast, "ana", "birch"), everywhere=True),
        {"membership.deactivated": 2},
    ),
    "remove": (lambda cast: remove(actor=cast.olga.actor, membership=row(cast, "gus", "cedar")), {"membership.removed": 1}),
    "leave": (lambda cast: leave(actor=cast.gus.actor, membership=row(cast, "gus", "cedar")), {"membership.left": 1}),
    "disable": (lambda cast: disable_user(actor=OPERATOR, user=cast.gus), {"user.disabled": 1}),
    "enable": (lambda cast: enable_user(actor=OPERATOR, user=cast.gus), {"user.enabled": 1}),
    "make a community": (
        lambda cast: create_community(actor=cast.olga.actor, parent=cast.main, name="Dune"),
        {"community.created": 1},
    ),
    "make a role": (
        lambda cast: create_role(actor=cast.olga.actor, community=cast.main, name="Reader", permissions=["members:read"]),
        {"role.created": 1},
    ),
    "change a role": (
        lambda cast: update_role(actor=cast.olga.actor, role=held_role(cast), name="Renamed"),
        {"role.created": 1, "membership.created": 1, "role.changed": 1},
    ),
    "delete a role": (
        lambda cast: delete_role(actor=cast.olga.actor, role=held_role(cast), move_to=role_named("Guest")),
        {"role.created": 1, "membership.created": 1, "membership.roles_changed": 1, "role.deleted": 1},
    ),
    "make a key": (
        lambda cast: create_api_key(actor=cast.olga.actor, community=cast.main, name="ci", roles=[role_named("Guest")]),
        {"api_key.created": 1},
    ),
    "remove a workspace": (lambda cast: remove_workspace(actor=OPERATOR, workspace=cast.acme), {"workspace.removed": 1}),
    "open a workspace": (
        lambda cast: set_up_workspace(
            name="Third", address=read_address("third@x.example"), admin_name="Third", password=PASSWORD
        ),
        {"workspace.created": 1, "community.created": 1, "user.created": 1, "membership.created": 1},
    ),
    "ask for a password": (
        lambda cast: request_password_help(address="gus@northwind.example"),
        {"user.password_reset_requested": 1},
    ),
    "ask for the password of nobody": (lambda cast: request_password_help(address="nobody@x.example"), {}),
}


@pytest.mark.parametrize("name", SIMPLE)
def test_command_writes_exactly_its_events(cast: Cast, name: str):
    act, expected = SIMPLE[name]

    found, _ = events_of(act, cast)

    assert found == expected


def test_life_of_an_invitation_is_told_event_by_event(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    chosen = {"actor": cast.olga.actor, "workspace": cast.northwind}
    told = [
        events_of(lambda cast: ask(cast, "olga", JULES, alder="Guest"), cast),
        events_of(lambda cast: resend_invitations(**chosen, ids=[invitation.id]), cast),
        events_of(lambda cast: change_grants(**chosen, invitation=invitation.id, grants=wanted(cast, birch="Guest")), cast),
        events_of(lambda cast: request_password_help(address=JULES), cast),
        events_of(lambda cast: join_as_new(invitation), cast),
    ]

    assert [dict(counted) for counted, _ in told] == [
        {"invitation.grants_added": 1},
        {"invitation.resent": 2},
        {"invitation.grants_changed": 2},
        {"invitation.link_asked_for": 1},
        {"user.created": 1, "membership.created": 1, "invitation.accepted": 1},
    ]


def test_ways_an_invitation_ends_are_told(cast: Cast):
    one, two = invited(cast, "olga", JULES, birch="Guest"), invited(cast, "olga", "b@birch.example", birch="Guest")

    declined, events = events_of(lambda cast: decline_invitation(token=link(one), address=JULES), cast)
    revoked, _ = events_of(
        lambda cast: revoke_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[two.id, one.id]), cast
    )

    assert (declined, revoked) == ({"invitation.declined": 1}, {"invitation.revoked": 1})
    assert events[0].actor_kind == SYSTEM.kind


def test_new_link_is_told(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    mail_taken(invitation)
    Message.objects.update(link_ends_at=invitation.created_at)

    found, _ = events_of(lambda cast: ask_for_new_link(token=link(invitation), address=JULES), cast)

    assert found == {"invitation.link_asked_for": 1}
    assert now(invitation).version == 2


def test_batch_writes_one_event_per_person_and_one_when_cancelled(cast: Cast):
    people = [Person(f"p{number}@birch.example") for number in range(501)]
    invite(actor=cast.mia.actor, workspace=cast.northwind, people=people, grants=wanted(cast, birch="Guest"))
    steps = iter([False, True])

    found, events = events_of(lambda _: run_batches(stop=lambda: next(steps)), cast)
    cancelled, _ = events_of(lambda cast: cancel_batch(actor=cast.olga.actor, batch=Batch.objects.get()), cast)

    assert (found, cancelled) == ({"invitation.created": 500}, {"batch.cancelled": 1})
    assert {each.actor_id for each in events} == {cast.mia.id}


def test_erasing_tells_of_the_user_and_of_each_membership(cast: Cast):
    found, events = events_of(lambda cast: erase_user(actor=OPERATOR, user=cast.ana), cast)

    assert found == {"membership.removed": 2, "user.erased": 1, "user.disabled": 1}
    assert not any("ana" in str(each.before) + str(each.after) for each in events), "the history holds no address"


def test_event_says_who_did_what_to_what_where_from_what_to_what_and_whence(cast: Cast):
    tokens = context.request_id.set("req-7"), context.address.set("192.0.2.7")
    try:
        _, (event,) = events_of(SIMPLE["set roles"][0], cast)
    finally:
        context.request_id.reset(tokens[0])
        context.address.reset(tokens[1])

    gus = Membership.objects.get(user=cast.gus)
    analyst = str(role_named("Analyst").id)
    assert (event.actor_kind, event.actor_id) == ("user", cast.olga.id)
    assert (event.target_kind, event.target_id) == ("membership", gus.id)
    assert (event.workspace_id, event.community_id) == (cast.northwind.id, cast.cedar.id)
    assert (event.before, event.after) == ({"roles": [str(GUEST)]}, {"roles": [analyst]})
    assert (event.request_id, event.address) == ("req-7", "192.0.2.7")
    assert event.at is not None


def test_refused_change_writes_no_event(cast: Cast):
    def last_one_leaves(cast: Cast) -> None:
        with pytest.raises(LastAdmin):
            leave(actor=cast.olga.actor, membership=row(cast, "olga", "main"))

    assert events_of(last_one_leaves, cast) == ({}, [])


def test_event_goes_with_the_transaction_of_its_change(cast: Cast):
    def undone(cast: Cast) -> None:
        with transaction.atomic():
            give(cast.otto, cast.main, ADMIN)
            transaction.set_rollback(True)

    assert events_of(undone, cast) == ({}, [])
    assert not cast.otto.memberships.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_event_without_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        record(actor=SYSTEM, changes=[Change("workspace.created", uuid.uuid4())])

    assert not Event.objects.exists()


def test_no_event_holds_a_password_or_a_link(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    token = link(invitation)
    join_as_new(invitation, password="seven tall ships at anchor")
    request_password_help(address=JULES)

    everything = " ".join(f"{each.before} {each.after} {each.action}" for each in Event.objects.all())

    assert "seven tall ships" not in everything
    assert token not in everything and token.rpartition(".")[2] not in everything
