"""Users are told what others did to their memberships, in the words of that time."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.invitations.commands import invite
from guestlist.invitations.rules import Person, Wanted
from guestlist.members.commands import deactivate, leave, reactivate, remove, set_roles
from guestlist.users.models import Notification, User
from guestlist.users.queries import notifications_of, unseen_notifications
from tests.cast import Cast, give


def add(cast: Cast, *people: User) -> None:
    grants = [Wanted(cast.birch.id, frozenset({ANALYST}))]
    invite(actor=cast.olga.actor, workspace=cast.northwind, people=[Person(each.email) for each in people], grants=grants)


def newest(user: User) -> tuple[str, dict[str, object], str]:
    row, who = notifications_of(user)[0]
    return row.action, row.about, who


def test_account_that_was_added_is_told_by_whom_where_and_as_what(cast: Cast):
    add(cast, cast.nora)

    where = {"workspace": "Northwind Security", "workspace_id": str(cast.northwind.id)}
    about = {"community": "Birch", "roles": ["Analyst"], **where}
    assert newest(cast.nora) == ("membership.created", about, "Olga Lindqvist")
    assert unseen_notifications(cast.nora) == 1


def test_each_change_of_a_membership_tells_its_user(cast: Cast):
    membership = cast.gus.memberships.get()
    Notification.objects.all().delete()

    set_roles(actor=cast.olga.actor, membership=membership, roles=["Analyst"])
    deactivate(actor=cast.olga.actor, membership=membership)
    reactivate(actor=cast.olga.actor, membership=membership)
    remove(actor=cast.olga.actor, membership=membership)

    told = [row.action.partition(".")[2] for row, _ in reversed(notifications_of(cast.gus))]
    assert told == ["roles_changed", "deactivated", "reactivated", "removed"]
    assert {row.about["community"] for row, _ in notifications_of(cast.gus)} == {"Cedar"}


def test_nobody_else_is_told(cast: Cast):
    Notification.objects.all().delete()

    add(cast, cast.nora)

    assert set(Notification.objects.values_list("user_id", flat=True)) == {cast.nora.id}


def test_nobody_is_told_what_they_did_themselves(cast: Cast):
    Notification.objects.all().delete()

    leave(actor=cast.gus.actor, membership=cast.gus.memberships.get())

    assert not Notification.objects.exists()


def test_who_set_the_workspace_up_is_not_told(cast: Cast):
    assert not Notification.objects.filter(user__in=[cast.olga, cast.nora]).exists()


def test_later_name_of_a_community_is_not_told_to_who_was_removed(cast: Cast):
    remove(actor=cast.olga.actor, membership=cast.gus.memberships.get())

    cast.cedar.name = "Project Nightfall"
    cast.cedar.save()

    assert newest(cast.gus)[1]["community"] == "Cedar"


def test_telling_many_costs_as_many_statements_as_telling_one(cast: Cast):
    people = [User.objects.create(name=f"P{n}", email=f"p{n}@x.example") for n in range(22)]
    rows = [give(each, cast.birch, GUEST) for each in people]
    give(cast.adam, cast.main, ADMIN)
    Notification.objects.all().delete()

    with CaptureQueriesContext(connection) as one:
        deactivate(actor=cast.olga.actor, membership=rows[0])
    with CaptureQueriesContext(connection) as few:
        add(cast, cast.nora)
    for each in people:
        each.emailaddress_set.create(email=each.email, verified=True, primary=True)
    cast.birch.memberships.exclude(user=cast.nora).delete()
    with CaptureQueriesContext(connection) as many:
        add(cast, *people)

    assert len(many) == len(few)
    assert len([each for each in one if '"notification"' in each["sql"]]) == 1
