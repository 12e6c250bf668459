import sqlite3

from tests.cli.place import Place


def test_migrate_makes_the_tables_and_that_of_the_cache(empty_place: Place):
    done = empty_place.run("migrate")

    assert (done.returncode, done.stdout) == (0, "The tables are up to date.\n")
    with sqlite3.connect(empty_place.folder / "data" / "guestlist.sqlite3") as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"workspace", "membership", "invitation", "message", "audit_event", "cache"} <= tables


def test_migrate_twice_changes_nothing(acme: Place):
    done = acme.run("migrate")

    assert done.returncode == 0
    assert "Acme" in acme.run("workspace", "list").stdout
