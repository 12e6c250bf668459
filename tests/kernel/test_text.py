"""Text that people type, where it would do harm: in a header, on a page, in the database."""

import unicodedata

import pytest
from django.template import Context, Engine
from hypothesis import given
from hypothesis import strategies as st

from guestlist.kernel.text import clean_line, clean_text

LINES = {
    "Ana": "Ana",
    "  Ana \t Ferreira  ": "Ana Ferreira",
    "Ana\r\nBcc: x@y.example": "Ana Bcc: x@y.example",
    "Ana\nFerreira": "Ana Ferreira",
    "Ana\x00\x07\x1b[31m": "Ana [31m",
    "\u202eanA": "anA",
    "Ana\u2066\u2069\u200f\u200e": "Ana",
    "Ana\u2028Ferreira\u2029": "Ana Ferreira",
    "Ana\x85Ferreira": "Ana Ferreira",
    "A\u200bna": "A na",
    "\ufeffAna": "Ana",
    "Ana\ud800": "Ana",
    '<b>Ana</b> & "Bo"': '<b>Ana</b> & "Bo"',
    "Zoë 李 Ñandú": "Zoë 李 Ñandú",
    "": "",
    " \u202e\t": "",
}


@pytest.mark.parametrize(("text", "line"), LINES.items(), ids=map(repr, LINES))
def test_line_is_one_line_without_hidden_characters(text: str, line: str):
    assert clean_line(text) == line


def test_line_is_at_most_so_long():
    assert clean_line("x" * 300) == "x" * 200
    assert clean_line("x" * 199 + "  y", 200) == "x" * 199
    assert clean_line("🦊" * 10, 3) == "🦊🦊🦊"


def test_text_keeps_its_line_breaks_and_nothing_else():
    assert clean_text("Hello\r\n\r\nJules \u202e\x00,\rsee you\n") == "Hello\n\nJules ,\nsee you"
    assert len(clean_text("x\n" * 5000)) <= 1000


def hidden(text: str) -> set[str]:
    return {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")}


@given(st.text())
def test_any_text_becomes_a_line_that_the_database_and_a_header_take(text: str):
    line = clean_line(text)

    line.encode()
    assert not hidden(line) and line == line.strip() and len(line) <= 200
    assert clean_line(line) == line


@given(st.text())
def test_any_text_stays_clean_text(text: str):
    cleaned = clean_text(text)

    cleaned.encode()
    assert hidden(cleaned) <= {"\n"}
    assert clean_text(cleaned) == cleaned


def test_html_in_a_name_is_escaped_by_the_templates():
    page = Engine.get_default().from_string("{{ name }}").render(Context({"name": clean_line("<img src=x onerror=alert(1)>")}))

    assert page == "&lt;img src=x onerror=alert(1)&gt;"
