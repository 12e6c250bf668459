"""Design rule 7: lists of addresses as people write them, and each entry's one outcome."""

from guestlist.invitations.models import Invitation
from guestlist.invitations.rules import Person
from guestlist.mail.models import Message
from tests.cast import Cast
from tests.invitations.acts import (
    ask,
    live_grants,
    outcomes,
    wanted,
)

JULES = "jules@birch.example"
OTTO = "otto@elsewhere.example"


def test_bad_addresses_are_told_and_the_others_go_through(cast: Cast):
    done = ask(cast, "olga", f"a@b {JULES} a@@b.example {'x' * 300}@y.example new@birch.example", birch="Guest")

    assert outcomes(done) == ["invalid malformed", "invited", "invalid malformed", "invalid too_long", "invited"]
    assert Invitation.objects.count() == 2


def test_only_bad_addresses_is_an_answer_too(cast: Cast):
    done = ask(cast, "olga", "a@b @", birch="Guest")

    assert outcomes(done) == ["invalid malformed", "invalid malformed"]
    assert done.counts == {"invalid": 2}


def test_three_spellings_are_one_person_and_two_duplicates(cast: Cast):
    done = ask(cast, "olga", "Jules@birch.example jules@BIRCH.example JULES@Birch.Example", birch="Guest")

    assert outcomes(done) == ["invited", "refused duplicate", "refused duplicate"]
    assert Invitation.objects.get().email_key == JULES


def test_different_grants_for_one_address_are_joined(cast: Cast):
    people = [
        Person(JULES, grants=tuple(wanted(cast, birch="Guest"))),
        Person("other@birch.example", grants=tuple(wanted(cast, cedar="Guest"))),
        Person(JULES.upper(), grants=tuple(wanted(cast, alder="Analyst"))),
    ]

    done = ask(cast, "olga", people)

    assert outcomes(done) == ["invited", "invited", "invited"]
    assert done.outcomes[0].invitation == done.outcomes[2].invitation
    joined = Invitation.objects.get(email_key=JULES)
    assert live_grants(joined) == {"birch by Olga Lindqvist": {"Guest"}, "alder by Olga Lindqvist": {"Analyst"}}
    assert Message.objects.filter(to_email=JULES).count() == 1


def test_own_grants_replace_the_common_ones(cast: Cast):
    people = [Person(JULES, grants=tuple(wanted(cast, alder="Analyst"))), Person("other@birch.example")]

    ask(cast, "olga", people, birch="Guest")

    assert live_grants(Invitation.objects.get(email_key=JULES)) == {"alder by Olga Lindqvist": {"Analyst"}}
    assert live_grants(Invitation.objects.get(email="other@birch.example")) == {"birch by Olga Lindqvist": {"Guest"}}


def test_person_refused_by_the_surface_keeps_its_reason_and_place(cast: Cast):
    people = [Person("a@birch.example", reason="unknown_role"), Person(JULES)]

    assert outcomes(ask(cast, "olga", people, birch="Guest")) == ["refused unknown_role", "invited"]


def test_outcomes_keep_the_order_given(cast: Cast):
    done = ask(cast, "olga", f"gus@northwind.example a@b {OTTO} {JULES} ana@northwind.example", birch="Guest")

    assert [each.email for each in done.outcomes] == ["gus@northwind.example", "a@b", OTTO, JULES, "ana@northwind.example"]
    assert outcomes(done) == ["added", "invalid malformed", "added", "invited", "updated"]
    assert done.counts == {"added": 2, "invalid": 1, "invited": 1, "updated": 1}
