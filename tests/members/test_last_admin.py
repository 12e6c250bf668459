"""Design rule 4, R-052: a workspace always has an active Admin of its main community who can sign in. Every path is tried."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from guestlist.access.permissions import catalogue
from guestlist.access.roles import ADMIN, GUEST, MANAGE_MEMBER
from guestlist.audit.models import Event
from guestlist.invitations.commands import close_account, erase_user
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.clock import now
from guestlist.kernel.errors import Refusal
from guestlist.members.commands import (
    admins_able_to_sign_in,
    change_many,
    create_role,
    deactivate,
    disable_user,
    enable_user,
    leave,
    remove,
    set_end,
    set_roles,
)
from guestlist.members.errors import LastAdmin
from guestlist.members.models import Membership
from guestlist.users.models import User
from tests.api.callers import as_key, code_of
from tests.cast import PASSWORD, Cast, give
from tests.web.visits import signed_in

Path = Callable[[Cast, Membership], object]


def _raised(answers: list[Refusal | None]) -> None:
    for answer in answers:
        if answer:
            raise answer


def _page(cast: Cast, path: str) -> None:
    """A page says it in words, and the words are LastAdmin's."""
    said = signed_in(cast, "olga").post(path, follow=True).content.decode()
    if "This is the last Admin" in said:
        raise LastAdmin


def _api(cast: Cast, verb: str, path: str, body: object = None) -> None:
    answer = as_key(cast.main).send(verb, f"/workspaces/northwind{path}", body)
    if answer.status_code == 409:
        assert code_of(answer) == (409, "last_admin")
        raise LastAdmin


PATHS: dict[str, Path] = {
    "set_roles": lambda cast, row: set_roles(actor=cast.olga.actor, membership=row, roles=["Guest", "Analyst", "manage_member"]),
    "deactivate": lambda cast, row: deactivate(actor=cast.olga.actor, membership=row),
    "deactivate everywhere": lambda cast, row: deactivate(actor=cast.olga.actor, membership=row, everywhere=True),
    "remove": lambda cast, row: remove(actor=cast.olga.actor, membership=row),
    "set_end": lambda cast, row: set_end(actor=cast.olga.actor, membership=row, ends_at=now() + timedelta(days=1)),
    "bulk": lambda cast, row: _raised(
        change_many(memberships=[row], act=lambda each: remove(actor=cast.olga.actor, membership=each))
    ),
    "leave": lambda cast, row: leave(actor=row.user.actor, membership=row),
    "disable_user": lambda cast, row: disable_user(actor=OPERATOR, user=row.user),
    "erase_user": lambda cast, row: erase_user(actor=OPERATOR, user=row.user),
    "close_account": lambda cast, row: close_account(user=row.user, typed=row.user.email, password=PASSWORD),
}


SURFACES: dict[str, Path] = {
    "page": lambda cast, row: _page(cast, f"/w/northwind/memberships/{row.id}/remove"),
    "page everywhere": lambda cast, row: _page(cast, f"/w/northwind/users/{row.user_id}/deactivate"),
    "api": lambda cast, row: _api(cast, "DELETE", f"/memberships/{row.id}"),
    "api end": lambda cast, row: _api(cast, "PATCH", f"/memberships/{row.id}", {"ends_at": "2999-01-01T00:00:00Z"}),
}


def _admin(cast: Cast) -> Membership:
    return Membership.objects.select_related("user").get(user=cast.olga, community=cast.main)


def _snapshot() -> tuple[object, ...]:
    """Everything that a refused command must leave as it was."""
    memberships = Membership.objects.order_by("id").values_list("id", "status", "everywhere", "roles")
    return list(memberships), list(User.objects.order_by("id").values()), Event.objects.count()


@pytest.mark.parametrize("path", PATHS)
def test_last_admin_stays_and_nothing_changes(cast: Cast, path: str):
    before = _snapshot()

    with pytest.raises(LastAdmin):
        PATHS[path](cast, _admin(cast))

    assert _snapshot() == before


@pytest.mark.parametrize("path", SURFACES)
def test_last_admin_stays_on_every_surface(cast: Cast, path: str):
    before = _snapshot()[0]

    with pytest.raises(LastAdmin):
        SURFACES[path](cast, _admin(cast))

    assert _snapshot()[0] == before


@pytest.mark.parametrize("path", PATHS)
def test_one_of_two_admins_may_go(cast: Cast, path: str):
    give(cast.otto, cast.main, ADMIN)

    PATHS[path](cast, _admin(cast))

    assert [each.user for each in admins_able_to_sign_in().filter(workspace=cast.northwind)] == [cast.otto]


def _deactivated(cast: Cast) -> None:
    Membership.objects.filter(id=give(cast.otto, cast.main, ADMIN).id).update(status="deactivated")


def _ending(cast: Cast) -> None:
    Membership.objects.filter(id=give(cast.otto, cast.main, ADMIN).id).update(ends_at=now() + timedelta(days=300))


def _disabled(cast: Cast) -> None:
    give(cast.otto, cast.main, ADMIN)
    User.objects.filter(id=cast.otto.id).update(disabled_at=now())


def _without_password(cast: Cast) -> None:
    give(cast.otto, cast.main, ADMIN)
    cast.otto.set_unusable_password()
    cast.otto.save()


def _below_only(cast: Cast) -> None:
    give(cast.otto, cast.alder, ADMIN)


def _lesser_role(cast: Cast) -> None:
    give(cast.otto, cast.main, MANAGE_MEMBER)


def _next_door(cast: Cast) -> None:
    give(cast.otto, cast.acme_main, ADMIN)


@pytest.mark.parametrize("second", [_deactivated, _ending, _disabled, _without_password, _below_only, _lesser_role, _next_door])
@pytest.mark.parametrize("path", PATHS)
def test_second_admin_who_could_not_put_things_right_does_not_count(cast: Cast, path: str, second: Callable[[Cast], None]):
    second(cast)

    with pytest.raises(LastAdmin):
        PATHS[path](cast, _admin(cast))


def test_user_who_is_last_admin_of_a_second_workspace_only_stays_too(cast: Cast):
    give(cast.nora, cast.main, ADMIN)
    disable_user(actor=OPERATOR, user=cast.olga)

    with pytest.raises(LastAdmin):
        disable_user(actor=OPERATOR, user=cast.nora)

    assert User.objects.get(id=cast.nora.id).is_active


def test_admin_of_a_managed_community_may_be_the_last_there(cast: Cast):
    row = Membership.objects.get(user=cast.adam)

    remove(actor=cast.olga.actor, membership=row)

    assert not Membership.objects.filter(id=row.id).exists()


def test_custom_role_with_every_permission_is_no_admin(cast: Cast):
    everything = create_role(actor=OPERATOR, community=cast.main, name="All of it", permissions=list(catalogue()))
    give(cast.otto, cast.main, everything.id)

    with pytest.raises(LastAdmin):
        leave(actor=cast.olga.actor, membership=_admin(cast))


def test_user_enabled_again_is_admin_again(cast: Cast):
    give(cast.otto, cast.main, ADMIN)
    disable_user(actor=OPERATOR, user=cast.olga)
    enable_user(actor=OPERATOR, user=cast.olga)

    leave(actor=cast.otto.actor, membership=Membership.objects.get(user=cast.otto, community=cast.main))

    assert admins_able_to_sign_in().get(workspace=cast.northwind).user == cast.olga


def test_ordinary_member_may_be_disabled_and_erased(cast: Cast):
    disable_user(actor=OPERATOR, user=cast.gus)
    erase_user(actor=OPERATOR, user=cast.ana)

    assert not User.objects.get(id=cast.gus.id).can_sign_in
    erased = User.objects.get(id=cast.ana.id)
    assert (erased.name, erased.email, erased.can_sign_in, erased.memberships.count()) == ("", "", False, 0)


def test_workspace_that_has_no_admin_already_does_not_stop_other_changes(cast: Cast):
    User.objects.filter(id=cast.olga.id).update(disabled_at=now())

    disable_user(actor=OPERATOR, user=cast.gus)

    assert not User.objects.get(id=cast.gus.id).is_active


def test_guest_of_main_may_leave(cast: Cast):
    row = give(cast.otto, cast.main, GUEST)

    leave(actor=cast.otto.actor, membership=row)

    assert not cast.otto.memberships.exists()
