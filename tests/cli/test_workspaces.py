import io
from collections.abc import Callable

import pytest

from guestlist.access.permissions import READING
from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.mail.models import Message
from guestlist.members.commands import create_role
from guestlist.members.models import Membership
from guestlist.users.models import User
from guestlist.workspaces.models import Workspace
from tests.cast import Cast, give
from tests.cli.conftest import Done
from tests.cli.place import PASSWORD
from tests.invariants import assert_sound

Run = Callable[..., Done]


def test_list_shows_each_workspace_with_its_size(cast: Cast, guestlist: Run):
    done = guestlist("workspace", "list")

    assert [line.split() for line in done.out.splitlines()] == [
        ["Slug", "Name", "Communities", "Users"],
        ["acme", "Acme", "1", "1"],
        ["northwind", "Northwind", "Security", "5", "5"],
    ]


def test_added_workspace_has_a_new_admin(cast: Cast, guestlist: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))

    done = guestlist("workspace", "add", "Globex", "--email", "vera@globex.example", "--name", "Vera Okoye", "--password-stdin")

    assert done.code == 0
    assert done.out == "Globex is ready as globex. Vera Okoye <vera@globex.example> is its Admin.\n"
    assert User.objects.get(name="Vera Okoye").check_password(PASSWORD)
    assert_sound()


def test_account_that_exists_becomes_admin_without_a_password(cast: Cast, guestlist: Run):
    before = cast.otto.password

    done = guestlist("workspace", "add", "Globex", "--slug", "gx", "--email", "OTTO@elsewhere.example")

    assert done.code == 0
    assert Membership.objects.get(user=cast.otto).workspace.slug == "gx"
    assert User.objects.get(id=cast.otto.id).password == before


def test_disabled_account_cannot_be_the_only_admin(cast: Cast, guestlist: Run):
    guestlist("user", "disable", "otto@elsewhere.example", "--yes")

    done = guestlist("workspace", "add", "Globex", "--email", "otto@elsewhere.example")

    assert done.code == 1
    assert "cannot sign in" in done.err
    assert not Workspace.objects.filter(name="Globex").exists()


def test_short_name_in_use_is_refused(cast: Cast, guestlist: Run):
    done = guestlist("workspace", "add", "Acme", "--email", "otto@elsewhere.example")

    assert done.code == 1
    assert done.err == "guestlist: This short name is in use. Choose another.\n"


def test_removal_needs_a_yes(cast: Cast, guestlist: Run):
    done = guestlist("workspace", "remove", "northwind")

    assert done.code == 2
    assert "--yes" in done.err
    assert Workspace.objects.filter(slug="northwind").exists()


def test_removed_workspace_is_gone_and_its_users_and_history_stay(cast: Cast, guestlist: Run):
    watcher = create_role(actor=OPERATOR, community=cast.cedar, name="Watcher", permissions=READING)
    give(cast.otto, cast.cedar_north, watcher.id)
    give(cast.otto, cast.cedar, watcher.id)
    guestlist("invite", "--workspace", "northwind", "--grant", "cedar=Watcher", "jules@birch.example")

    done = guestlist("workspace", "remove", "northwind", "--yes")

    assert done.code == 0
    assert [row.slug for row in Workspace.objects.all()] == ["acme"]
    assert User.objects.filter(id=cast.olga.id).exists()
    assert Event.objects.filter(workspace_id=cast.northwind.id, action="workspace.removed").exists()
    assert Message.objects.get().state == "cancelled"
    assert_sound()
