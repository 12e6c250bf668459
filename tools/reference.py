"""The pages of docs/reference that are made from the code. `make docs` writes them; tests/architecture/test_reference.py compares."""

import argparse
import importlib
import os
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django

import guestlist
from guestlist.access.permissions import OWN
from guestlist.access.roles import BUILT_IN, built_in
from guestlist.cli.parser import build_parser
from guestlist.config.environment import VARIABLES
from guestlist.kernel.errors import HTTP_STATUS, Refusal

FOLDER = Path("docs/reference")
MADE = "<!-- Made from the code by `make docs`. Do not edit. -->\n\n"


def errors() -> str:
    """Every refusal: its code, its HTTP status and what it says."""
    rows = [[f"`{each.code}`", str(HTTP_STATUS[each.kind]), str(each.message)] for each in refusals()]
    return _page(
        "Errors",
        "What Guestlist refuses, it refuses by name. `code` is stable: programs may rely on it. The message is for people and may "
        "change; where a refusal has more to say, it says that instead. The API answers with a problem document (RFC 9457) that "
        "carries the code; pages show the message. What lies outside your sight answers exactly as what does not exist: 404.",
        _table(["code", "status", "says"], sorted(rows)) + ABOUT_THE_REQUEST,
    )


ABOUT_THE_REQUEST = """
## About the request itself

From the API only: the request did not get as far as a command.

| code | status | when |
| --- | --- | --- |
| `unauthenticated` | 401 | neither a valid key nor a session |
| `method_not_allowed` | 405 | the address does not take this method; `Allow` says which it takes |
| `too_large` | 413 | more than 32 MB |
| `unreadable_body` | 422 | the body is no JSON |
| `invalid_request` | 422 | the body or the query is not as described; `errors` says where |
| `failed` | 500 | a mistake of ours; the log has the request id |
| `unavailable` | 503 | the database does not answer; `Retry-After` says when to try again |
"""


def refusals() -> list[type[Refusal]]:
    _import_everything()
    found: list[type[Refusal]] = []
    left = [Refusal]
    while left:
        each = left.pop()
        left += each.__subclasses__()
        if each is not Refusal and each.__module__.startswith("guestlist."):
            found.append(each)
    return sorted(found, key=lambda each: (each.code, each.__module__))


def _import_everything() -> None:
    for module in pkgutil.walk_packages(guestlist.__path__, "guestlist."):
        if "migrations" not in module.name and not module.name.endswith(("__main__", ".wsgi")):
            importlib.import_module(module.name)


def settings() -> str:
    """Every environment variable."""
    rows = [[f"`{each.name}`", "yes" if each.required else "", each.help] for each in VARIABLES]
    return _page(
        "Settings",
        "Guestlist is set up by environment variables, read in one place. Those marked are required by `guestlist up`, `web` and "
        "`worker`: where one is missing they say so in one line and exit with 2.",
        _table(["variable", "required", "what it is"], rows),
    )


def cli() -> str:
    """Every command, as its own --help says it."""
    parts = [f"\n## `{parser.prog}`\n\n{_help(parser)}" for parser in _commands(build_parser())]
    return _page("Command line", "For the operator, on the machine itself; the operator may do everything.", "\n".join(parts))


def _commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    below = [each for group in groups for each in group.choices.values()]
    if not below:
        yield parser
    for each in below:
        yield from _commands(each)


def _help(parser: argparse.ArgumentParser) -> str:
    return f"```text\n{parser.format_help().strip()}\n```"


def permissions() -> str:
    """Guestlist's own permissions, and which built-in role holds them; and how applications register theirs."""
    roles = [built_in(each) for each in BUILT_IN]
    rows = [
        [
            each.group,
            f"`{each.name}`",
            each.description,
            each.level,
            *("yes" if each.name in role.permissions else "" for role in roles),
        ]
        for each in OWN
    ]
    head = ["about", "permission", "allows to", "level", *(role.name for role in roles)]
    return _page("Permissions and roles", PERMISSIONS, _table(head, rows) + CATALOGUE.format(example=EXAMPLE.read_text().strip()))


PERMISSIONS = """\
Everything is checked against a permission, `resource:action`, never against the name of a role. What somebody may do in a community
is the union of the permissions of all roles of their active memberships there and in every community above it
([the tree and access](../explanation/tree-and-access.md)).

The four built-in roles exist in every workspace and cannot be changed. *manage_member* may hand out Guest and Analyst; everybody else
may hand out a role where they hold all of its permissions. A custom role belongs to one community and is usable there and below."""

CATALOGUE = """
## Permissions of your applications

`GUESTLIST_PERMISSIONS` names a TOML file, read at start, with the permissions of the applications behind Guestlist. A table
`[Application.resource]` stands for one resource of one application; each line in it is one permission, `resource:action`, with its
level (`read`, `write` or `admin`) and a sentence for the people who put roles together. `description_fr` beside it is the sentence
in French, shown to whoever reads Guestlist in that language; any language of two letters may stand there. The group is called
`Application: resource`; `title` in the table is another name for it, `title_fr` its name in French. Names of permissions, and the API,
are the same in every language. The file of the demo:

```toml
{example}
```

Guest holds those of level `read`; Analyst those of level `read` and `write`; Admin all of them. Custom roles hold those they name.
The resources in the table above are reserved. A file that cannot be used is one line per mistake at start, and exit code 2.

**Taking a permission out** of the file takes it from everybody at the next start: the built-in roles lose it, and custom roles that
name it lose it too. `guestlist check` and the page of the role say which ones; when the permission comes back, so does the right."""
EXAMPLE = Path(guestlist.__path__[0]) / "cli" / "demo_permissions.toml"


def _page(title: str, opening: str, body: str) -> str:
    return f"{MADE}# {title}\n\n{opening}\n\n{body.strip()}\n"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines) + "\n"


def http_api() -> str:
    """Every operation, as the OpenAPI document lists it."""
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, found in importlib.import_module("guestlist.api.site").api.get_openapi_schema(path_prefix="")["paths"].items()
        for method, operation in found.items()
    ]
    rows = [[f"`{name}`", _query_of(operation), operation.get("description", "")] for name, operation in operations]
    return _page("HTTP API", ABOUT_THE_API, _table(["operation", "query", ""], rows) + ABOUT_ANSWERS)


def _query_of(operation: dict[str, Any]) -> str:
    names = [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]
    return " ".join(f"`{name}`" for name in names if name not in ("limit", "cursor"))


ABOUT_THE_API = """\
Base `/api/v1`, JSON both ways. The running server has the full description: OpenAPI at `/api/v1/openapi.json`, to read and try at
`/api/v1/docs`.

**Who you are.** `Authorization: Bearer <key>` (from `Settings` > `Workspace` > `API keys`, or `guestlist api-key create …`), or the session cookie with the CSRF header. A key is a member
of one community and may do there and below what its roles allow. It outlives its maker.

**Names.** A workspace by its slug, a community by slug or id, everything else by id (UUIDv7)."""

ABOUT_ANSWERS = """
**Lists.** `?limit=` (50, at most 1000) and `&cursor=`; the answer is `{"items": […], "next_cursor": …}`.

**Errors** are problem documents (RFC 9457), `application/problem+json`, with a stable `code` ([list](errors.md)). Anything in the path
that lies outside your sight is 404. An unknown community or role in a body refuses the whole request with 422; a bad address does not,
it is one entry's outcome. A body over 32 MB, or more than 100,000 people, is 413.

**Repeating.** `Idempotency-Key` on creating POSTs: for 24 hours the same key from the same caller gives the first answer again, and with
another body 409 `idempotency_conflict`.

**Secrets.** No answer contains a link of an invitation. A key is shown once, when it is made."""


def audit() -> str:
    """Every action in the history, with its sentence."""
    history = importlib.import_module("guestlist.web.history")
    rows = [[f"`{name.partition('/')[0]}`", _in_italics(str(text))] for name, text in history.SENTENCES.items()]
    return _page("Audit log", ABOUT_THE_HISTORY, _table(["action", "reads"], rows) + ABOUT_READING_IT)


def _in_italics(sentence: str) -> str:
    return re.sub(r"%\((\w+)\)s", lambda name: f"*{name[1].replace('_', ' ')}*", sentence)


ABOUT_THE_HISTORY = """\
Every change writes an event in the transaction of the change: who did it, what, to whom, where, what was before and after, from which
network address, when, and in which request. Events are only ever added. People, roles and communities are named as they are now; of
one erased or deleted since, the sentence says that it is gone."""

ABOUT_READING_IT = """
`Settings` > `Workspace` > `Audit log` needs `audit:read`. Whoever has it in the main community reads all of the workspace; elsewhere,
the events of that community and those below. Events of no community in particular (`batch.`, `workspace.`, `invitation.declined`,
`invitation.link_asked_for`) are for the main community. Facts outside the reader's sight are left out of an event. Changes to an account
(`user.`) belong to no workspace and show in none.

Filters: who did it (address, or the name of an API key), to whom (an address, also of somebody invited or removed), what it is about,
the community itself without those below, first and last day in UTC.

**Taking it away.** `Export as CSV` and `Export as JSON lines` hold all that the filter shows, newest first, however long: they are
written while they are read. A cell that a spreadsheet would run as a formula starts with an apostrophe. A JSON line is what
[`GET /workspaces/{w}/audit`](api.md) answers, and the sentence as `event`."""


PAGES: dict[str, Callable[[], str]] = {
    "errors.md": errors,
    "settings.md": settings,
    "cli.md": cli,
    "permissions.md": permissions,
    "api.md": http_api,
    "audit.md": audit,
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guestlist.config.settings")
    os.environ["COLUMNS"] = "120"  # argparse wraps its help to the terminal
    django.setup()
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page())


if __name__ == "__main__":
    main()
