import re
from collections import Counter

from guestlist.kernel.errors import HTTP_STATUS
from tests.architecture.source import PACKAGE, ROOT, python_files
from tools.reference import refusals


def test_every_refusal_has_a_code_of_its_own():
    codes = Counter(each.code for each in refusals())

    assert len(codes) > 20
    assert [code for code, times in codes.items() if times > 1] == []


def test_every_refusal_says_what_to_do():
    for refusal in refusals():
        assert "message" in vars(refusal) and str(refusal.message).endswith("."), refusal
        assert "code" in vars(refusal), refusal


def test_every_refusal_is_of_a_known_kind():
    assert {each.kind for each in refusals()} <= set(HTTP_STATUS)


def test_every_code_of_the_api_is_documented():
    page = (ROOT / "docs" / "reference" / "errors.md").read_text()

    codes = {code for path in python_files(PACKAGE / "api") for code in re.findall(r'problem\(\d+, "(\w+)"', path.read_text())}

    assert len(codes) > 5
    assert {code for code in codes if f"`{code}`" not in page} == set()
