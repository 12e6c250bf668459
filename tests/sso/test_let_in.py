"""An admin lets somebody in who was refused."""

import pytest

from guestlist.audit.models import Event
from guestlist.invitations.commands import erase_user
from guestlist.invitations.rules import Wanted
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.members.commands import deactivate, leave, remove
from guestlist.members.errors import AboveCeiling, NotAllowed
from guestlist.members.models import Membership
from guestlist.sso.commands import let_in
from guestlist.sso.errors import CannotLetIn, NoDefaults
from guestlist.sso.models import Attempt, Domain, Identity
from guestlist.sso.queries import attempts_of, fetch_attempt
from guestlist.users.models import User
from tests.cast import Cast, role_named
from tests.invitations.acts import invited
from tests.sso.acts import come, connect, creating, held, role_of

KIM = "kim@corp.example"


def attempt() -> Attempt:
    return Attempt.objects.select_related("connection").get()


def test_chosen_places_replace_those_by_default(cast: Cast):
    row = creating(cast, connect(cast), on=False)
    come(row)
    wanted = [Wanted(cast.birch.id, frozenset({role_of("Analyst").id}))]

    let_in(actor=cast.olga.actor, attempt=attempt(), wanted=wanted)

    assert held(KIM) == {("Birch", "Analyst", "sso")}
    assert come(row).verdict.outcome == "known"
    assert list(attempts_of(cast.olga.actor, cast.northwind)) == []
    with pytest.raises(NotFound):
        let_in(actor=cast.olga.actor, attempt=attempt())


def test_who_may_invite_lets_in_within_what_they_may_hand_out(cast: Cast):
    row = connect(cast)
    come(row)
    guest = [Wanted(cast.birch.id, frozenset({role_of("Guest").id}))]
    admin = [Wanted(cast.birch.id, frozenset({role_named("Admin").id}))]

    for who, wanted, refusal in (("mia", admin, AboveCeiling), ("gus", guest, NotAllowed), ("nora", guest, NotAllowed)):
        with pytest.raises(refusal):
            let_in(actor=cast.users[who].actor, attempt=attempt(), wanted=wanted)
    with pytest.raises(NoDefaults):
        let_in(actor=cast.olga.actor, attempt=attempt())
    let_in(actor=cast.mia.actor, attempt=attempt(), wanted=guest)

    assert held(KIM) == {("Birch", "Guest", "sso")}


def test_attempts_are_for_admins_of_their_workspace(cast: Cast):
    come(connect(cast))

    assert fetch_attempt(cast.olga.actor, cast.northwind, attempt().id) == attempt()
    with pytest.raises(NotFound):
        fetch_attempt(cast.nora.actor, cast.acme, attempt().id)
    for who in ("nora", "otto", "adam"):
        with pytest.raises(NotAllowed):
            fetch_attempt(cast.users[who].actor, cast.northwind, attempt().id)


def test_address_that_nobody_proved_is_not_let_in(cast: Cast):
    row = creating(cast, connect(cast), on=False)
    come(row, email="kim@claimed.example")

    with pytest.raises(CannotLetIn):
        let_in(actor=cast.olga.actor, attempt=attempt())

    assert not User.objects.filter(email="kim@claimed.example").exists()


def test_address_that_the_directory_has_not_checked_is_not_let_in(cast: Cast):
    row = creating(cast, connect(cast), on=False)
    come(row, verified=False)

    with pytest.raises(CannotLetIn):
        let_in(actor=cast.olga.actor, attempt=attempt())

    assert not User.objects.filter(email=KIM).exists()
    come(row)  # checked meanwhile
    let_in(actor=cast.olga.actor, attempt=attempt())


def test_account_of_somebody_is_linked_by_them_all_the_same(cast: Cast):
    row = creating(cast, connect(cast, domain="elsewhere.example"), on=False)
    email = "otto@elsewhere.example"
    come(row, email=email)

    let_in(actor=cast.olga.actor, attempt=attempt())

    assert held(email) == {("Alder", "Guest", "sso")}
    assert not Identity.objects.exists()
    assert come(row, email=email).verdict.outcome == "link"


def test_deactivated_member_is_not_revived_by_it(cast: Cast):
    row = creating(cast, connect(cast))
    come(row)
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(email_key=KIM))
    come(row)

    with pytest.raises(CannotLetIn):
        let_in(actor=cast.olga.actor, attempt=attempt())


def test_person_who_was_removed_returns_under_the_address_they_have(cast: Cast):
    """A directory that calls them otherwise meanwhile does not give them another address here."""
    row = creating(cast, connect(cast))
    come(row)
    remove(actor=cast.olga.actor, membership=Membership.objects.get(email_key=KIM))
    Domain.objects.all().delete()
    come(row, email="kim@new.example")

    let_in(actor=cast.olga.actor, attempt=attempt())

    assert held(KIM) == {("Alder", "Guest", "sso")}


def test_other_workspaces_that_invited_them_follow(cast: Cast):
    row = creating(cast, connect(cast), on=False)
    come(row)
    invited(cast, "nora", KIM, acme="Guest")

    let_in(actor=cast.olga.actor, attempt=attempt())

    assert held(KIM) == {("Alder", "Guest", "sso"), ("Acme", "Guest", "added")}


def test_erased_person_is_forgotten_by_the_connection(cast: Cast):
    row = creating(cast, connect(cast))
    kim = come(row).user
    remove(actor=cast.olga.actor, membership=Membership.objects.get(email_key=KIM))
    come(row)
    come(row, "00u2", "Kim@Corp.example")

    erase_user(actor=OPERATOR, user=kim)

    assert (Identity.objects.count(), Attempt.objects.count()) == (0, 0)
    refused = Event.objects.filter(action="connection.refused").values_list("after__connection", "after__email")
    assert [(name, KIM in email.lower()) for name, email in refused] == [("Okta", False)] * 2


def test_who_left_by_themselves_is_invited_instead(cast: Cast):
    row = creating(cast, connect(cast))
    kim = come(row).user
    leave(actor=kim.actor, membership=kim.memberships.get())
    come(row)

    with pytest.raises(CannotLetIn, match="Invite them"):
        let_in(actor=cast.olga.actor, attempt=attempt())

    assert held(KIM) == set()
