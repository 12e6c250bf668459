"""A table that somebody exported from a spreadsheet, as rows."""

import codecs
import csv
import sys
from itertools import islice

_SEPARATORS = ",;\t"


class BadTable(ValueError):
    """The text cannot be read as a table with the columns asked for; `args[0]` says why, in a sentence for people."""


def read_table(content: bytes | str, *, column: str, most: int = sys.maxsize - 1) -> list[dict[str, str]]:
    """The first `most` rows of a CSV (RFC 4180) as column name to cell, names in small letters; one without a cell is left out. The first line
    names the columns, which commas, semicolons or tabs separate. `column` must be there. Raises BadTable."""
    text = content if isinstance(content, str) else _decode(content)
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    try:
        filled = (row for row in csv.reader(lines, delimiter=separator, skipinitialspace=True) if any(row))
        names, *rows = list(islice(filled, most + 1)) or [[]]
    except csv.Error as broken:
        raise BadTable(f"The table cannot be read: {broken}.") from broken
    header = [name.strip().lower().replace("e-mail", "email") for name in names]
    if column not in header:
        raise BadTable(f"The first line must name the columns, and one of them must be {column}.")
    return [dict(zip(header, (cell.strip() for cell in row), strict=False)) for row in rows]


def _decode(content: bytes) -> str:
    """As spreadsheets write them: UTF-8, UTF-16 with its mark, or else the code page of Western Windows."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
