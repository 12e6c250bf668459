"""docs/security.md: every way in stands there, and every promise has a test that exists or a reason."""

import re

from guestlist.api.site import api
from tests.architecture.source import ROOT
from tests.architecture.test_doors import PUBLIC
from tests.test_mission import exists

PAGE = (ROOT / "docs" / "security.md").read_text()
ROW = re.compile(r"^\| (R-\d{3}) \| (.+?) \| (.+?) \|$", re.MULTILINE)
EVERY = [f"R-{number:03}" for first, last in ((1, 26), (30, 39), (60, 72), (80, 86)) for number in range(first, last + 1)]
NO_TEST = "Not tested: "
TRAP = re.compile(r"^\| .+? \| .+? \| (.+?) \|$", re.MULTILINE)


def doors() -> set[str]:
    """The first column of the table of ways in."""
    table = PAGE.partition("## Ways in")[2].partition("\n## ")[0]
    return {name for cell in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)}


def test_every_way_in_is_written_down():
    """R-011"""
    of_the_api = {type(each).__name__ for each in api.auth or ()}

    assert of_the_api == {"ByKey", "BySession"}
    assert doors() == PUBLIC | of_the_api | {"guestlist"}


def test_every_promise_has_one_row_in_order():
    assert [row for row, _, _ in ROW.findall(PAGE)] == EVERY


def test_every_promise_names_tests_that_exist_or_a_reason():
    proofs = {row: proof for row, _, proof in ROW.findall(PAGE)}
    named = {row: re.findall(r"`([^`]+)`", proof) for row, proof in proofs.items() if not proof.startswith(NO_TEST)}
    wrong = {row: tests for row, tests in named.items() if not tests or not all(map(exists, tests))}

    assert wrong == {}


def test_every_trap_of_allauth_names_its_test_or_a_reason():
    table = PAGE.partition("## What allauth would let happen")[2].partition("\n## ")[0]
    proofs = TRAP.findall(table)[2:]
    named = [re.findall(r"`([^`]+)`", proof) for proof in proofs if not proof.startswith(NO_TEST)]

    assert len(proofs) == 11
    assert [tests for tests in named if not tests or not all(map(exists, tests))] == []


def test_a_test_says_which_promise_it_proves():
    proofs = {row: re.findall(r"`([^`]+)::([^`]+)`", proof) for row, _, proof in ROW.findall(PAGE)}

    silent = [f"{row} {name}" for row, tests in proofs.items() for file, name in tests if not says(file, name, row)]

    assert silent == []


def says(file: str, name: str, row: str) -> bool:
    body = (ROOT / file).read_text().partition(f"def {name}(")[2].partition("\ndef ")[0]
    return row in body
