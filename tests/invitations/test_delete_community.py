"""A community goes when it is empty, or with a plan for its members; what hung on it ends in the same stroke and is written down."""

from datetime import timedelta

import pytest

from guestlist.access.permissions import READING
from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.audit.models import Event
from guestlist.invitations.commands import decline_invitation, delete_community
from guestlist.invitations.models import Invitation
from guestlist.invitations.queries import Sought, visible_events, visible_invitations, with_grants
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.links import sign_link
from guestlist.mail.models import Message
from guestlist.members.commands import create_api_key, create_role, deactivate
from guestlist.members.errors import AboveCeiling, NotAllowed, RolesOutOfReach
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.workspaces.errors import HasChildren, MainStays, NotEmpty, UnknownCommunity
from guestlist.workspaces.models import Community
from tests.cast import Cast, give, role_named
from tests.invariants import assert_sound
from tests.invitations.acts import ask, held, invited, join_as_new, now


def actions() -> list[str]:
    return list(Event.objects.order_by("-id").values_list("action", flat=True))


def test_empty_community_is_deleted_and_written_down(cast: Cast):
    delete_community(actor=cast.olga.actor, community=cast.cedar_north)

    assert not Community.objects.filter(id=cast.cedar_north.id).exists()
    assert Event.objects.get(action="community.deleted").before == {
        "name": "Cedar North",
        "slug": "cedar-north",
        "parent": str(cast.cedar.id),
    }
    assert_sound()


def test_main_and_parents_stay(cast: Cast):
    with pytest.raises(MainStays):
        delete_community(actor=cast.olga.actor, community=cast.main, members="remove")
    with pytest.raises(HasChildren):
        delete_community(actor=cast.olga.actor, community=cast.cedar, members="remove")


@pytest.mark.parametrize("what", ["member", "invitation", "role", "key"])
def test_what_hangs_on_it_asks_for_a_plan(cast: Cast, what: str):
    place = cast.cedar_north
    if what == "member":
        give(cast.otto, place, GUEST)
    elif what == "invitation":
        ask(cast, "olga", "jules@cedar.example", cedar_north="Guest")
    elif what == "role":
        create_role(actor=OPERATOR, community=place, name="Site guide", permissions=READING)
    else:
        create_api_key(actor=OPERATOR, community=place, name="ci", roles=[role_named("Guest")])

    with pytest.raises(NotEmpty):
        delete_community(actor=cast.olga.actor, community=place)

    delete_community(actor=cast.olga.actor, community=place, members="remove")
    assert not Community.objects.filter(id=place.id).exists()
    assert_sound()


def test_members_are_removed_and_everything_else_ends(cast: Cast):
    both = invited(cast, "olga", "jules@birch.example", birch="Guest", alder="Guest")
    only = invited(cast, "olga", "kim@alder.example", alder="Guest")
    lead = create_role(actor=OPERATOR, community=cast.alder, name="Shift lead", permissions=READING)
    give(cast.otto, cast.alder, lead.id)
    create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[lead])

    delete_community(actor=cast.olga.actor, community=cast.alder, members="remove")

    assert held(cast.ana) == {"birch": {"Analyst"}}
    assert not Membership.objects.filter(user__in=[cast.otto, cast.adam]).exists()
    assert (now(both).state, now(only).state) == ("pending", "revoked")
    assert Message.objects.get(id=only.message_id).state == "cancelled"
    assert not Role.objects.filter(id=lead.id).exists() and not ApiKey.objects.exists()
    ended = ["membership.removed"] * 3 + ["invitation.revoked"] * 2 + ["role.deleted", "api_key.revoked", "community.deleted"]
    assert sorted(actions()[: len(ended)]) == sorted(ended)
    assert_sound()


def test_members_are_moved_with_their_roles(cast: Cast):
    mia = Membership.objects.get(user=cast.mia)

    delete_community(actor=cast.olga.actor, community=cast.birch, members="move", to=cast.cedar)

    assert held(cast.mia) == {"cedar": {"manage_member"}}
    assert held(cast.ana) == {"alder": {"Analyst"}, "cedar": {"Analyst"}}
    assert Membership.objects.get(user=cast.mia) == mia, "the same membership, with its history"
    assert actions().count("membership.moved") == 2
    assert_sound()


def test_who_belongs_there_already_gains_the_roles(cast: Cast):
    give(cast.gus, cast.alder, ANALYST)

    delete_community(actor=cast.olga.actor, community=cast.alder, members="move", to=cast.cedar)

    assert held(cast.gus) == {"cedar": {"Guest", "Analyst"}}
    assert_sound()


@pytest.mark.parametrize("which", ["deactivated here", "deactivated there", "ends here"])
def test_nobody_comes_back_or_stays_longer_by_it(cast: Cast, which: str):
    here, there = give(cast.gus, cast.alder, ANALYST), Membership.objects.get(user=cast.gus, community=cast.cedar)
    if which == "ends here":
        Membership.objects.filter(id=here.id).update(ends_at=clock.now() + timedelta(days=1))
    else:
        deactivate(actor=OPERATOR, membership=here if which == "deactivated here" else there)

    delete_community(actor=cast.olga.actor, community=cast.alder, members="move", to=cast.cedar)

    row = Membership.objects.get(user=cast.gus)
    assert set(row.roles.values_list("name", flat=True)) == {"Guest"}
    assert row.status == ("deactivated" if which == "deactivated there" else "active")


def test_deactivated_member_moves_deactivated(cast: Cast):
    deactivate(actor=OPERATOR, membership=Membership.objects.get(user=cast.mia))

    delete_community(actor=cast.olga.actor, community=cast.birch, members="move", to=cast.cedar)

    assert Membership.objects.get(user=cast.mia).status == "deactivated"


def test_role_of_the_community_itself_keeps_its_holders_from_moving(cast: Cast):
    lead = create_role(actor=OPERATOR, community=cast.alder, name="Shift lead", permissions=READING)
    give(cast.otto, cast.alder, lead.id)

    with pytest.raises(RolesOutOfReach, match="Shift lead"):
        delete_community(actor=cast.olga.actor, community=cast.alder, members="move", to=cast.cedar)

    assert MembershipRole.objects.filter(role=lead).exists()


def test_accepted_invitation_outlives_its_community(cast: Cast):
    invitation = invited(cast, "olga", "jules@birch.example", cedar_north="Guest")
    join_as_new(invitation)

    delete_community(actor=cast.olga.actor, community=cast.cedar_north, members="remove")

    assert Invitation.objects.get(id=invitation.id).state == "accepted"
    assert_sound()


# Who may


@pytest.mark.parametrize("who", ["adam", "mia", "ana", "gus", "nora", "otto"])
def test_without_the_right_nothing_is_deleted(cast: Cast, who: str):
    for community in (cast.main, cast.birch, cast.cedar_north):
        with pytest.raises(NotAllowed):
            delete_community(actor=cast.users[who].actor, community=community, members="remove")


def test_who_could_not_have_given_may_not_take_away(cast: Cast):
    verbs = {"communities:write", "members:remove", "members:invite", "keys:write", "roles:write"}
    keeper = create_role(actor=OPERATOR, community=cast.main, name="Tree keeper", permissions=READING | verbs)
    give(cast.otto, cast.alder, keeper.id)

    with pytest.raises(AboveCeiling):  # Adam is Admin there
        delete_community(actor=cast.otto.actor, community=cast.alder, members="remove")


def test_target_must_be_one_the_actor_may_fill(cast: Cast):
    give(cast.adam, cast.cedar, GUEST)

    for target, refusal in ((cast.cedar, NotAllowed), (cast.birch, NotAllowed), (cast.acme_main, UnknownCommunity)):
        with pytest.raises(refusal):
            delete_community(actor=cast.adam.actor, community=cast.alder, members="move", to=target)
    for target in (None, cast.alder):
        with pytest.raises(UnknownCommunity):
            delete_community(actor=cast.adam.actor, community=cast.alder, members="move", to=target)


def test_who_is_deactivated_everywhere_is_removed_by_the_main_community_only(cast: Cast):
    give(cast.otto, cast.alder, ANALYST)
    deactivate(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.otto), everywhere=True)

    with pytest.raises(NotAllowed):
        delete_community(actor=cast.adam.actor, community=cast.alder, members="remove")

    delete_community(actor=cast.olga.actor, community=cast.alder, members="remove")


def test_admin_of_a_community_deletes_it_with_everything_in_it(cast: Cast):
    delete_community(actor=cast.adam.actor, community=cast.alder, members="remove")

    assert not Membership.objects.filter(community=cast.alder.id, roles=ADMIN).exists()
    assert_sound()


def test_history_of_invitations_outlives_the_community(cast: Cast):
    declined = invited(cast, "olga", "jules@cedar.example", cedar_north="Guest")
    decline_invitation(token=sign_link("invitation", declined.id, "1"), address="jules@cedar.example")
    revoked = invited(cast, "olga", "kim@cedar.example", cedar_north="Guest")
    joined = invited(cast, "olga", "lee@cedar.example", cedar_north="Guest")
    join_as_new(joined)

    delete_community(actor=cast.olga.actor, community=cast.cedar_north, members="move", to=cast.alder)

    rows = {row.invitation.id: row for row in with_grants(cast.olga.actor, cast.northwind, list(Invitation.objects.all()))}
    assert set(visible_invitations(cast.olga.actor, cast.northwind)) == {declined, revoked, joined}
    assert [rows[each.id].invitation.state for each in (declined, revoked, joined)] == ["declined", "revoked", "accepted"]
    assert {line.community.name for row in rows.values() for line in row.grants} == {"Cedar North"}
    for who in ("adam", "mia", "gus", "nora", "otto"):
        assert not visible_invitations(cast.users[who].actor, cast.northwind)
    assert_sound()


def test_every_community_concerned_has_it_in_its_history(cast: Cast):
    both = invited(cast, "olga", "jules@birch.example", birch="Guest", alder="Guest")
    join_as_new(both)
    third = invited(cast, "olga", "kim@birch.example", birch="Guest", alder="Guest")
    decline_invitation(token=sign_link("invitation", third.id, "1"), address="kim@birch.example")

    delete_community(actor=cast.olga.actor, community=cast.birch, members="move", to=cast.alder)

    events = visible_events(cast.adam.actor, cast.northwind, Sought())
    told = [each for each in events.values_list("action", flat=True) if each.startswith("invitation") or each.endswith("moved")]
    assert sorted(told) == [
        "invitation.accepted",
        "invitation.created",
        "invitation.created",
        "invitation.declined",
        "membership.moved",
    ]
