"""What a workspace asks at its door is changed by those who may, and never so that nobody could come back in."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from guestlist.access.roles import ADMIN, ANALYST
from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.clock import now
from guestlist.kernel.errors import NotFound
from guestlist.members.commands import create_role, deactivate, disable_user, leave, set_roles
from guestlist.members.errors import LastAdmin, NotAllowed
from guestlist.members.models import Membership
from guestlist.sso.commands import change_sign_in_policy
from guestlist.sso.errors import NoBreakGlass, NoConnection
from guestlist.sso.models import Connection
from guestlist.workspaces.commands import remove_workspace
from guestlist.workspaces.errors import BadSessionLimit
from guestlist.workspaces.models import Workspace
from tests.cast import Cast, give


def change(cast: Cast, who: str = "olga", **fields: Any) -> Workspace:
    return change_sign_in_policy(actor=cast.users[who].actor, workspace=cast.northwind, **fields)


def directory(cast: Cast, **fields: Any) -> Connection:
    row = {"workspace": cast.northwind, "name": "Okta", "protocol": "oidc", "enabled_at": now(), "tested_at": now()}
    return Connection.objects.create(**row | fields)


def sso_only(cast: Cast) -> None:
    directory(cast)
    change(cast, sso_only=True, break_glass=[cast.olga.id])


def of(cast: Cast, who: str) -> Membership:
    return Membership.objects.get(user=cast.users[who], community=cast.main)


def test_policy_is_written_with_its_event(cast: Cast):
    change(cast, requires_second_factor=True, session_idle=900, session_lifetime=28800)

    row = Workspace.objects.get(id=cast.northwind.id)
    assert (row.requires_second_factor, row.session_idle, row.session_lifetime, row.sso_only) == (True, 900, 28800, False)
    assert Event.objects.get(action="workspace.changed").after["session_idle"] == 900
    assert change(cast, session_idle=None).session_idle is None


@pytest.mark.parametrize("who", ["adam", "mia", "ana", "gus", "nora", "otto"])
def test_only_who_may_change_the_settings_changes_it(cast: Cast, who: str):
    with pytest.raises(NotAllowed):
        change(cast, who, session_idle=900)


def test_policy_of_a_workspace_that_is_gone(cast: Cast):
    remove_workspace(actor=OPERATOR, workspace=cast.northwind)

    with pytest.raises(NotFound):
        change(cast, session_idle=900)


@pytest.mark.parametrize("limits", [{"session_idle": 299}, {"session_lifetime": 899}, {"session_lifetime": 14 * 86400 + 1}])
def test_limit_out_of_range_is_refused(cast: Cast, limits: dict[str, int]):
    with pytest.raises(BadSessionLimit):
        change(cast, **limits)


@pytest.mark.parametrize("fields", [{"enabled_at": None}, {"tested_at": None}])
def test_sso_only_needs_a_connection_that_is_tested_and_on(cast: Cast, fields: dict[str, None]):
    directory(cast, **fields)
    directory(cast, workspace=cast.acme)

    with pytest.raises(NoConnection):
        change(cast, sso_only=True, break_glass=[cast.olga.id])


def test_sso_only_needs_somebody_who_comes_in_without(cast: Cast):
    directory(cast)

    with pytest.raises(LastAdmin, match="break-glass"):
        change(cast, sso_only=True)

    assert not Workspace.objects.get(id=cast.northwind.id).sso_only


def test_break_glass_is_named_with_it_and_told(cast: Cast):
    sso_only(cast)

    assert of(cast, "olga").break_glass
    assert Event.objects.get(action="workspace.break_glass_changed").after == {"break_glass": [str(cast.olga.id)]}


def test_last_break_glass_admin_keeps_the_flag(cast: Cast):
    sso_only(cast)
    give(cast.otto, cast.main, ADMIN)

    with pytest.raises(LastAdmin):
        change(cast, break_glass=[])
    change(cast, break_glass=[cast.otto.id])

    assert not of(cast, "olga").break_glass
    assert change(cast, sso_only=False, break_glass=[]).sso_only is False


@pytest.mark.parametrize("path", ["leave", "deactivate", "set_roles", "disable_user"])
def test_with_sso_only_the_last_break_glass_admin_stays(cast: Cast, path: str):
    sso_only(cast)
    give(cast.otto, cast.main, ADMIN)
    row = of(cast, "olga")
    paths = {
        "leave": lambda: leave(actor=cast.olga.actor, membership=row),
        "deactivate": lambda: deactivate(actor=cast.otto.actor, membership=row),
        "set_roles": lambda: set_roles(actor=cast.otto.actor, membership=row, roles=["Guest"]),
        "disable_user": lambda: disable_user(actor=OPERATOR, user=cast.olga),
    }

    with pytest.raises(LastAdmin, match="break-glass"):
        paths[path]()


def test_admin_with_a_passkey_alone_counts(cast: Cast):
    give(cast.otto, cast.main, ADMIN)
    cast.otto.set_unusable_password()
    cast.otto.save()
    with pytest.raises(LastAdmin):
        leave(actor=cast.olga.actor, membership=of(cast, "olga"))
    Authenticator.objects.create(user=cast.otto, type=Authenticator.Type.TOTP, data={})
    with pytest.raises(LastAdmin):
        leave(actor=cast.olga.actor, membership=of(cast, "olga"))

    Authenticator.objects.create(user=cast.otto, type=Authenticator.Type.WEBAUTHN, data={})
    leave(actor=cast.olga.actor, membership=of(cast, "olga"))

    assert not Membership.objects.filter(user=cast.olga, community=cast.main).exists()


def test_switching_the_directory_off_or_deleting_it_leaves_the_count(cast: Cast):
    sso_only(cast)
    Connection.objects.all().delete()

    assert change(cast, session_idle=900).sso_only


@pytest.mark.parametrize("who", ["adam", "ana", "nora", "otto"])
def test_break_glass_is_for_admins_of_main_alone(cast: Cast, who: str):
    give(cast.ana, cast.main, ANALYST)

    with pytest.raises(NoBreakGlass):
        change(cast, break_glass=[cast.users[who].id])


def test_break_glass_needs_a_way_in_of_ones_own(cast: Cast):
    give(cast.otto, cast.main, ADMIN)
    cast.otto.set_unusable_password()
    cast.otto.save()

    with pytest.raises(NoBreakGlass):
        change(cast, break_glass=[cast.otto.id])


def test_custom_role_with_the_permission_may(cast: Cast):
    keeper = create_role(actor=OPERATOR, community=cast.main, name="Keeper", permissions=["settings:write", "members:read"])
    give(cast.otto, cast.main, keeper.id)

    assert change(cast, "otto", session_idle=900).session_idle == 900
