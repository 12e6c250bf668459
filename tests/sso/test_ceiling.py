"""R-049 for what connections give: the role by default and the roles of groups hold nothing that their giver does not."""

from collections.abc import Callable

import pytest

from guestlist.access.permissions import READING
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import Refusal
from guestlist.members.commands import create_role, update_role
from guestlist.members.models import Membership, MembershipRole, Role
from guestlist.members.queries import facts_of
from guestlist.sso.commands import GroupRule, set_defaults
from guestlist.sso.models import Connection
from tests.cast import Cast, give, role_named
from tests.sso.acts import come, connect

Giving = Callable[[Cast, Connection, Role], object]


def by_default(cast: Cast, row: Connection, role: Role) -> None:
    set_defaults(actor=cast.otto.actor, connection=row, creates_users=True, role=role, communities=[cast.birch])


def by_group(cast: Cast, row: Connection, role: Role) -> None:
    rules = (GroupRule("soc", cast.birch, role),)
    set_defaults(actor=cast.otto.actor, connection=row, creates_users=True, role=None, groups=rules)


def giver(cast: Cast) -> Role:
    """Otto's role in main: to connect, to invite, and all that a Guest may."""
    may = facts_of(role_named("Guest")).permissions | {"connections:write", "members:invite"}
    role = create_role(actor=OPERATOR, community=cast.main, name="Connector", permissions=sorted(may))
    give(cast.otto, cast.main, role.id)
    return role


def given() -> set[str]:
    """Every permission that a connection gives or has given."""
    rows = Connection.objects.prefetch_related("mappings__role").select_related("default_role")
    roles = [role for row in rows for role in (row.default_role, *(each.role for each in row.mappings.all())) if role]
    roles += [
        each.role for each in MembershipRole.objects.filter(membership__source=Membership.Source.SSO).select_related("role")
    ]
    return {name for role in roles for name in facts_of(role).permissions}


@pytest.mark.parametrize("path", [by_default, by_group])
@pytest.mark.parametrize("name", ["Guest", "manage_member", "Admin", "Reads history", "Reads members"])
def test_nobody_sets_a_role_above_their_own(cast: Cast, path: Giving, name: str):
    """R-049: what is set, less what its giver holds, is nothing."""
    create_role(actor=OPERATOR, community=cast.main, name="Reads history", permissions=["audit:read"])
    create_role(actor=OPERATOR, community=cast.main, name="Reads members", permissions=["members:read"])
    own, row = facts_of(giver(cast)).permissions, connect(cast)

    try:
        path(cast, row, Role.objects.get(name=name))
    except Refusal:
        assert name not in ("Guest", "Reads members")

    assert given() - own == set()
    assert bool(given()) == (name in ("Guest", "Reads members"))


@pytest.mark.parametrize("path", [by_default, by_group])
@pytest.mark.parametrize("left", [READING | {"connections:write"}, {"members:invite", "members:read"}])
def test_what_the_giver_lost_since_is_given_to_nobody(cast: Cast, path: Giving, left: frozenset[str]):
    """R-049: the same when it takes effect."""
    role, row = giver(cast), connect(cast)
    path(cast, row, role_named("Guest"))
    before = come(row, groups=("soc",)).verdict.outcome

    update_role(actor=OPERATOR, role=role, permissions=sorted(left))
    after = come(row, subject="00u2", email="lee@corp.example", groups=("soc",)).verdict

    assert (before, after.outcome, after.reason) == ("create", "refused", "role_not_given")
    assert not Membership.objects.filter(email_key="lee@corp.example").exists()
