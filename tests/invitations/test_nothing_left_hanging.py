"""R-053: whatever is taken away takes along all that depended on it. The orphan query finds no row that names what is gone."""

from collections.abc import Callable

import pytest

from guestlist.access.roles import ADMIN, GUEST
from guestlist.invitations.commands import delete_community, erase_user, move_community, remove_everywhere
from guestlist.invitations.models import Grant
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key, create_role, delete_role, leave, remove
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.members.queries import may
from guestlist.workspaces.models import Ancestry, Community
from tests.cast import Cast, give, role_named
from tests.invariants import assert_sound
from tests.invitations.acts import ask


def _own(cast: Cast) -> Membership:
    return Membership.objects.select_related("workspace", "user").get(user=cast.otto)


ENDINGS: dict[str, Callable[[Cast, Role], object]] = {
    "removed": lambda cast, desk: remove(actor=cast.olga.actor, membership=_own(cast)),
    "removed everywhere": lambda cast, desk: remove_everywhere(actor=cast.olga.actor, membership=_own(cast)),
    "left": lambda cast, desk: leave(actor=cast.otto.actor, membership=_own(cast)),
    "erased": lambda cast, desk: erase_user(actor=OPERATOR, user=cast.otto),
    "role deleted": lambda cast, desk: delete_role(actor=cast.olga.actor, role=desk, move_to=role_named("Guest")),
    "community deleted": lambda cast, desk: delete_community(actor=cast.olga.actor, community=cast.birch, members="remove"),
    "community moved": lambda cast, desk: move_community(actor=cast.olga.actor, community=cast.birch, parent=cast.alder),
}


def _orphans() -> list[str]:
    """Ids written down in lists, which no foreign key guards, and rows of a tenant that is not their community's."""
    roles = {str(each) for each in Role.objects.values_list("id", flat=True)}
    live = Grant.objects.filter(ended_at=None)
    keys = ApiKey.objects.filter(revoked_at=None)
    named = [each for row in (*live, *keys) for each in row.role_ids]
    named += [each for row in Role.objects.all() for each in row.may_hand_out]
    outside = [
        str(row.id)
        for row in MembershipRole.objects.select_related("membership", "role")
        if row.role.community_id
        and not Ancestry.objects.filter(ancestor=row.role.community_id, descendant=row.membership.community_id).exists()
    ]
    return [each for each in named if each not in roles] + outside


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_ends_leaves_nothing_hanging(cast: Cast, ending: str):
    desk = create_role(actor=OPERATOR, community=cast.birch, name="Desk", permissions=["members:read", "members:invite"])
    create_role(actor=OPERATOR, community=cast.birch, name="Lead", permissions=["members:read"], may_give=[desk])
    give(cast.otto, cast.birch, desk.id)
    create_api_key(actor=OPERATOR, community=cast.birch, name="ci", roles=[desk])
    ask(cast, "olga", "jules@birch.example", birch="Guest")

    ENDINGS[ending](cast, desk)

    assert _orphans() == []
    assert_sound()


@pytest.mark.parametrize("ending", ["removed", "removed everywhere", "left", "community deleted"])
def test_who_is_out_holds_nothing_anywhere(cast: Cast, ending: str):
    give(cast.otto, cast.birch, ADMIN, GUEST)
    desk = create_role(actor=OPERATOR, community=cast.birch, name="Desk", permissions=["members:read"])

    ENDINGS[ending](cast, desk)

    assert not [each for each in Community.objects.all() if may(cast.otto.actor, "members:read", each.id)]
