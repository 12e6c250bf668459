import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from guestlist.cli.main import main
from tests.cli.place import PASSWORD, Place, copy_place, make_place


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"empty_place", "acme"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.own_database)


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def guestlist(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs a command in this process, on the database of the test."""

    def run(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["guestlist", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Done(int(left.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def empty_place(tmp_path: Path) -> Place:
    return make_place(tmp_path)


@pytest.fixture(scope="session")
def acme_once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = make_place(tmp_path_factory.mktemp("acme"))
    done = place.run("setup", "--workspace", "Acme", "--email", "nora@acme.example", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture
def acme(acme_once: Place, tmp_path: Path) -> Place:
    """A folder in which `guestlist setup` made Acme."""
    return copy_place(acme_once, tmp_path)
