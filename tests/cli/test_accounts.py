from collections.abc import Callable

import pytest

from guestlist.audit.models import Event
from guestlist.mail.models import Message
from guestlist.members.models import Membership
from guestlist.users.commands import add_passkey
from guestlist.users.models import User
from guestlist.users.queries import passkeys_of
from tests.cast import Cast
from tests.cli.conftest import Done
from tests.invariants import assert_sound
from tests.passkeys import stored_passkey

Run = Callable[..., Done]


def test_disabled_user_is_enabled_again(cast: Cast, guestlist: Run):
    disabled = guestlist("user", "disable", "ADAM@northwind.example", "--yes")
    was_active = User.objects.get(id=cast.adam.id).is_active
    enabled = guestlist("user", "enable", "adam@northwind.example")

    assert (disabled.code, was_active) == (0, False)
    assert (enabled.code, User.objects.get(id=cast.adam.id).is_active) == (0, True)
    events = Event.objects.filter(target_id=cast.adam.id, actor_kind="operator").order_by("id")
    assert [each.action for each in events][-2:] == ["user.disabled", "user.enabled"]


def test_erased_user_keeps_the_facts_without_name(cast: Cast, guestlist: Run):
    done = guestlist("user", "erase", "ana@northwind.example", "--yes")

    ana = User.objects.get(id=cast.ana.id)
    assert done.code == 0
    assert (ana.name, ana.email, ana.is_active) == ("", "", False)
    assert not Membership.objects.filter(user=ana).exists()
    assert guestlist("user", "enable", "ana@northwind.example").code == 1
    assert_sound()


@pytest.mark.parametrize("act", ["disable", "erase"])
def test_last_admin_stays(cast: Cast, guestlist: Run, act: str):
    done = guestlist("user", act, "nora@acme.example", "--yes")

    assert done.code == 1
    assert "last Admin" in done.err
    assert User.objects.get(id=cast.nora.id).is_active
    assert_sound()


def test_second_factor_is_reset_and_its_holder_told(cast: Cast, guestlist: Run):
    row = add_passkey(user=cast.ana, name="Phone", credential=stored_passkey())

    done = guestlist("user", "reset-mfa", "ANA@northwind.example", "--yes")
    again = guestlist("user", "reset-mfa", "ana@northwind.example", "--yes")

    assert (done.code, again.code) == (0, 1)
    assert not passkeys_of(cast.ana).filter(id=row.id).exists()
    assert Message.objects.filter(to_email=cast.ana.email, context__change="second_factor_reset").count() == 1
    assert "no second factor" in again.err
    assert_sound()


def test_reset_says_that_somebody_without_password_gets_a_link(cast: Cast, guestlist: Run):
    cast.ana.set_unusable_password()
    cast.ana.save()
    add_passkey(user=cast.ana, name="Phone", credential=stored_passkey())

    done = guestlist("user", "reset-mfa", "ana@northwind.example", "--yes")

    assert "no password" in done.out
    assert Message.objects.get(template="users/emails/password_reset").to_email == cast.ana.email


@pytest.mark.parametrize("act", ["disable", "erase", "reset-mfa"])
def test_what_cannot_be_undone_needs_a_yes(cast: Cast, guestlist: Run, act: str):
    done = guestlist("user", act, "adam@northwind.example")

    assert done.code == 2
    assert User.objects.get(id=cast.adam.id).is_active


@pytest.mark.parametrize("address", ["stranger@x.example", "no address"])
def test_unknown_address_is_refused(cast: Cast, guestlist: Run, address: str):
    done = guestlist("user", "disable", address, "--yes")

    assert done.code == 1
    assert address in done.err
