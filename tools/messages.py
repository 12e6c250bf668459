"""The translations, without GNU gettext: `update` brings the .po files up to date with the code, `check` fails where they are not."""

import sys
from collections.abc import Iterator
from io import SEEK_END, BytesIO, StringIO
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCE = Path("src/guestlist")
# No dates here and no line numbers below: they would change with every edit, and every branch would conflict in them.
HEADER = """msgid ""
msgstr ""
"Language: {locale}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
KEYWORDS = DEFAULT_KEYWORDS | {
    "_": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def in_the_code() -> Catalog:
    """Every message of the Python files and templates."""
    template = Catalog(project="guestlist")
    for path, text in _sources():
        for line, message, _comments, context in extract("python", BytesIO(text.encode()), KEYWORDS):
            template.add(message, locations=[(path, line)], context=context)
    return template


def _sources() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix == ".py":
            yield str(path), path.read_text()
        elif path.suffix in (".html", ".txt"):
            # Read as Python, in which the indentation of a template would mean something.
            yield str(path), "\n".join(map(str.lstrip, templatize(path.read_text(), origin=str(path)).split("\n")))


def catalogues() -> Iterator[tuple[str, Path]]:
    for path in sorted(SOURCE.glob("locale/*/LC_MESSAGES/django.po")):
        yield path.parts[-3], path


def update() -> None:
    for locale, path in catalogues():
        catalogue = read_po(StringIO(path.read_text()), locale=locale)
        catalogue.update(in_the_code(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        written = BytesIO(HEADER.format(locale=locale, plural_forms=catalogue.plural_forms).encode())
        written.seek(0, SEEK_END)
        write_po(written, catalogue, width=120, no_location=True, sort_output=True, omit_header=True)
        path.write_bytes(written.getvalue())
        missing = sum(1 for message in catalogue if message.id and not _complete(message.string))
        print(f"{path}: {len(catalogue)} messages, {missing} without a translation")


def faults() -> Iterator[str]:
    """What keeps a catalogue from being complete: a message missing, fuzzy, no longer used, or with other variables."""
    wanted = {(message.context, message.id): message for message in in_the_code() if message.id}
    for locale, path in catalogues():
        found = {(each.context, each.id): each for each in read_po(StringIO(path.read_text()), locale=locale) if each.id}
        for key, message in wanted.items():
            if key not in found or found[key].fuzzy or not _complete(found[key].string):
                where = ", ".join(f"{file}:{line}" for file, line in message.locations[:2])
                yield f"{locale}: no translation of {key[1]!r} ({where})"
        for key, message in found.items():
            if key not in wanted:
                yield f"{locale}: {key[1]!r} is no longer in the code"
            yield from (f"{locale}: {key[1]!r}: {fault}" for fault in message.check())


def _complete(string: str | tuple[str, ...] | None) -> bool:
    return bool(string) and all(string)


def check() -> int:
    found = list(faults())
    print("\n".join([*found, "Run `make messages`, then translate."]) if found else "Translations are complete.")
    return 1 if found else 0


if __name__ == "__main__":
    settings.configure()
    django.setup()
    sys.exit(check() if sys.argv[1:] == ["check"] else update())
