from tests.cli.place import PASSWORD, Place

WORDS = ("setup", "--workspace", "Acme", "--email", "nora.whitfield@acme.example", "--password-stdin")


def test_fresh_folder_gets_database_workspace_and_admin(empty_place: Place):
    done = empty_place.run(*WORDS, stdin=f"{PASSWORD}\n")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Acme is ready as acme. Nora Whitfield <nora.whitfield@acme.example> is its Admin.\n"
    assert (empty_place.folder / "data" / "guestlist.sqlite3").exists()
    assert empty_place.run("check").returncode == 0


def test_second_setup_changes_nothing_and_exits_2(acme: Place):
    """R-010"""
    done = acme.run("setup", "--workspace", "Other", "--email", "x@other.example", "--password-stdin", stdin=f"{PASSWORD}\n")

    assert done.returncode == 2
    assert "There is a workspace already" in done.stderr
    assert "other" not in acme.run("workspace", "list").stdout


def test_weak_password_is_refused_in_one_line(empty_place: Place):
    done = empty_place.run(*WORDS, stdin="short\n")

    assert done.returncode == 1
    assert done.stderr.startswith("guestlist: ")
    assert "15 characters" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_nobody_at_the_terminal_is_told_to_use_the_standard_input(empty_place: Place):
    done = empty_place.run(*WORDS[:-1])

    assert done.returncode == 2
    assert "--password-stdin" in done.stderr


def test_bad_address_is_refused(empty_place: Place):
    done = empty_place.run("setup", "--workspace", "Acme", "--email", "nora@@acme", "--password-stdin", stdin=f"{PASSWORD}\n")

    assert done.returncode == 1
    assert "nora@@acme is not an e-mail address" in done.stderr
