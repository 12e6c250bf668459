"""One's addresses, made primary and removed."""

import pytest
from allauth.account.models import EmailAddress

from guestlist.audit.models import Event
from guestlist.invitations.commands import request_password_help, verify_address
from guestlist.kernel.errors import NotFound
from guestlist.kernel.links import sign_link
from guestlist.mail.models import Message
from guestlist.members.models import Membership
from guestlist.users.commands import (
    make_primary,
    read_reset_link,
    remove_address,
    request_address,
    reset_password,
)
from guestlist.users.errors import (
    AddressWaits,
    LinkEnded,
    PrimaryAddress,
)
from guestlist.users.models import User
from guestlist.users.queries import addresses_of
from tests.cast import Cast
from tests.invariants import assert_sound
from tests.users.addresses import HOME, OWN, address_rows, asked, held, signs_in, told
from tests.users.test_reset_password import NEW


def test_primary_address_is_the_one_that_others_see_and_the_old_one_is_told(cast: Cast):
    """R-013"""
    row = held(cast.ana)

    make_primary(user=cast.ana, address=row.id)

    assert User.objects.get(id=cast.ana.id).email == cast.ana.email == HOME
    assert [(each.email, each.primary) for each in addresses_of(cast.ana)] == [(HOME, True), (OWN, False)]
    assert told("primary_changed") == {OWN, HOME}
    assert signs_in(OWN) == cast.ana
    assert_sound()


def test_address_that_waits_is_not_made_primary(cast: Cast):
    """A pending change is not the current address (allauth 65.14.1)."""
    row = request_address(user=cast.ana, typed=HOME)

    with pytest.raises(AddressWaits):
        make_primary(user=cast.ana, address=row.id)

    assert User.objects.get(id=cast.ana.id).email == OWN


def test_removed_address_opens_nothing_and_is_told(cast: Cast):
    """R-013"""
    row = held(cast.ana)

    remove_address(user=cast.ana, address=row.id)

    assert signs_in(HOME) is None
    assert told("address_removed") == {OWN, HOME}
    assert address_rows(cast.ana) == [(OWN, True, True)]
    assert_sound()


def test_removed_address_takes_the_links_for_a_new_password_with_it(cast: Cast):
    """R-026: one may have been mailed to a mailbox that somebody else reads by now."""
    row = held(cast.ana)
    request_password_help(address=HOME)
    mail = Message.objects.get(template="users/emails/password_reset")
    token = sign_link(mail.link_purpose, mail.link_subject, mail.link_version)
    works = read_reset_link(token=token)

    remove_address(user=cast.ana, address=row.id)

    assert works == cast.ana and mail.to_email == HOME
    with pytest.raises(LinkEnded):
        reset_password(token=token, password=NEW)


def test_primary_address_cannot_be_removed(cast: Cast):
    held(cast.ana)

    with pytest.raises(PrimaryAddress):
        remove_address(user=cast.ana, address=EmailAddress.objects.get(email=OWN).id)

    assert signs_in(OWN) == cast.ana


def test_removed_request_ends_its_link_and_its_mail(cast: Cast):
    token = asked(cast.ana)

    remove_address(user=cast.ana, address=EmailAddress.objects.get(email=HOME).id)

    with pytest.raises(LinkEnded):
        verify_address(user=cast.ana, token=token)
    assert Message.objects.get().state == "cancelled"
    assert not told("address_removed")


@pytest.mark.parametrize("who", ["olga", "nora", "otto"])
def test_nobody_touches_the_addresses_of_somebody_else(cast: Cast, who: str):
    row = held(cast.ana)
    before = address_rows(cast.ana)

    for act in (make_primary, remove_address):
        with pytest.raises(NotFound):
            act(user=cast.users[who], address=row.id)

    assert address_rows(cast.ana) == before


def test_workspace_that_knew_the_removed_address_knows_the_primary_one(cast: Cast):
    row = held(cast.ana)
    Membership.objects.filter(user=cast.ana, community=cast.birch).update(email_key=HOME)
    Membership.objects.filter(user=cast.otto).update(email_key=HOME)

    remove_address(user=cast.ana, address=row.id)

    assert set(cast.ana.memberships.values_list("email_key", flat=True)) == {OWN}
    assert_sound()


def test_history_says_which_address(cast: Cast):
    row = held(cast.ana)
    make_primary(user=cast.ana, address=row.id)
    remove_address(user=cast.ana, address=EmailAddress.objects.get(email=OWN).id)

    events = Event.objects.filter(target_id=cast.ana.id, action__contains="address").order_by("id")
    assert [(each.action, each.after["address"]) for each in events] == [
        ("user.address_requested", HOME),
        ("user.address_added", HOME),
        ("user.address_removed", OWN),
    ]
    assert Event.objects.get(action="user.primary_changed").after == {"address": HOME}
