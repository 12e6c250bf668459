"""A second address of an account: it is found by invitations (design rule 7), and what waits for it is given (rule 12)."""

import json

import pytest
from allauth.account.models import EmailAddress

from guestlist.invitations.commands import accept_as_new_user, close_account, decline_invitation, erase_user, verify_address
from guestlist.invitations.errors import AlreadyDecided
from guestlist.invitations.queries import open_invitation, own_data
from guestlist.kernel.actors import OPERATOR
from guestlist.mail.models import Message
from guestlist.members.commands import deactivate
from guestlist.members.queries import Filter, users_of
from guestlist.users.commands import make_primary, remove_address, request_address
from guestlist.users.errors import LinkEnded
from guestlist.users.models import User
from tests.cast import PASSWORD, Cast
from tests.invitations.acts import GOOD_PASSWORD, ask, invited, join_as, link, now, outcomes
from tests.invitations.acts import held as roles_of
from tests.invitations.test_erase import everything_written
from tests.users.addresses import asked, held

HOME = "otto@home.example"


def test_invitation_to_a_confirmed_address_adds_the_account_at_once_without_mail(cast: Cast):
    held(cast.otto, HOME)
    before = Message.objects.count()

    done = ask(cast, "olga", "Otto@HOME.example", birch="Guest")

    assert outcomes(done) == ["added"]
    assert roles_of(cast.otto) == {"birch": {"Guest"}}
    assert Message.objects.count() == before


def test_invitation_to_an_address_that_only_waits_is_a_strangers(cast: Cast):
    """Nora cannot take what is meant for somebody whose address she merely typed."""
    asked(cast.nora, HOME)

    invitation = invited(cast, "olga", HOME, birch="Admin")

    assert now(invitation).state == "pending"
    assert "birch" not in roles_of(cast.nora)


def test_what_waits_for_an_address_is_given_once_it_is_confirmed(cast: Cast):
    first, second = invited(cast, "olga", HOME, birch="Guest"), invited(cast, "nora", HOME, acme="Analyst")
    token = asked(cast.otto, HOME)

    verify_address(user=cast.otto, token=token)

    assert roles_of(cast.otto) == {"birch": {"Guest"}, "main": {"Analyst"}}
    assert {now(first).state, now(second).state} == {"accepted"}
    assert {now(first).user_id, now(second).user_id} == {cast.otto.id}
    with pytest.raises(AlreadyDecided):
        join_as(cast.otto, first)
    with pytest.raises(LinkEnded):
        verify_address(user=cast.otto, token=token)


def test_workspace_that_asks_goes_on_asking(cast: Cast):
    cast.acme.existing_users = "ask"
    cast.acme.save()
    waiting = invited(cast, "nora", HOME, acme="Analyst")

    held(cast.otto, HOME)

    assert now(waiting).current_state == "pending"
    assert roles_of(cast.otto) == {}
    assert roles_of(join_as(cast.otto, waiting).user) == {"main": {"Analyst"}}


def test_who_was_deactivated_does_not_come_back_by_another_address(cast: Cast):
    deactivate(actor=cast.olga.actor, membership=cast.gus.memberships.get())
    waiting = invited(cast, "olga", HOME, cedar="Admin")

    held(cast.gus, HOME)

    assert now(waiting).current_state == "pending"
    assert cast.gus.memberships.get().status == "deactivated"


def test_member_gains_the_roles_that_waited_for_the_other_address(cast: Cast):
    invited(cast, "olga", HOME, cedar="Analyst")

    held(cast.gus, HOME)

    assert roles_of(cast.gus) == {"cedar": {"Guest", "Analyst"}}
    assert cast.gus.memberships.count() == 1


def test_address_asked_for_does_not_keep_its_real_holder_from_joining(cast: Cast):
    token = asked(cast.nora, HOME)
    invitation = invited(cast, "olga", HOME, birch="Guest")
    shown = open_invitation(link(invitation)).shown

    made = accept_as_new_user(token=link(invitation), shown=shown, name="Otto", password=GOOD_PASSWORD, language="en").user

    with pytest.raises(LinkEnded):
        verify_address(user=cast.nora, token=token)
    assert EmailAddress.objects.get(email=HOME, verified=True).user == made


def test_export_has_every_address(cast: Cast):
    held(cast.otto, HOME)
    request_address(user=cast.otto, typed="later@home.example")

    found = own_data(cast.otto)["addresses"]

    assert {(each["email"], each["verified"], each["primary"]) for each in found} == {
        ("otto@elsewhere.example", True, True),
        (HOME, True, False),
        ("later@home.example", False, False),
    }


def test_erased_account_leaves_none_of_its_addresses_anywhere(cast: Cast):
    """Those of today, of before, and those that were only wanted."""
    for address in (HOME, "gone@home.example"):
        held(cast.otto, address)
    make_primary(user=cast.otto, address=EmailAddress.objects.get(email=HOME).id)
    remove_address(user=cast.otto, address=EmailAddress.objects.get(email="gone@home.example").id)
    request_address(user=cast.otto, typed="wanted@home.example")
    ask(cast, "olga", HOME, birch="Guest")

    erase_user(actor=OPERATOR, user=User.objects.get(id=cast.otto.id))

    written = everything_written()
    assert [each for each in ("home.example", "otto@") if each in written] == []


def test_erasing_who_wanted_an_address_leaves_its_holder_alone(cast: Cast):
    request_address(user=cast.otto, typed=cast.olga.email)
    waiting = invited(cast, "olga", HOME, birch="Guest")
    request_address(user=cast.otto, typed=HOME)

    erase_user(actor=OPERATOR, user=cast.otto)

    assert User.objects.get(id=cast.olga.id).email == "olga@northwind.example"
    assert (now(waiting).state, now(waiting).email, now(waiting).message.to_email) == ("pending", HOME, HOME)


def test_erasing_leaves_alone_who_has_a_given_up_address_by_now(cast: Cast):
    row = held(cast.otto, HOME)
    remove_address(user=cast.otto, address=row.id)
    make_primary(user=cast.gus, address=held(cast.gus, HOME).id)

    erase_user(actor=OPERATOR, user=User.objects.get(id=cast.otto.id))

    assert User.objects.get(id=cast.gus.id).email == HOME
    assert HOME in json.dumps(own_data(cast.gus)["mails"])


def test_account_is_closed_by_any_of_its_addresses(cast: Cast):
    held(cast.otto, HOME)

    close_account(user=cast.otto, typed=HOME, password=PASSWORD)

    assert not EmailAddress.objects.filter(user=cast.otto).exists()


def test_two_addresses_of_one_account_in_one_list_are_one_member(cast: Cast):
    held(cast.otto, HOME)

    done = ask(cast, "olga", f"{cast.otto.email} kim@birch.example {HOME} {HOME}", birch="Guest")

    assert outcomes(done) == ["added", "invited", "already_member", "refused duplicate"]
    assert roles_of(cast.otto) == {"birch": {"Guest"}}


def test_workspace_knows_a_user_by_one_address(cast: Cast):
    held(cast.otto, HOME)

    for address, place in ((HOME, "birch"), (cast.otto.email, "alder")):
        ask(cast, "olga", address, **{place: "Guest"})

    assert set(cast.otto.memberships.values_list("email_key", flat=True)) == {HOME}
    assert [row.user for row in users_of(cast.olga.actor, cast.northwind, Filter())].count(cast.otto) == 1


def test_preview_does_not_tell_whose_another_address_is(cast: Cast):
    held(cast.ana, HOME)

    seen = [outcomes(ask(cast, "olga", address, dry_run=True, birch="Analyst")) for address in (cast.ana.email, HOME)]

    assert seen == [["already_member"], ["invited"]]


def test_who_declined_by_one_address_is_asked_by_another(cast: Cast):
    cast.northwind.existing_users = "ask"
    cast.northwind.save()
    declined = invited(cast, "olga", cast.otto.email, birch="Guest")
    decline_invitation(token=link(declined), user=cast.otto)
    cast.northwind.existing_users = ""
    cast.northwind.save()
    held(cast.otto, HOME)

    done = ask(cast, "olga", HOME, birch="Guest")

    assert outcomes(done) == ["invited"]
    assert roles_of(cast.otto) == {}
