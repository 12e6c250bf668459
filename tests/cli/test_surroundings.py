"""Variables, tables, ports: what is missing is said in one line each, before anything starts."""

import socket

import pytest

from tests.cli.place import Place, required


@pytest.mark.parametrize("command", ["up", "web", "worker"])
def test_missing_variables_are_one_line_each(acme: Place, command: str):
    done = acme.run(command)

    lines = done.stderr.splitlines()
    assert done.returncode == 2
    assert [line.split()[1] for line in lines] == list(required(8000))
    assert all(line.startswith("guestlist: ") for line in lines)


@pytest.mark.parametrize("command", ["up", "web", "worker", "check"])
def test_nothing_is_written_before_it_is_said_what_is_missing(empty_place: Place, command: str):
    done = empty_place.run(command)

    assert done.returncode == 2
    assert list(empty_place.folder.iterdir()) == []


@pytest.mark.parametrize("command", ["up", "web", "worker"])
@pytest.mark.parametrize("keys", ["k" * 49, "k" * 50 + "," + "o" * 49, "k" * 50 + ","])
def test_short_key_is_refused_in_one_line(acme: Place, command: str, keys: str):
    done = acme.run(command, **required(8000) | {"GUESTLIST_SECRET_KEY": keys})

    assert done.returncode == 2
    assert done.stderr == "guestlist: GUESTLIST_SECRET_KEY is too short: each key needs 50 or more random characters.\n"


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_one_line(acme: Place, text: str | None):
    file = acme.folder / "authorities.pem"
    if text:
        file.write_text(text)

    done = acme.run("check", GUESTLIST_CA_BUNDLE=str(file))

    told = f"GUESTLIST_CA_BUNDLE: {file} is no file of PEM certificates."
    assert (done.returncode, done.stderr) == (2, f"guestlist: The settings cannot be used: {told}\n")


@pytest.mark.parametrize("command", ["web", "worker", "check"])
def test_missing_tables_are_refused(empty_place: Place, command: str):
    done = empty_place.run(command, **required(8000))

    assert done.returncode == 2
    assert (
        done.stderr == "guestlist: The tables of the database are missing or older than this version: run `guestlist migrate`.\n"
    )


def test_port_in_use_is_one_line(acme: Place):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = acme.run("up", "--port", str(port), **required(port))

    assert done.returncode == 2
    assert done.stderr == f"guestlist: Port {port} of 127.0.0.1 is in use, or may not be used. Choose another with --port.\n"


def test_database_out_of_reach_is_one_line(empty_place: Place):
    done = empty_place.run("check", DATABASE_URL="postgres://nobody@127.0.0.1:1/none")

    assert done.returncode == 1
    assert done.stderr.startswith("guestlist: The database cannot be used: ")
    assert len(done.stderr.splitlines()) == 1


def test_mistakes_in_the_catalogue_are_one_line_each(acme: Place):
    catalogue = acme.folder / "permissions.toml"
    catalogue.write_text('[Watchtower.members]\nfly = {level = "read"}\n[Watchtower.alerts]\nread = {level = "all"}\n')

    done = acme.run("check", GUESTLIST_PERMISSIONS=str(catalogue))

    lines = done.stderr.splitlines()
    assert done.returncode == 2
    assert all(line.startswith(f"guestlist: The permissions cannot be used: {catalogue}: ") for line in lines)
    assert ["[Watchtower.members] fly" in lines[0], "[Watchtower.alerts] read" in lines[1], len(lines)] == [True, True, 2]


def test_missing_catalogue_is_named(acme: Place):
    done = acme.run("check", GUESTLIST_PERMISSIONS="nowhere.toml")

    assert done.returncode == 2
    assert "nowhere.toml" in done.stderr


def test_limits_of_sessions_are_numbers_above_nought(acme: Place):
    done = acme.run("worker", **required(8000), GUESTLIST_SESSION_DAYS="0")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "GUESTLIST_SESSION_DAYS and GUESTLIST_SESSION_IDLE_HOURS need a whole number above 0." in done.stderr
