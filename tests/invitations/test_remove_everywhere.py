"""Who is taken out of a workspace is no longer asked into it: their pending invitation ends with their memberships."""

import pytest

from guestlist.invitations.commands import remove_everywhere
from guestlist.members.errors import LastAdmin, NotAllowed
from guestlist.members.models import Membership
from tests.api.callers import as_key
from tests.cast import Cast
from tests.invitations.acts import invited, live_grants, now
from tests.web.visits import signed_in

GUS = "gus@northwind.example"


@pytest.fixture(autouse=True)
def asking(cast: Cast) -> None:
    cast.northwind.existing_users = "ask"
    cast.northwind.save()


def _gus(cast: Cast) -> Membership:
    return Membership.objects.select_related("workspace").get(user=cast.gus)


def test_pending_invitation_of_the_address_ends_too(cast: Cast):
    mine = invited(cast, "olga", GUS, birch="Guest")
    other = invited(cast, "olga", "jules@birch.example", birch="Guest")

    remove_everywhere(actor=cast.olga.actor, membership=_gus(cast))

    assert (now(mine).state, now(mine).message.state) == ("revoked", "cancelled")
    assert now(other).state == "pending"
    assert not cast.gus.memberships.exists()


def test_invitation_into_another_workspace_stays(cast: Cast):
    cast.acme.existing_users = "ask"
    cast.acme.save()
    theirs = invited(cast, "nora", GUS, acme="Guest")

    remove_everywhere(actor=cast.olga.actor, membership=_gus(cast))

    assert now(theirs).state == "pending"


@pytest.mark.parametrize("who", ["mia", "nora", "otto", "gus"])
def test_who_may_not_remove_everywhere_revokes_nothing(cast: Cast, who: str):
    mine = invited(cast, "olga", GUS, birch="Guest")

    with pytest.raises(NotAllowed):
        remove_everywhere(actor=cast.users[who].actor, membership=_gus(cast))

    assert live_grants(mine) == {"birch by Olga Lindqvist": {"Guest"}}


def test_last_admin_keeps_the_invitation_with_the_membership(cast: Cast):
    mine = invited(cast, "olga", "olga@northwind.example", birch="Guest")

    with pytest.raises(LastAdmin):
        remove_everywhere(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.olga))

    assert now(mine).state == "pending"


def test_page_says_so_and_does_it(cast: Cast):
    browser, page = signed_in(cast, "olga"), f"/w/northwind/users/{cast.gus.id}/remove"
    before = browser.get(page).content.decode()
    mine = invited(cast, "olga", GUS, birch="Guest")

    asked = browser.get(page).content.decode()
    browser.post(page)

    assert ("pending invitation" in before, "pending invitation" in asked) == (False, True)
    assert now(mine).state == "revoked"


def test_api_does_it(cast: Cast):
    mine = invited(cast, "olga", GUS, birch="Guest")

    answer = as_key(cast.main).post(f"/workspaces/northwind/users/{cast.gus.id}/remove")

    assert (answer.status_code, now(mine).state) == (204, "revoked")
