"""A workspace's settings, its checklist and its trial mail are for who holds settings:write in main, and nobody else."""

from collections.abc import Callable

import pytest

from guestlist.access.permissions import READING
from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.mail.models import Message
from guestlist.members.commands import create_role, dismiss_setup, send_trial_mail, update_workspace
from guestlist.members.errors import NotAllowed
from guestlist.workspaces.commands import change_workspace, create_workspace, remove_workspace
from guestlist.workspaces.errors import SlugTaken, UnknownLanguage
from guestlist.workspaces.models import Workspace
from tests.cast import Cast, give

ACTS: dict[str, Callable[..., object]] = {
    "change": lambda cast, actor: update_workspace(actor=actor, workspace=cast.northwind, name="Mine", slug="mine"),
    "dismiss": lambda cast, actor: dismiss_setup(actor=actor, workspace=cast.northwind),
    "mail": lambda cast, actor: send_trial_mail(actor=actor, workspace=cast.northwind, user=cast.otto),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["adam", "mia", "ana", "gus", "nora", "otto"])
def test_without_the_right_in_main_nothing_happens(cast: Cast, act: str, who: str):
    before = Event.objects.count()

    with pytest.raises(NotAllowed):
        ACTS[act](cast, cast.users[who].actor)

    row = Workspace.objects.get(id=cast.northwind.id)
    assert (row.name, row.slug, row.setup_dismissed_at) == ("Northwind Security", "northwind", None)
    assert (Event.objects.count(), Message.objects.count()) == (before, 0)


@pytest.mark.parametrize("act", ACTS)
def test_the_permission_is_enough_and_it_is_written_down(cast: Cast, act: str):
    role = create_role(actor=OPERATOR, community=cast.main, name="Clerk", permissions=READING | {"settings:write"})
    give(cast.otto, cast.main, role.id)

    ACTS[act](cast, cast.otto.actor)

    event = Event.objects.filter(actor_id=cast.otto.id).get()
    assert (event.workspace_id, event.action.partition(".")[0]) == (cast.northwind.id, "workspace")


def test_language_must_be_one_there_are_mails_in(cast: Cast):
    with pytest.raises(UnknownLanguage):
        update_workspace(actor=cast.olga.actor, workspace=cast.northwind, language="tlh")

    assert update_workspace(actor=cast.olga.actor, workspace=cast.northwind, language="").language == ""


def test_short_name_given_up_is_nobody_elses(cast: Cast):
    update_workspace(actor=cast.olga.actor, workspace=cast.northwind, slug="north")
    remove_workspace(actor=OPERATOR, workspace=Workspace.objects.get(id=cast.acme.id))

    for slug in ("northwind", "acme"):
        with pytest.raises(SlugTaken):
            create_workspace(actor=OPERATOR, name="Third", slug=slug)
    third, _ = create_workspace(actor=OPERATOR, name="Third", slug="third")
    with pytest.raises(SlugTaken):
        change_workspace(actor=OPERATOR, workspace=third, slug="acme")

    assert update_workspace(actor=cast.olga.actor, workspace=cast.northwind, slug="northwind").slug == "northwind"
