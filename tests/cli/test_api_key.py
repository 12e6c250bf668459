from collections.abc import Callable

import pytest

from guestlist.access.roles import ADMIN, GUEST
from guestlist.members.commands import digest_of
from guestlist.members.models import ApiKey
from tests.cast import Cast
from tests.cli.conftest import Done
from tests.invariants import assert_sound

Run = Callable[..., Done]
CREATE = ("api-key", "create", "--workspace", "northwind", "--name", "ci")


def test_key_is_printed_alone_and_kept_as_a_digest(cast: Cast, guestlist: Run):
    done = guestlist(*CREATE, "--role", "Admin")

    key = ApiKey.objects.get()
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("gl_")
    assert len(done.out.splitlines()) == 1
    assert key.digest == digest_of(done.out.strip())
    assert (key.name, key.community, key.role_ids) == ("ci", cast.main, [str(ADMIN)])
    assert_sound()


def test_key_hangs_on_the_community_named(cast: Cast, guestlist: Run):
    guestlist(*CREATE, "--role", "Guest", "--community", "alder")

    assert (ApiKey.objects.get().community, ApiKey.objects.get().role_ids) == (cast.alder, [str(GUEST)])


@pytest.mark.parametrize("words", [("--role", "Wizard"), ("--role", "Guest", "--community", "nowhere")])
def test_unknown_role_or_community_makes_no_key(cast: Cast, guestlist: Run, words: tuple[str, ...]):
    done = guestlist(*CREATE, *words)

    assert (done.code, done.out) == (1, "")
    assert not ApiKey.objects.exists()


def test_community_of_another_workspace_does_not_exist(cast: Cast, guestlist: Run):
    done = guestlist(*CREATE, "--role", "Guest", "--community", str(cast.acme_main.id))

    assert done.code == 1
    assert not ApiKey.objects.exists()
