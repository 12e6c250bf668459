"""A custom role goes only when everybody who holds it, now or by an invitation, has another in its place."""

from uuid import UUID

import pytest

from guestlist.access.roles import ADMIN, GUEST
from guestlist.audit.models import Event
from guestlist.invitations.commands import accept_as_new_user, invite
from guestlist.invitations.models import Grant, Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.kernel.links import sign_link
from guestlist.members.commands import create_api_key, create_community, create_role, delete_role, update_role
from guestlist.members.errors import AboveCeiling, NotAllowed, RoleHeld, UnknownRole
from guestlist.members.models import ApiKey, Membership, Role
from guestlist.members.queries import may
from guestlist.workspaces.models import Community
from tests.cast import PASSWORD, Cast, give, role_named
from tests.invariants import assert_sound

JULES = "jules@birch.example"


def make(place: Community, name: str, *rights: str, may_give: tuple[Role, ...] = ()) -> Role:
    return create_role(actor=OPERATOR, community=place, name=name, permissions=rights or ("members:read",), may_give=may_give)


def ask(cast: Cast, place: Community, *roles: UUID) -> Invitation:
    wanted = [Wanted(place.id, frozenset(roles))]
    invite(actor=cast.olga.actor, workspace=cast.northwind, people=[Person(JULES)], grants=wanted)
    return Invitation.objects.get(email=JULES)


def names(membership: Membership) -> set[str]:
    return set(membership.roles.values_list("name", flat=True))


def test_role_that_nobody_holds_goes_at_once(cast: Cast):
    role = make(cast.alder, "Desk")

    delete_role(actor=cast.adam.actor, role=role)

    event = Event.objects.get(action="role.deleted")
    assert not Role.objects.filter(id=role.id).exists()
    assert (event.before["name"], event.after, event.community_id) == ("Desk", None, cast.alder.id)
    with pytest.raises(NotFound):
        update_role(actor=cast.adam.actor, role=role, name="Late")
    assert_sound()


def test_members_keys_and_invitations_are_moved_in_one_stroke(cast: Cast):
    role, other = make(cast.main, "Desk"), make(cast.main, "Other", "members:read", "audit:read")
    alone, both = give(cast.gus, cast.birch, role.id, GUEST), give(cast.otto, cast.cedar, role.id, other.id)
    key, _ = create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[role])
    invitation = ask(cast, cast.birch, role.id, GUEST)
    naming = make(cast.main, "Lead", "members:read", may_give=(role, other))

    delete_role(actor=cast.olga.actor, role=role, move_to=other)

    grant = Grant.objects.get(invitation=invitation)
    assert (names(alone), names(both)) == ({"Guest", "Other"}, {"Other"})
    assert ApiKey.objects.get(id=key.id).role_ids == [str(other.id)]
    assert set(grant.roles) == {GUEST, other.id}
    assert grant.giver == cast.olga.actor
    assert Role.objects.get(id=naming.id).may_hand_out == [str(other.id)]
    assert may(cast.gus.actor, "audit:read", cast.birch.id)
    assert_sound()


def test_every_move_stands_in_the_history(cast: Cast):
    role, other = make(cast.main, "Desk"), make(cast.main, "Other")
    row = give(cast.gus, cast.birch, role.id)
    key, _ = create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[role])
    invitation = ask(cast, cast.birch, role.id)
    last = Event.objects.order_by("id").last()

    delete_role(actor=cast.olga.actor, role=role, move_to=other)

    told = {each.action: each for each in Event.objects.filter(id__gt=last.id)}
    assert set(told) == {"membership.roles_changed", "api_key.roles_changed", "invitation.grants_changed", "role.deleted"}
    assert told["membership.roles_changed"].target_id == row.id
    assert told["membership.roles_changed"].before == {"roles": [str(role.id)]}
    assert told["membership.roles_changed"].after == told["api_key.roles_changed"].after == {"roles": [str(other.id)]}
    assert told["api_key.roles_changed"].target_id == key.id
    assert told["invitation.grants_changed"].target_id == invitation.id
    assert told["role.deleted"].after == {"moved_to": str(other.id)}


def test_invitation_still_works_and_gives_the_new_role(cast: Cast):
    role = make(cast.birch, "Desk")
    invitation = ask(cast, cast.birch, role.id)

    delete_role(actor=cast.olga.actor, role=role, move_to=role_named("Analyst"))
    token = sign_link("invitation", invitation.id, "1")
    joined = accept_as_new_user(
        token=token, shown=open_invitation(token).shown, name="Jules", password=PASSWORD, language="en"
    ).user

    assert names(joined.memberships.get()) == {"Analyst"}


@pytest.mark.parametrize("holder", ["member", "deactivated", "key", "invitation"])
def test_role_with_holders_needs_a_place_for_them(cast: Cast, holder: str):
    role = make(cast.alder, "Desk")
    if holder == "key":
        create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[role])
    elif holder == "invitation":
        ask(cast, cast.alder, role.id)
    else:
        row = give(cast.gus, cast.alder, role.id)
        row.status = "deactivated" if holder == "deactivated" else "active"
        row.save()

    with pytest.raises(RoleHeld):
        delete_role(actor=cast.olga.actor, role=role)

    assert Role.objects.filter(id=role.id).exists()


def test_revoked_key_holds_nothing(cast: Cast):
    role = make(cast.alder, "Desk")
    key, _ = create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[role])
    ApiKey.objects.filter(id=key.id).update(revoked_at=key.created_at)

    delete_role(actor=cast.olga.actor, role=role)

    assert not Role.objects.filter(id=role.id).exists()


def test_holders_move_only_to_a_role_that_is_usable_where_they_are(cast: Cast):
    role = make(cast.alder, "Desk")
    give(cast.gus, cast.alder, role.id)
    beside, foreign = make(cast.birch, "Beside"), make(cast.acme_main, "Theirs")

    for wrong in (role, beside, foreign):
        with pytest.raises(UnknownRole):
            delete_role(actor=cast.olga.actor, role=role, move_to=wrong)


def _writer(cast: Cast, *rights: str) -> None:
    role = make(cast.main, "Writer", "roles:write", "roles:read", "members:read", *rights)
    give(cast.otto, cast.alder, role.id)


def test_nobody_moves_holders_to_a_role_above_their_ceiling(cast: Cast):
    _writer(cast, "members:assign")
    role = make(cast.alder, "Desk")
    give(cast.gus, cast.alder, role.id)

    with pytest.raises(AboveCeiling):
        delete_role(actor=cast.otto.actor, role=role, move_to=role_named("Admin"))

    assert not may(cast.gus.actor, "members:invite", cast.alder.id)


def test_moving_needs_what_giving_roles_to_each_holder_needs(cast: Cast):
    _writer(cast)
    role, other = make(cast.alder, "Desk"), make(cast.alder, "Other")
    row = give(cast.gus, cast.alder, role.id)

    with pytest.raises(NotAllowed):
        delete_role(actor=cast.otto.actor, role=role, move_to=other)
    row.delete()
    create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[role])
    with pytest.raises(NotAllowed):
        delete_role(actor=cast.otto.actor, role=role, move_to=other)
    ApiKey.objects.all().delete()
    ask(cast, cast.alder, role.id)
    with pytest.raises(NotAllowed):
        delete_role(actor=cast.otto.actor, role=role, move_to=other)


def test_holder_above_the_ceiling_keeps_the_role_in_place(cast: Cast):
    _writer(cast, "members:assign")
    role, other = make(cast.alder, "Desk"), make(cast.alder, "Other")
    give(cast.gus, cast.alder, role.id, ADMIN)

    with pytest.raises(AboveCeiling):
        delete_role(actor=cast.otto.actor, role=role, move_to=other)

    assert names(cast.gus.memberships.get(community=cast.alder)) == {"Admin", "Desk"}


@pytest.mark.parametrize("number", [1, 40])
def test_number_of_statements_does_not_grow_with_the_holders(cast: Cast, number: int, django_assert_max_num_queries):
    role, other = make(cast.main, "Desk"), make(cast.main, "Other")
    for each in range(number):
        wanted = [Wanted(cast.birch.id, frozenset({role.id}))]
        invite(actor=OPERATOR, workspace=cast.northwind, people=[Person(f"p{each}@x.example")], grants=wanted)
        create_api_key(actor=OPERATOR, community=cast.alder, name=f"ci {each}", roles=[role])
        place = create_community(actor=OPERATOR, parent=cast.main, name=f"C {each}")
        give(cast.gus, place, role.id)

    with django_assert_max_num_queries(75):
        delete_role(actor=OPERATOR, role=role, move_to=other)
