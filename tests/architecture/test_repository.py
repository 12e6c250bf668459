import re

from tests.architecture.source import ROOT


def test_lock_file_names_only_the_public_index():
    lock = (ROOT / "uv.lock").read_text()

    assert re.findall(r"file://|--extra-index-url|--find-links", lock) == []
    assert set(re.findall(r'registry = "([^"]+)"', lock)) == {"https://pypi.org/simple"}


def test_links_between_the_documents_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]

    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text())
        if not (page.parent / link).exists()
    ]

    assert broken == []
