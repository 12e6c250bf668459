"""The catalogue of permissions: Guestlist's own, and what applications register in a file read at start."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

Level = Literal["read", "write", "admin"]


@dataclass(frozen=True)
class Permission:
    """`group` is what it is about, `description` one sentence; both are marked for translation where they are Guestlist's own. Those
    of an application bring their translations, by language; `titles` has under an empty one what is shown in the place of `group`."""

    name: str
    level: Level
    group: str
    description: str
    own: bool = False
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)
    descriptions: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def administrative(self) -> bool:
        return self.level == "admin"


def gettext_noop(text: str) -> str:
    """Marks a text for translation by whoever shows it: this package knows no Django."""
    return text


_MEMBERS, _INSIDE = gettext_noop("Members"), gettext_noop("Communities and roles")
_WORKSPACE, _AROUND = gettext_noop("Workspace"), gettext_noop("Connections and history")
OWN = [
    Permission("members:read", "read", _MEMBERS, gettext_noop("See who belongs here and as what."), True),
    Permission("members:invite", "admin", _MEMBERS, gettext_noop("Ask people in, and send or revoke invitations."), True),
    Permission("members:assign", "admin", _MEMBERS, gettext_noop("Change the roles of members."), True),
    Permission("members:deactivate", "admin", _MEMBERS, gettext_noop("Deactivate members and bring them back."), True),
    Permission("members:remove", "admin", _MEMBERS, gettext_noop("Take members out."), True),
    Permission("communities:read", "read", _INSIDE, gettext_noop("See the communities and how they hang together."), True),
    Permission("communities:write", "admin", _INSIDE, gettext_noop("Create, change and delete communities below."), True),
    Permission("roles:read", "read", _INSIDE, gettext_noop("See which roles there are and what they allow."), True),
    Permission("roles:write", "admin", _INSIDE, gettext_noop("Create, change and delete custom roles."), True),
    Permission("settings:write", "admin", _WORKSPACE, gettext_noop("Change the settings of the workspace."), True),
    Permission("keys:write", "admin", _WORKSPACE, gettext_noop("Make and revoke API keys."), True),
    Permission("connections:write", "admin", _AROUND, gettext_noop("Connect the organisation's directory for sign-in."), True),
    Permission("webhooks:write", "admin", _AROUND, gettext_noop("Tell other systems what happens here."), True),
    Permission("audit:read", "admin", _AROUND, gettext_noop("Read who did what, and when."), True),
]
READING = frozenset(each.name for each in OWN if each.level == "read")
ADMINISTRATIVE = frozenset(each.name for each in OWN if each.administrative)
MEMBER_VERBS = frozenset(name for name in ADMINISTRATIVE if name.startswith("members:"))
_RESERVED = {each.name.partition(":")[0] for each in OWN}
_WORD = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_TITLE, _DESCRIPTION = re.compile(r"title(?:_([a-z]{2}))?"), re.compile(r"description_([a-z]{2})")
_LONGEST = 200


class BadCatalogue(Exception):
    """The file of application permissions cannot be used; `mistakes` says where and why, one line each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


_catalogue: dict[str, Permission] = {}


def catalogue() -> dict[str, Permission]:
    """Every permission by name: Guestlist's own first, then those of the applications in the order of their file."""
    return _catalogue


def load_catalogue(path: str = "") -> None:
    """Guestlist's permissions plus those of the TOML file at `path`: a table `[Application.resource]` per resource, in it a line
    `action = { level = "read", description = "…" }` per permission. With `description_fr` beside it, and `title` and `title_fr` in
    the table, both are shown in other words, and languages. Raises BadCatalogue with every mistake, OSError."""
    theirs = _read(Path(path)) if path else {}
    _catalogue.clear()
    _catalogue.update({each.name: each for each in OWN} | theirs)


def _read(file: Path) -> dict[str, Permission]:
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except ValueError as broken:  # TOMLDecodeError and UnicodeDecodeError are both of this kind
        raise BadCatalogue([f"{file}: {broken}"]) from broken
    found: dict[str, Permission] = {}
    mistakes: list[str] = []
    for where, name, group, titles, entry in _entries(content):
        wrong = "this permission stands in the file twice" if name in found else _mistake(name, entry)
        if wrong:
            mistakes.append(f"{file}: {where}: {wrong}")
        elif isinstance(entry, dict):
            said, level = entry["description"].strip(), cast(Level, entry["level"])
            found[name] = Permission(name, level, group, said, titles=titles, descriptions=_by_language(entry, _DESCRIPTION))
    if mistakes:
        raise BadCatalogue(mistakes)
    return found


def _entries(content: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, str], Any]]:
    """Where it stands, the permission's name, its group with the titles of that, and what is said of it: of a title, the text. What
    is no table where one belongs comes out under a name that no permission may have."""
    for application, resources in content.items():
        if not isinstance(resources, dict):
            yield application, application, "", {}, None
            continue
        for resource, actions in resources.items():
            where, group = f"[{application}.{resource}]", f"{application}: {resource}"
            if not isinstance(actions, dict) or not actions:
                yield where, resource, group, {}, None
                continue
            titles = _by_language(actions, _TITLE)
            for action, entry in actions.items():
                yield f"{where} {action}", f"{resource}:{action}", group, titles, entry


def _by_language(table: dict[str, Any], key: re.Pattern[str]) -> dict[str, str]:
    """The texts of the table whose name is `key`, by the language it ends with."""
    found = ((key.fullmatch(name), text) for name, text in table.items())
    return {match[1] or "": text.strip() for match, text in found if match and isinstance(text, str)}


def _mistake(name: str, entry: Any) -> str:
    """What is wrong with an entry of the file; empty where nothing is."""
    resource, _, action = name.partition(":")
    if isinstance(entry, str) and _TITLE.fullmatch(action):
        return _wrong_text(action, entry)
    if not action or not isinstance(entry, dict):
        return 'write [Application.resource] and below it: action = { level = "read", description = "…" }'
    if not _WORD.fullmatch(resource) or not _WORD.fullmatch(action):
        return "resource and action are written in small letters, digits, dots, dashes and underscores"
    if resource in _RESERVED:
        return f"Guestlist keeps {resource} for itself; choose another name for the resource"
    if entry.get("level") not in get_args(Level):
        return "level must be read, write or admin"
    texts = ["description", *(each for each in entry if _DESCRIPTION.fullmatch(each))]
    unknown = sorted(entry.keys() - {"level", *texts})
    if unknown:
        return f"{unknown[0]} is not known here; there are level, description, and description_fr for another language"
    return next((wrong for each in texts if (wrong := _wrong_text(each, entry.get(each)))), "")


def _wrong_text(name: str, text: Any) -> str:
    """The spaces that French has before its colons do not count as unprintable here."""
    one_line = isinstance(text, str) and text.replace("\u00a0", " ").replace("\u202f", " ").isprintable()
    if one_line and text.strip() and len(text) <= _LONGEST:
        return ""
    return f"{name} must be one sentence of at most {_LONGEST} characters"


load_catalogue()
