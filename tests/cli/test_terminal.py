"""What is asked where somebody sits at a terminal."""

import os
import pty

from tests.cli.place import GUESTLIST, PASSWORD, Place


def talk(place: Place, *words: str, answers: list[tuple[str, str]]) -> tuple[int, str]:
    """Runs the command on a terminal; waits for each question and types its answer. Answers exit code and what was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(place.folder)
        os.execve(GUESTLIST[0], [*GUESTLIST, *words], place.environment)
    shown, waiting = "", list(answers)
    while True:
        try:
            shown += os.read(terminal, 1024).decode(errors="replace")
        except OSError:  # the other end is closed
            break
        if waiting and waiting[0][0] in shown.rpartition("\n")[2]:
            os.write(terminal, f"{waiting.pop(0)[1]}\n".encode())
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown


def test_setup_asks_for_the_password_twice_and_again_where_they_differ(empty_place: Place):
    answers = [("more): ", PASSWORD), ("again: ", "something else"), ("more): ", PASSWORD), ("again: ", PASSWORD)]

    code, shown = talk(empty_place, "setup", "--workspace", "Acme", "--email", "nora@acme.example", answers=answers)

    assert code == 0
    assert "These were not the same." in shown
    assert "Acme is ready as acme." in shown
    assert PASSWORD not in shown


def test_no_changes_nothing(acme: Place):
    code, shown = talk(acme, "workspace", "remove", "acme", answers=[("[y/N] ", "n")])

    assert code == 1
    assert "Nothing was changed." in shown
    assert "acme" in acme.run("workspace", "list").stdout


def test_yes_does_it(acme: Place):
    code, shown = talk(acme, "workspace", "remove", "acme", answers=[("[y/N] ", "y")])

    assert code == 0
    assert "Acme is gone." in shown
    assert "acme" not in acme.run("workspace", "list").stdout
