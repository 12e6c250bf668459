"""R-045: rights that change while somebody is at work hold for the rest of it. From one process to another: tests/flows/test_next_request.py;
in batches of invitations (R-046): tests/invitations/test_batch.py."""

from collections.abc import Callable
from typing import Any

import pytest

from guestlist.access.roles import ANALYST, GUEST
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import change_many, create_role, deactivate, remove, set_roles, update_role
from guestlist.members.errors import NotAllowed
from guestlist.members.models import Membership
from tests.cast import Cast, give
from tests.web.visits import signed_in


def test_bulk_stops_at_the_row_where_the_actor_loses_the_right(cast: Cast):
    """Mia takes herself out between two others."""
    first, last = give(cast.gus, cast.birch, GUEST), give(cast.otto, cast.birch, ANALYST)
    rows = [first, cast.mia.memberships.get(), last]

    answers = change_many(memberships=rows, act=lambda row: remove(actor=cast.mia.actor, membership=row))

    assert [type(each) for each in answers] == [type(None), type(None), NotAllowed]
    assert [each.id for each in Membership.objects.filter(id__in=[first.id, last.id])] == [last.id]


LOSSES: dict[str, Callable[[Cast, Membership], Any]] = {
    "another role": lambda cast, row: set_roles(actor=cast.olga.actor, membership=row, roles=["Guest"]),
    "deactivated": lambda cast, row: deactivate(actor=cast.olga.actor, membership=row),
    "removed": lambda cast, row: remove(actor=cast.olga.actor, membership=row),
    "role narrowed": lambda cast, row: update_role(
        actor=cast.olga.actor, role=row.roles.exclude(community=None).get(), permissions=["members:read"]
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_form_that_was_open_is_posted_without_effect(cast: Cast, loss: str):
    inviter = create_role(
        actor=OPERATOR,
        community=cast.birch,
        name="Inviter",
        permissions=["members:read", "roles:read", "communities:read", "members:invite", "members:remove"],
    )
    held = give(cast.otto, cast.birch, inviter.id)
    guest = give(cast.gus, cast.birch, GUEST)
    browser = signed_in(cast, "otto")
    page = f"/w/northwind/memberships/{guest.id}/remove"
    before = browser.get(page).status_code

    LOSSES[loss](cast, held)
    browser.post(page)

    assert (before, Membership.objects.filter(id=guest.id).exists()) == (200, True)
