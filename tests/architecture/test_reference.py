import pytest

from tests.architecture.source import ROOT
from tools.reference import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_reference_page_says_what_the_code_says(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "120")

    page = PAGES[name]()

    assert (ROOT / "docs" / "reference" / name).read_text() == page, "run `make docs`"
