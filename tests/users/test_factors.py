"""The second factor and the passkeys of an account: set up, used once, taken away; sealed, told, written down."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret

from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.mail.models import Message
from guestlist.members.commands import disable_user, reset_second_factor
from guestlist.members.errors import LastAdmin
from guestlist.sso.queries.invariants import broken_invariants
from guestlist.users.commands import (
    add_passkey,
    add_totp,
    change_password,
    keep_recovery_codes,
    make_recovery_codes,
    remove_passkey,
    remove_totp,
    rename_passkey,
    use_code,
)
from guestlist.users.errors import FactorExists, LastWayIn, NameMissing, NoSecondFactor, WrongCode
from guestlist.users.models import Notification, User
from guestlist.users.queries import factors_of, has_second_factor, waiting_codes
from tests.cast import PASSWORD, Cast
from tests.passkeys import now_code, stored_passkey


def app_of(user: User) -> str:
    """Sets an authenticator app up a minute ago; answers its secret."""
    secret = generate_totp_secret()
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=2)):
        add_totp(user=user, secret=secret, code=now_code(secret))
    return secret


def without_password(user: User) -> User:
    user.set_unusable_password()
    user.save()
    return user


def test_app_is_set_up_with_a_right_code_only(cast: Cast):
    secret = generate_totp_secret()

    with pytest.raises(WrongCode):
        add_totp(user=cast.ana, secret=secret, code="000000" if now_code(secret) != "000000" else "000001")
    assert not has_second_factor(cast.ana)
    add_totp(user=cast.ana, secret=secret, code=now_code(secret))

    assert has_second_factor(cast.ana)
    with pytest.raises(FactorExists):
        add_totp(user=cast.ana, secret=secret, code=now_code(secret))


def test_secrets_are_sealed_in_the_database(cast: Cast):
    secret = app_of(cast.ana)

    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in waiting_codes(cast.ana))
    assert use_code(user=cast.ana, code=now_code(secret)).type == "totp"


def test_code_works_once_and_an_older_one_not_after_it(cast: Cast):
    secret = app_of(cast.ana)

    use_code(user=cast.ana, code=now_code(secret))

    for steps in (0, -1):
        with pytest.raises(WrongCode):
            use_code(user=cast.ana, code=now_code(secret, steps))


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clock_of_the_phone_may_be_half_a_minute_off(cast: Cast, steps: int, good: bool):
    secret = app_of(cast.ana)

    with time_machine.travel(datetime.now(UTC), tick=False):
        try:
            accepted = bool(use_code(user=cast.ana, code=now_code(secret, steps)))
        except WrongCode:
            accepted = False

    assert accepted is good


def test_code_used_in_setting_up_does_not_sign_in(cast: Cast):
    secret = generate_totp_secret()
    code = now_code(secret)
    add_totp(user=cast.ana, secret=secret, code=code)

    with pytest.raises(WrongCode):
        use_code(user=cast.ana, code=code)


def test_recovery_code_works_once_and_the_rest_is_counted(cast: Cast):
    app_of(cast.ana)
    codes = waiting_codes(cast.ana)

    assert use_code(user=cast.ana, code=codes[3]).type == "recovery_codes"

    with pytest.raises(WrongCode):
        use_code(user=cast.ana, code=codes[3])
    assert (len(codes), factors_of(cast.ana).codes_left) == (10, 9)


def test_codes_of_another_do_not_open(cast: Cast):
    app_of(cast.ana)
    secret = app_of(cast.otto)

    for code in (now_code(secret), *waiting_codes(cast.otto)):
        with pytest.raises(WrongCode):
            use_code(user=cast.ana, code=code)


def test_kept_codes_are_never_shown_again_and_new_ones_end_the_old(cast: Cast):
    app_of(cast.ana)
    old = waiting_codes(cast.ana)
    keep_recovery_codes(user=cast.ana)
    kept = waiting_codes(cast.ana)
    make_recovery_codes(user=cast.ana)

    assert kept == []
    assert len(waiting_codes(cast.ana)) == 10 and not set(old) & set(waiting_codes(cast.ana))
    with pytest.raises(WrongCode):
        use_code(user=cast.ana, code=old[0])


def test_recovery_codes_need_a_factor_and_go_with_the_last(cast: Cast):
    with pytest.raises(NoSecondFactor):
        make_recovery_codes(user=cast.ana)
    app_of(cast.ana)

    remove_totp(user=cast.ana)

    assert not Authenticator.objects.exists()
    with pytest.raises(NoSecondFactor):
        remove_totp(user=cast.ana)
    assert not Message.objects.filter(context__change="recovery_codes_made").exists()


def test_passkey_is_named_renamed_and_removed_by_its_holder_alone(cast: Cast):
    row = add_passkey(user=cast.ana, name="  Phone\n", credential=stored_passkey())

    for act in (rename_passkey, remove_passkey):
        with pytest.raises(NotFound):
            act(user=cast.otto, passkey=row.id, **({"name": "Mine"} if act is rename_passkey else {}))
    with pytest.raises(NameMissing):
        rename_passkey(user=cast.ana, passkey=row.id, name=" \u200b ")
    rename_passkey(user=cast.ana, passkey=row.id, name="Key ring")
    named = factors_of(cast.ana).passkeys[0].data["name"]
    remove_passkey(user=cast.ana, passkey=row.id)

    assert (row.data["name"], named) == ("Phone", "Key ring")
    assert not Authenticator.objects.exists()


def test_last_way_in_cannot_be_removed(cast: Cast):
    ana = without_password(cast.ana)
    first = add_passkey(user=ana, name="Phone", credential=stored_passkey())
    second = add_passkey(user=ana, name="Laptop", credential=stored_passkey())

    remove_passkey(user=ana, passkey=second.id)
    with pytest.raises(LastWayIn):
        remove_passkey(user=ana, passkey=first.id)

    assert ana.can_sign_in


def test_every_change_is_mailed_to_all_addresses_written_down_and_notified(cast: Cast):
    """R-013"""
    cast.ana.emailaddress_set.create(email="ana@home.example", verified=True)
    cast.ana.emailaddress_set.create(email="ana@guess.example", verified=False)

    secret = app_of(cast.ana)
    row = add_passkey(user=cast.ana, name="Phone", credential=stored_passkey())
    remove_passkey(user=cast.ana, passkey=row.id)
    use_code(user=cast.ana, code=waiting_codes(cast.ana)[0])
    make_recovery_codes(user=cast.ana)
    remove_totp(user=cast.ana)

    acts = ["totp_added", "passkey_added", "passkey_removed", "recovery_code_used", "recovery_codes_made", "totp_removed"]
    mails = Message.objects.filter(template="users/emails/factor_changed").order_by("id")
    for address in ("ana@northwind.example", "ana@home.example"):
        assert [each.context["change"] for each in mails if each.to_email == address] == acts
    assert mails.count() == 2 * len(acts)
    named = [f"user.{act}" for act in acts]
    assert (
        list(Event.objects.filter(target_id=cast.ana.id, action__in=named).order_by("id").values_list("action", flat=True))
        == named
    )
    assert Notification.objects.filter(user=cast.ana, action__in=named).count() == len(named)
    assert secret not in str(list(Message.objects.values())) + str(list(Event.objects.values()))


def test_secret_that_lies_open_is_found_by_the_check(cast: Cast):
    secret = app_of(cast.ana)
    before = broken_invariants()

    Authenticator.objects.filter(type="totp").update(data={"secret": secret})

    assert before == []
    assert [each.name for each in broken_invariants()] == ["no_secrets"]


def test_new_password_is_told_to_all_addresses(cast: Cast):
    """R-013"""
    cast.ana.emailaddress_set.create(email="ana@home.example", verified=True)

    change_password(user=cast.ana, old=PASSWORD, new="seven tall ships at anchor", keep="")

    told = Message.objects.filter(template="users/emails/password_changed").values_list("to_email", flat=True)
    assert set(told) == {"ana@northwind.example", "ana@home.example"}


def test_operator_takes_all_away_and_ends_the_sessions(cast: Cast):
    app_of(cast.ana)
    add_passkey(user=cast.ana, name="Phone", credential=stored_passkey())
    cast.ana.sessions.create(session_key="k", id=cast.ana.id, expire_date=datetime(2099, 1, 1, tzinfo=UTC))

    reset_second_factor(actor=OPERATOR, user=cast.ana)

    assert not Authenticator.objects.exists() and not cast.ana.sessions.exists()
    assert Event.objects.get(action="user.second_factor_reset").actor_kind == "operator"
    assert not Message.objects.filter(template="users/emails/password_reset").exists()
    with pytest.raises(NoSecondFactor):
        reset_second_factor(actor=OPERATOR, user=cast.ana)


def test_who_had_only_a_passkey_is_mailed_a_link(cast: Cast):
    ana = without_password(cast.ana)
    add_passkey(user=ana, name="Phone", credential=stored_passkey())

    reset_second_factor(actor=OPERATOR, user=ana)

    assert Message.objects.get(template="users/emails/password_reset").to_email == ana.email
    assert not ana.can_sign_in


def test_admin_with_a_passkey_alone_keeps_the_workspace(cast: Cast):
    """Rule 4: a passkey counts as able to sign in, and its loss as losing that."""
    nora = without_password(cast.nora)
    add_passkey(user=nora, name="Phone", credential=stored_passkey())

    with pytest.raises(LastAdmin):
        disable_user(actor=OPERATOR, user=nora)
    with pytest.raises(LastAdmin):
        reset_second_factor(actor=OPERATOR, user=nora)

    assert has_second_factor(nora) and nora.can_sign_in
