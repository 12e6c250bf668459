"""Addresses that people type: which are good, what is wrong with the others, and how a list of them is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestlist.kernel.text import BadAddress, Named, address_key, read_address, split_addresses

BAD = {
    "": "malformed",
    "a": "malformed",
    "@": "malformed",
    "a@": "malformed",
    "@b.example": "malformed",
    "a@b": "malformed",
    "a@@b.example": "malformed",
    "a@b@c.example": "malformed",
    "a b@c.example": "malformed",
    "a..b@c.example": "malformed",
    ".a@c.example": "malformed",
    "a@c..example": "malformed",
    "a@-c.example": "malformed",
    "a@c.example.": "malformed",
    "jürgen@c.example": "malformed",
    "иван@c.example": "malformed",
    "a@[127.0.0.1]": "malformed",
    "a@127.0.0.1": "malformed",
    "a@localhost": "malformed",
    '"a b"@c.example': "malformed",
    "a@c.example\r\nBcc: x@y.example": "malformed",
    "a\r\n@c.example": "malformed",
    "a@c.example\x00": "malformed",
    "a\u202e@c.example": "malformed",
    "a@exa\u200bmple.example": "malformed",
    "Name <a@c.example>": "malformed",
    "<a@c.example>": "malformed",
    "a@c.example,b@c.example": "malformed",
    "<script>@c.example": "malformed",
    "x" * 65 + "@c.example": "malformed",
    "a@" + "x" * 64 + ".example": "malformed",
    "x" * 290 + "@c.example": "too_long",
    "a" * 60 + "@" + "b." * 100 + "example": "too_long",
}


@pytest.mark.parametrize(("text", "reason"), BAD.items())
def test_bad_address_is_refused_with_its_reason(text: str, reason: str):
    with pytest.raises(BadAddress) as refused:
        read_address(text)

    assert refused.value.args == (reason,)
    assert address_key(text) in ("", "a@c.example" if text.strip() == "a@c.example" else "")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a@c.example", "a@c.example"),
        ("A.B+tag@C.Example", "a.b+tag@c.example"),
        ("o'neil@c.example", "o'neil@c.example"),
        ("a@münchen.example", "a@xn--mnchen-3ya.example"),
        ("a@MÜNCHEN.example", "a@xn--mnchen-3ya.example"),
        ("a@xn--mnchen-3ya.example", "a@xn--mnchen-3ya.example"),
        ("a@例え.example", "a@xn--r8jz45g.example"),
        ("x" * 64 + "@c.example", "x" * 64 + "@c.example"),
    ],
)
def test_good_address_has_one_canonical_form(text: str, key: str):
    assert read_address(text).key == key
    assert address_key(f"  {text} ") == key


def test_address_is_shown_as_it_is_written():
    assert read_address("Jules@MÜNCHEN.example").shown == "Jules@münchen.example"


@pytest.mark.parametrize("text", ["ıvan@c.example", "\u017fam@c.example", "\u212aim@c.example", "ﬁ@c.example", "ａ@c.example"])
def test_letters_that_only_look_like_ascii_make_no_local_part(text: str):
    with pytest.raises(BadAddress):
        read_address(text)


@given(st.text(max_size=80))
def test_canonical_form_is_ascii_small_and_its_own(text: str):
    key = address_key(text)

    assert key == key.lower() and key.isascii() and key.isprintable() and " " not in key
    assert not key or address_key(key) == key


# Lists

SPLIT = {
    "a@x.example": [Named("", "a@x.example")],
    "a@x.example, b@x.example;c@x.example\nd@x.example  e@x.example\tf@x.example": [
        Named("", f"{letter}@x.example") for letter in "abcdef"
    ],
    "Ana <a@x.example>": [Named("Ana", "a@x.example")],
    "Ana Ferreira <a@x.example>, Bo <b@x.example>": [Named("Ana Ferreira", "a@x.example"), Named("Bo", "b@x.example")],
    "Ana Ferreira <a@x.example> Bo <b@x.example>": [Named("Ana Ferreira", "a@x.example"), Named("Bo", "b@x.example")],
    '"Ferreira, Ana" <a@x.example>; "Bo \\"B\\" Li" <b@x.example>': [
        Named("Ferreira, Ana", "a@x.example"),
        Named('Bo "B" Li', "b@x.example"),
    ],
    '"a@x.example" <b@x.example>': [Named("a@x.example", "b@x.example")],
    "a@x.example Bo <b@x.example>": [Named("", "a@x.example"), Named("Bo", "b@x.example")],
    "<a@x.example>": [Named("", "a@x.example")],
    "<a@x.example>, <b@x.example>": [Named("", "a@x.example"), Named("", "b@x.example")],
    "a@x.example,,;; \n,b@x.example,": [Named("", "a@x.example"), Named("", "b@x.example")],
    "Zoë O'Neil <z@x.example>": [Named("Zoë O'Neil", "z@x.example")],
    "Ana <a@x.example>\r\nBo <b@x.example>\r\n": [Named("Ana", "a@x.example"), Named("Bo", "b@x.example")],
    "  ": [],
    "": [],
    ",;": [],
    "nonsense, a@x.example": [Named("", "nonsense"), Named("", "a@x.example")],
    "a@b a@@b.example": [Named("", "a@b"), Named("", "a@@b.example")],
    "Ana <not an address>": [Named("Ana", "not an address")],
    "<b>Ana</b> <a@x.example>": [Named("", "b"), Named("Ana", "/b"), Named("", "a@x.example")],
}


@pytest.mark.parametrize(("text", "found"), SPLIT.items())
def test_list_is_read_in_order(text: str, found: list[Named]):
    assert split_addresses(text) == found


@given(st.text(alphabet='ab@.<>",; \n\\', max_size=60))
def test_any_text_is_read_to_its_end_and_no_address_gets_lost(text: str):
    found = split_addresses(text + ",last@x.example")

    assert found[-1].address.endswith("last@x.example") or '"' in text or "<" in text
    assert all(each.name == each.name.strip() for each in found)


def test_name_is_one_clean_line():
    assert split_addresses('"Ana\u202e \x07Ferreira" <a@x.example>')[0].name == "Ana Ferreira"


LONG = {
    "commas": ", ".join(f"person{number}@example{number}.example" for number in range(10_000)),
    "spaces": " ".join(f"person{number}@example{number}.example" for number in range(10_000)),
    "lines": "\r\n".join(f"person{number}@example{number}.example" for number in range(10_000)),
    "names": ", ".join(f'"Doe, {number}" <person{number}@x.example>' for number in range(10_000)),
    "words": "word " * 50_000,
    "spaces only": "a" + " " * 250_000 + "b",
    "open quotes": '"a ' * 80_000,
    "quotes and backslashes": '"\\" ' * 60_000,
    "open brackets": "< " * 100_000,
    "name without end": "a" * 250_000,
}


@pytest.mark.parametrize("kind", LONG)
def test_long_field_is_read_to_its_end(kind: str):
    found = split_addresses(LONG[kind])

    assert found
    if kind in ("commas", "spaces", "lines", "names"):
        assert len(found) == 10_000


def test_ten_thousand_addresses_are_checked_fast():

    keys = {address_key(each.address) for each in split_addresses(LONG["commas"])}

    assert len(keys) == 10_000
