"""Rename, describe, another short name: by who may, and without telling of places they do not see."""

import pytest

from guestlist.access.permissions import READING
from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.members.commands import create_community, create_role, update_community
from guestlist.members.errors import NotAllowed
from guestlist.workspaces.errors import BadSlug, NameMissing, SlugTaken
from guestlist.workspaces.models import Community
from tests.cast import Cast, give
from tests.invariants import assert_sound


def test_community_is_renamed_described_and_written_down(cast: Cast):
    update_community(actor=cast.adam.actor, community=cast.alder, name=" Alder\nLogistics ", description="All sites.")

    row = Community.objects.get(id=cast.alder.id)
    assert (row.name, row.description, row.slug) == ("Alder Logistics", "All sites.", "alder")
    event = Event.objects.get(action="community.changed")
    assert (event.before, event.after) == (
        {"name": "Alder", "description": ""},
        {"name": "Alder Logistics", "description": "All sites."},
    )
    assert (event.actor_id, event.target_id, event.community_id) == (cast.adam.id, cast.alder.id, cast.alder.id)
    assert_sound()


def test_nothing_changed_is_nothing_written_down(cast: Cast):
    update_community(actor=cast.olga.actor, community=cast.alder, name="Alder", slug="alder", description="")

    assert not Event.objects.filter(action="community.changed").exists()


@pytest.mark.parametrize("who", ["mia", "ana", "gus", "nora", "otto"])
def test_who_may_not_write_communities_changes_none(cast: Cast, who: str):
    for community in (cast.main, cast.alder, cast.birch, cast.cedar):
        with pytest.raises(NotAllowed):
            update_community(actor=cast.users[who].actor, community=community, name="Mine")


@pytest.mark.parametrize("slug", ["", "Alder", "a--b", "-a", "a_b", "ü", "x" * 64, "0190b9a0-0000-7000-8000-000000000000", "a/b"])
def test_short_name_that_cannot_stand_in_an_address_is_refused(cast: Cast, slug: str):
    with pytest.raises(BadSlug):
        update_community(actor=cast.olga.actor, community=cast.alder, slug=slug)


def test_short_name_in_use_and_empty_name_are_refused(cast: Cast):
    with pytest.raises(SlugTaken):
        update_community(actor=cast.olga.actor, community=cast.alder, slug="birch")
    with pytest.raises(NameMissing):
        update_community(actor=cast.olga.actor, community=cast.alder, name=" ")

    assert update_community(actor=cast.olga.actor, community=cast.alder, slug="alder-2").slug == "alder-2"


def test_short_names_tell_nothing_to_who_does_not_see_the_whole(cast: Cast):
    for slug in ("birch", "free-name"):
        with pytest.raises(NotAllowed):
            update_community(actor=cast.adam.actor, community=cast.alder, slug=slug)
        with pytest.raises(NotAllowed):
            create_community(actor=cast.adam.actor, parent=cast.alder, name="New", slug=slug)

    made = [create_community(actor=cast.adam.actor, parent=cast.alder, name=name).slug for name in ("Birch", "Never heard of")]

    assert [slug.rpartition("-")[0] for slug in made] == ["birch", "never-heard-of"], "both have an ending"


def test_community_gone_meanwhile_is_not_found(cast: Cast):
    stale = Community.objects.get(id=cast.cedar_north.id)
    cast.cedar_north.ancestry.all().delete()
    cast.cedar_north.delete()

    with pytest.raises(NotFound):
        update_community(actor=cast.olga.actor, community=stale, name="New")
    with pytest.raises(NotFound):
        create_community(actor=cast.olga.actor, parent=stale, name="New")


def test_custom_role_with_the_permission_is_enough(cast: Cast):
    role = create_role(actor=OPERATOR, community=cast.birch, name="Keeper", permissions=READING | {"communities:write"})
    give(cast.otto, cast.birch, role.id)

    assert update_community(actor=cast.otto.actor, community=cast.birch, name="Birch & Co").name == "Birch & Co"
