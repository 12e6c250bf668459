"""How large things may be. What grows past that is split by use case."""

import statistics

from tests.architecture.source import PACKAGE, ROOT, functions, length, name_of, python_files

LONGEST_FUNCTION = 40
LONGEST_FILE = 300
LONGEST_TEMPLATE = 120


def test_functions_are_short():
    lengths = {
        f"{name_of(path)}:{each.lineno} {each.name}": length(each)
        for path in python_files() + python_files(ROOT / "tests")
        for each in functions(path)
    }

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
    assert statistics.median(lengths.values()) < 10


def test_files_are_short():
    files = python_files() + [*PACKAGE.rglob("*.js"), *PACKAGE.rglob("*.css")]

    lines = {name_of(path): len(path.read_text().splitlines()) for path in files}

    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_templates_are_short():
    lines = {name_of(path): len(path.read_text().splitlines()) for path in PACKAGE.rglob("*.html")}

    assert lines
    assert {name: count for name, count in lines.items() if count > LONGEST_TEMPLATE} == {}
