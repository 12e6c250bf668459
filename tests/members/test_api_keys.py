"""API keys are made and revoked by whoever may, within what they may hand out."""

import pytest

from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.members.commands import create_api_key, create_role, revoke_api_key
from guestlist.members.errors import AboveCeiling, NoRoles, NotAllowed
from guestlist.members.models import ApiKey, Role
from guestlist.members.queries import keys_in, may
from guestlist.workspaces.errors import NameMissing
from tests.api.callers import make_key
from tests.cast import Cast, give
from tests.invariants import assert_sound


def roles(*ids: object) -> list[Role]:
    return list(Role.objects.filter(id__in=ids))


def test_admin_of_a_community_makes_a_key_there_and_revokes_it(cast: Cast):
    key, _ = create_api_key(actor=cast.adam.actor, community=cast.alder, name="ci", roles=roles(ANALYST))
    could = bool(may(key.actor, "members:read", cast.alder.id))

    revoke_api_key(actor=cast.adam.actor, key=key)

    assert could and not may(key.actor, "members:read", cast.alder.id)
    assert [each.action for each in Event.objects.filter(target_id=key.id).order_by("id")] == [
        "api_key.created",
        "api_key.revoked",
    ]
    assert_sound()


@pytest.mark.parametrize("who", ["adam", "mia", "ana", "gus", "nora", "otto"])
def test_who_may_not_write_keys_makes_and_revokes_none(cast: Cast, who: str):
    key, _ = make_key(cast.birch, [GUEST])

    with pytest.raises(NotAllowed):
        create_api_key(actor=cast.users[who].actor, community=cast.birch, name="ci", roles=roles(GUEST))
    with pytest.raises(NotAllowed):
        revoke_api_key(actor=cast.users[who].actor, key=key)
    assert not keys_in(cast.users[who].actor, cast.northwind).filter(id=key.id).exists()


def test_key_above_the_ceiling_is_neither_made_nor_revoked(cast: Cast):
    clerk = create_role(actor=OPERATOR, community=cast.birch, name="Clerk", permissions=["keys:write", "members:read"])
    give(cast.gus, cast.birch, clerk.id)
    key, _ = make_key(cast.birch, [ADMIN])

    with pytest.raises(AboveCeiling):
        create_api_key(actor=cast.gus.actor, community=cast.birch, name="ci", roles=roles(ADMIN))
    with pytest.raises(AboveCeiling):
        revoke_api_key(actor=cast.gus.actor, key=key)


def test_revoked_key_is_not_revoked_again(cast: Cast):
    key, _ = make_key(cast.birch, [GUEST])
    revoke_api_key(actor=cast.olga.actor, key=key)

    with pytest.raises(NotFound):
        revoke_api_key(actor=cast.olga.actor, key=key)
    assert ApiKey.objects.get().revoked_at is not None


def test_key_needs_a_name_and_a_role(cast: Cast):
    with pytest.raises(NameMissing):
        create_api_key(actor=cast.olga.actor, community=cast.birch, name=" ", roles=roles(GUEST))
    with pytest.raises(NoRoles):
        create_api_key(actor=cast.olga.actor, community=cast.birch, name="ci", roles=[])
