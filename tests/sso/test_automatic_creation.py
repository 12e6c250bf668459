"""Somebody comes from a directory for the first time: who is made, as what and where; and who is not."""

from datetime import timedelta

import pytest

from guestlist.access.roles import ADMIN
from guestlist.audit.models import Event
from guestlist.invitations.models import Invitation
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_role, deactivate, disable_user, remove, set_roles, update_role
from guestlist.members.models import Membership
from guestlist.sso.commands import GroupRule, disable_connection, let_in, link_identity, sign_in
from guestlist.sso.errors import ConnectionClosed, LinkTooLate, NotYourAddress
from guestlist.sso.models import Attempt, Connection, Domain, Identity
from guestlist.sso.rules import Claims
from guestlist.users.models import User
from tests.cast import Cast, give, role_named
from tests.invitations.acts import invited
from tests.sso.acts import come, connect, creating, held, role_of

KIM = "kim@corp.example"


def test_new_person_gets_an_account_with_the_role_by_default(cast: Cast):
    row = creating(cast, connect(cast), cast.alder, cast.birch)

    done = come(row)

    assert done.verdict.outcome == "create"
    assert (done.user.name, done.user.email, done.user.has_usable_password()) == ("Kim Lee", KIM, False)
    assert held(KIM) == {("Alder", "Guest", "sso"), ("Birch", "Guest", "sso")}
    made = Event.objects.get(action="user.created", target_id=done.user.id)
    assert (made.actor_kind, made.actor_id) == ("connection", row.id)


def test_second_sign_in_is_the_same_person_whatever_the_address_says(cast: Cast):
    """R-060: the key is connection and subject, letter by letter; never the address."""
    row = creating(cast, connect(cast))
    kim = come(row, "00u1").user

    assert come(row, "00u1", "kim.new@corp.example").user == kim
    assert come(row, "00u1", "").user == kim
    assert come(row, "00U1", "other@corp.example").user != kim
    assert held("kim.new@corp.example") == set()


def test_same_subject_of_another_connection_is_somebody_else(cast: Cast):
    """R-060, and the first of allauth's traps: subjects of two providers share no name space."""
    row = creating(cast, connect(cast))
    other = creating(cast, connect(cast, name="Entra", issuer="https://entra.example"))
    kim = come(row, "00u1").user

    done = come(other, "00u1", "lou@corp.example")

    assert done.user != kim
    assert Identity.objects.filter(subject="00u1").count() == 2


def test_address_given_to_somebody_new_opens_no_old_account(cast: Cast):
    """R-060: a recycled address belongs to an account already, so its holder is asked."""
    row = creating(cast, connect(cast))
    come(row, "00u1")

    done = come(row, "00u2")

    assert (done.verdict.outcome, done.user) == ("link", None)
    assert Identity.objects.count() == 1


def test_address_outside_the_proved_domains_is_refused(cast: Cast):
    """R-067, and the second of allauth's traps: a provider that vouches for an address elsewhere is not believed, whatever it says."""
    row = creating(cast, connect(cast))
    Domain.objects.create(workspace=cast.northwind, name="claimed.example", token="t")
    Domain.objects.create(workspace=cast.acme, name="acme.example", token="t", proved_at=clock.now())

    asked = ["nora@acme.example", "x@claimed.example", "x@sub.corp.example", "x@xcorp.example", "olga@northwind.example"]
    reasons = {come(row, f"s{place}", email, verified=True).verdict.reason for place, email in enumerate(asked)}

    assert reasons == {"foreign_domain"}
    assert Identity.objects.count() == 0
    assert Attempt.objects.count() == len(asked)


def test_no_address_and_an_unverified_one_are_refused(cast: Cast):
    """R-066."""
    row = creating(cast, connect(cast))

    assert come(row, "s1", "").verdict.reason == "no_address"
    assert come(row, "s2", "no address").verdict.reason == "no_address"
    assert come(row, "s3", KIM, verified=False).verdict.reason == "unverified_address"
    assert not User.objects.filter(email=KIM).exists()


def test_automatic_creation_off_refuses_and_leaves_one_attempt(cast: Cast):
    row = creating(cast, connect(cast), on=False)

    assert [come(row).verdict.reason for _ in range(3)] == ["not_invited"] * 3

    attempt = Attempt.objects.get()
    assert (attempt.email, attempt.name, attempt.reason, attempt.times) == (KIM, "Kim Lee", "not_invited", 3)
    assert Event.objects.filter(action="connection.refused").count() == 1
    assert not User.objects.filter(email=KIM).exists()


def test_groups_decide_instead_of_the_role_by_default(cast: Cast):
    """R-072: a group that nobody mapped gives the role by default, and so does one in another spelling."""
    rules = (GroupRule("soc", cast.birch, role_of("Analyst")), GroupRule("boss", cast.birch, role_named("Admin")))
    row = creating(cast, connect(cast), groups=rules)

    come(row, "s1", "one@corp.example", groups=("soc", "boss"))
    come(row, "s2", "two@corp.example", groups=("SOC", "root", "Admin", ""))

    assert held("one@corp.example") == {("Birch", "Analyst", "sso"), ("Birch", "Admin", "sso")}
    assert held("two@corp.example") == {("Alder", "Guest", "sso")}


def test_groups_count_once_and_never_afterwards(cast: Cast):
    row = creating(cast, connect(cast), groups=(GroupRule("soc", cast.birch, role_of("Analyst")),))
    come(row)

    come(row, groups=("soc",))

    assert held(KIM) == {("Alder", "Guest", "sso")}


def test_giver_who_may_no_longer_give_refuses_people(cast: Cast):
    """R-072: the ceiling is asked again when it takes effect."""
    row = creating(cast, connect(cast), cast.alder)
    vera = give(cast.otto, cast.main, ADMIN)
    Connection.objects.filter(id=row.id).update(giver_id=cast.otto.id)
    set_roles(actor=cast.olga.actor, membership=vera, roles=[role_named("Guest")])

    assert come(row).verdict.reason == "role_not_given"


def test_role_that_became_administrative_is_given_to_nobody(cast: Cast):
    """R-072."""
    role = create_role(actor=cast.olga.actor, community=cast.main, name="Desk", permissions=["members:read"])
    row = creating(cast, connect(cast), role="Guest")
    Connection.objects.filter(id=row.id).update(default_role=role)
    update_role(actor=cast.olga.actor, role=role, permissions=["members:read", "members:invite"])

    assert come(row).verdict.reason == "no_role"


def test_switched_off_in_between_stops_whoever_is_on_the_way(cast: Cast):
    """R-068."""
    row = creating(cast, connect(cast))
    come(row)
    disable_connection(actor=cast.olga.actor, connection=row)

    for subject in ("00u1", "00u2"):
        with pytest.raises(ConnectionClosed):
            come(row, subject)


def test_removed_person_does_not_come_back_by_themselves(cast: Cast):
    """R-071: neither by the subject nor, once the connection is a new one, by the address."""
    row = creating(cast, connect(cast))
    come(row)
    remove(actor=cast.olga.actor, membership=Membership.objects.get(email_key=KIM))

    other = creating(cast, connect(cast, name="Entra", issuer="https://entra.example"))

    assert come(row).verdict.reason == "removed"
    assert come(other).verdict.reason == "removed"
    assert held(KIM) == set()


def test_deactivated_person_and_disabled_account_stay_out(cast: Cast):
    row = creating(cast, connect(cast))
    kim, lou = come(row).user, come(row, "00u2", "lou@corp.example").user
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(email_key=KIM))
    disable_user(actor=OPERATOR, user=lou)

    assert come(row).verdict.reason == "removed"
    assert come(row, "00u2", "lou@corp.example").verdict.reason == "account_disabled"
    assert (kim.is_active, Membership.objects.get(email_key=KIM).status) == (True, "deactivated")


def test_pending_invitation_is_fulfilled_instead_of_the_role_by_default(cast: Cast):
    row = creating(cast, connect(cast))
    invitation = invited(cast, "olga", KIM, birch="Analyst")

    done = come(row)

    assert done.verdict.outcome == "fulfil"
    assert held(KIM) == {("Birch", "Analyst", "invited")}
    assert Invitation.objects.get(id=invitation.id).state == "accepted"
    assert come(row).verdict.outcome == "known"


def test_pending_invitation_lets_in_where_creation_is_off(cast: Cast):
    row = connect(cast)
    invited(cast, "olga", KIM, birch="Analyst")

    assert come(row).verdict.outcome == "fulfil"
    assert held(KIM) == {("Birch", "Analyst", "invited")}


def test_invitations_of_other_workspaces_follow(cast: Cast):
    row = creating(cast, connect(cast))
    invited(cast, "nora", KIM, acme="Guest")

    come(row)

    assert held(KIM) == {("Alder", "Guest", "sso"), ("Acme", "Guest", "added")}


def test_invited_again_after_removal_comes_back_as_invited(cast: Cast):
    row = creating(cast, connect(cast))
    kim = come(row).user
    remove(actor=cast.olga.actor, membership=Membership.objects.get(email_key=KIM))
    cast.northwind.existing_users = "ask"
    cast.northwind.save()
    invited(cast, "olga", KIM, birch="Guest")

    done = come(row)

    assert (done.verdict.outcome, done.user) == ("fulfil", kim)
    assert held(KIM) == {("Birch", "Guest", "invited")}


def link(cast: Cast, row: Connection, user: str, email: str, minutes: int = 0) -> None:
    claims = Claims("00u9", email, None, "Somebody")
    link_identity(user=cast.users[user], connection=row, claims=claims, since=clock.now() - timedelta(minutes=minutes))


def test_account_of_the_address_is_linked_by_its_holder_only(cast: Cast):
    """R-067, nOAuth and pre-hijack: the address alone opens nothing; both sides have to be proved."""
    row = creating(cast, connect(cast, domain="northwind.example"))
    email = "ana@northwind.example"

    assert come(row, "00u9", email).verdict.outcome == "link"
    with pytest.raises(NotYourAddress):
        link(cast, row, "otto", email)
    with pytest.raises(LinkTooLate):
        link(cast, row, "ana", email, minutes=16)
    link(cast, row, "ana", email)

    assert come(row, "00u9", email).user == cast.ana
    assert held(email) == {("Alder", "Analyst", "added"), ("Birch", "Analyst", "added")}


def test_holder_from_elsewhere_gets_a_membership_with_the_link(cast: Cast):
    row = creating(cast, connect(cast, domain="elsewhere.example"))
    email = "otto@elsewhere.example"

    assert come(row, "00u9", email).verdict.outcome == "link"
    assert held(email) == set()
    link(cast, row, "otto", email)

    assert held(email) == {("Alder", "Guest", "sso")}


def test_account_that_left_or_is_not_wanted_is_not_even_asked_to_link(cast: Cast):
    row = creating(cast, connect(cast, domain="northwind.example"), on=False)
    Domain.objects.create(workspace=cast.northwind, name="elsewhere.example", token="t", proved_at=clock.now())
    remove(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.gus))

    assert come(row, "s1", "otto@elsewhere.example").verdict.reason == "not_invited"
    assert come(row, "s2", "gus@northwind.example").verdict.reason == "removed"


def test_name_that_is_missing_is_made_of_the_address(cast: Cast):
    row = creating(cast, connect(cast))

    assert sign_in(connection=row, claims=Claims("s", "lou@corp.example")).user.name == "lou"


def test_let_in_makes_the_next_sign_in_succeed(cast: Cast):
    row = creating(cast, connect(cast), on=False)
    come(row)

    user = let_in(actor=cast.olga.actor, attempt=Attempt.objects.get())

    assert come(row).user == user
    assert held(KIM) == {("Alder", "Guest", "sso")}
    assert [each.action for each in Event.objects.filter(target_id=row.id, action="connection.let_in")] == ["connection.let_in"]


def test_let_in_brings_back_who_was_removed(cast: Cast):
    row = creating(cast, connect(cast))
    kim = come(row).user
    remove(actor=cast.olga.actor, membership=Membership.objects.get(email_key=KIM))
    come(row)

    let_in(actor=cast.olga.actor, attempt=Attempt.objects.get())

    assert come(row).user == kim
