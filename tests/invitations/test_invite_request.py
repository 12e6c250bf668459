"""Design rule 7: a dry run, and what is refused as a whole."""

import pytest

from guestlist.audit.models import Event
from guestlist.invitations.commands import invite
from guestlist.invitations.errors import NoEntries, NoGrants, TooManyPeople
from guestlist.invitations.models import Batch
from guestlist.invitations.rules import Person, Wanted
from guestlist.mail.models import Message
from guestlist.members.commands import deactivate
from guestlist.members.models import Membership
from guestlist.workspaces.errors import BadLifetime
from tests.cast import Cast
from tests.invitations.acts import (
    ask,
    invited,
    outcomes,
    state_of_everything,
    wanted,
)

JULES = "jules@birch.example"
OTTO = "otto@elsewhere.example"


# A dry run


def test_dry_run_answers_the_same_and_changes_nothing(cast: Cast):
    invited(cast, "olga", "waiting@birch.example", birch="Guest")
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.adam))
    people = f"{JULES} waiting@birch.example gus@northwind.example ana@northwind.example a@b {JULES} adam@northwind.example"
    grants = {"alder": "Guest", "cedar": "Guest"}
    before = (state_of_everything(), Event.objects.count(), Batch.objects.count())

    foreseen = ask(cast, "olga", people, dry_run=True, **grants)

    assert (state_of_everything(), Event.objects.count(), Batch.objects.count()) == before
    assert foreseen.batch is None
    assert outcomes(foreseen) == outcomes(ask(cast, "olga", people, **grants))
    assert "refused deactivated" in outcomes(foreseen) and "updated" in outcomes(foreseen)


def test_dry_run_tells_nobody_who_has_an_account(cast: Cast):
    done = ask(cast, "olga", f"{OTTO} nora@acme.example {JULES}", dry_run=True, birch="Guest")

    assert outcomes(done) == ["invited", "invited", "invited"]


def test_dry_run_does_not_tell_who_is_in_a_hidden_community(cast: Cast):
    done = ask(cast, "adam", "mia@northwind.example gus@northwind.example ana@northwind.example", dry_run=True, alder="Guest")

    assert outcomes(done) == ["invited", "invited", "updated"]


def test_dry_run_does_not_tell_a_hidden_pending_invitation(cast: Cast):
    invited(cast, "olga", JULES, birch="Analyst")

    assert outcomes(ask(cast, "adam", JULES, dry_run=True, alder="Guest")) == ["invited"]


# The request as a whole


def test_no_people_is_refused(cast: Cast):
    with pytest.raises(NoEntries):
        ask(cast, "olga", [], birch="Guest")


@pytest.mark.parametrize("grants", [[], "no role"])
def test_no_grants_or_no_role_ticked_is_refused(cast: Cast, grants: object):
    asked = [Wanted(cast.birch.id, frozenset())] if grants else []

    with pytest.raises(NoGrants):
        invite(actor=cast.olga.actor, workspace=cast.northwind, people=[Person(JULES)], grants=asked)


def test_person_with_empty_grants_of_their_own_is_refused(cast: Cast):
    with pytest.raises(NoGrants):
        ask(cast, "olga", [Person(JULES, grants=())], birch="Guest")


def test_more_than_a_hundred_thousand_people_are_refused(cast: Cast):
    with pytest.raises(TooManyPeople):
        ask(cast, "olga", [Person("a@b.example")] * 100_001, birch="Guest")


@pytest.mark.parametrize("lifetime", [59, 365 * 86400 + 1, -1, 0])
def test_lifetime_out_of_bounds_is_refused(cast: Cast, lifetime: int):
    with pytest.raises(BadLifetime):
        invite(
            actor=cast.olga.actor,
            workspace=cast.northwind,
            people=[Person(JULES)],
            grants=wanted(cast, birch="Guest"),
            lifetime=lifetime,
        )


@pytest.mark.parametrize(("lifetime", "seconds"), [(None, 86400), (60, 60), (365 * 86400, 365 * 86400)])
def test_lifetime_is_24_hours_unless_told(cast: Cast, lifetime: int | None, seconds: int):
    invite(
        actor=cast.olga.actor,
        workspace=cast.northwind,
        people=[Person(JULES)],
        grants=wanted(cast, birch="Guest"),
        lifetime=lifetime,
    )

    assert Message.objects.get().link_lifetime == seconds


def test_language_nobody_speaks_becomes_english(cast: Cast):
    invite(
        actor=cast.olga.actor,
        workspace=cast.northwind,
        people=[Person(JULES, language="tlh-Latn-x-long"), Person("b@birch.example", language="fr"), Person("c@birch.example")],
        grants=wanted(cast, birch="Guest"),
        language="xx-much-too-long",
    )

    assert dict(Message.objects.values_list("to_email", "language")) == {
        JULES: "en",
        "b@birch.example": "fr",
        "c@birch.example": "en",
    }
