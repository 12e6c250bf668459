"""docs/mission.md: every behaviour that was promised has a test that exists, or is due in a later issue and listed here as such."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (S\d\.\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
LATER = "later issue"


def ids(seed: int, *numbers: int) -> set[str]:
    return {f"S{seed}.{number}" for number in numbers}


EVERY = [f"S{seed}.{number}" for seed, last in ((0, 47), (1, 29), (2, 38), (3, 22)) for number in range(1, last + 1)]
# Sign-in with the organisation's directory.
NOT_DUE = ids(2, *range(31, 34))


def rows() -> list[tuple[str, str]]:
    page = (ROOT / "docs" / "mission.md").read_text()
    return [(row, proof) for row, _statement, proof in ROW.findall(page)]


@cache
def names_in(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def exists(test: str) -> bool:
    file, _, name = test.partition("::")
    return name.startswith("test_") and (ROOT / file).is_file() and name in names_in(ROOT / file)


def test_every_behaviour_has_one_row_in_order():
    assert [row for row, _ in rows()] == EVERY


def test_every_row_names_tests_that_exist():
    named = {row: re.findall(r"`([^`]+)`", proof) for row, proof in rows() if proof != LATER}

    assert {row: tests for row, tests in named.items() if not tests or not all(map(exists, tests))} == {}


def test_nothing_that_is_due_is_put_off():
    put_off = {row for row, proof in rows() if proof == LATER}

    assert put_off <= NOT_DUE
