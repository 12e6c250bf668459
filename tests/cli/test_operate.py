"""What docs/how-to/operate.md promises: a backup made while it runs opens on another host, and a new key keeps what the old one made."""

import sqlite3
from pathlib import Path

import pytest
from pytest_django import Settings

from guestlist.kernel.errors import NotFound
from guestlist.kernel.ids import new_id
from guestlist.kernel.links import read_link, sign_link
from tests.cast import Cast
from tests.cli.place import PASSWORD, Place, make_place
from tests.web.visits import signed_in


def test_backup_is_sound_in_a_fresh_folder(acme: Place, tmp_path_factory: pytest.TempPathFactory):
    elsewhere = make_place(tmp_path_factory.mktemp("elsewhere"))
    (elsewhere.folder / "data").mkdir()
    original, copy = (sqlite3.connect(Path(each.folder) / "data" / "guestlist.sqlite3") for each in (acme, elsewhere))
    original.backup(copy)
    copy.close()

    migrated, checked = elsewhere.run("migrate"), elsewhere.run("check")
    again = elsewhere.run("setup", "--workspace", "X", "--email", "x@x.example", "--password-stdin", stdin=f"{PASSWORD}\n")

    assert (migrated.returncode, checked.returncode) == (0, 0), checked.stdout
    assert again.returncode == 2  # Acme is there


def test_new_key_in_front_keeps_links_and_sessions(cast: Cast, settings: Settings):
    subject, client = new_id(), signed_in(cast, "ana")
    token = sign_link("invitation", subject, "1")

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "a newer key, which is as long as the older one was",
    )
    kept = (read_link("invitation", token).subject, client.get("/me").status_code)
    settings.SECRET_KEY_FALLBACKS = []

    assert kept == (subject, 200)
    with pytest.raises(NotFound):
        read_link("invitation", token)


def test_dropped_key_asks_for_the_password(cast: Cast, settings: Settings):
    client = signed_in(cast, "ana")

    settings.SECRET_KEY = "a newer key, which is as long as the older one was"

    assert client.get("/me").status_code == 302
