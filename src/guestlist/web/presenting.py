"""Rows as the templates want them: initials, hues, times left. Words and looks only, no decision."""

import uuid
import zlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from guestlist.access.permissions import Permission, catalogue
from guestlist.invitations.rules import Wanted
from guestlist.kernel import clock
from guestlist.members.models import Membership, Role
from guestlist.sso.queries import directories_of, named_places
from guestlist.users.models import User
from guestlist.users.queries import with_passkey
from guestlist.workspaces.models import Community, Workspace

Shown = dict[str, Any]


def tone(key: uuid.UUID | str) -> int:
    """One of eight hues, always the same for the same thing."""
    return zlib.crc32(str(key).encode()) % 8 + 1


def initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper() if words else ""


def person(user: User, url: str = "") -> Shown:
    name = user.name or user.email
    return {"name": name, "email": user.email, "initials": initials(name), "tone": tone(user.id), "url": url}


def ways_in(workspace: Workspace, users: Collection[User], memberships: Iterable[Membership]) -> dict[uuid.UUID, str]:
    """How each of them signs in, by id: `Password, Okta`; a passkey where there is no password. Of one who never came by any of their
    `memberships` nothing of the account is told: anybody may be added."""
    came = {each.user_id for each in memberships if each.seen_at}
    directories = directories_of(workspace, [each.id for each in users])
    by_passkey = with_passkey([each.id for each in users if not each.has_usable_password()])
    own = {each.id: [_("Passkey")] if each.id in by_passkey else [] for each in users}
    own |= {each.id: [_("Password")] for each in users if each.has_usable_password()}
    return {each: ", ".join([*(found if each in came else []), *directories.get(each, [])]) for each, found in own.items()}


def place(where: Community | Workspace, url: str = "", roles: Sequence[Role] = ()) -> Shown:
    main = isinstance(where, Workspace) or where.is_main
    return {
        "id": str(where.id),
        "name": where.name,
        "initial": initials(where.name)[:2] if not main else where.name[:1].upper(),
        "tone": 0 if main else tone(where.slug),
        "url": url,
        "roles": [role.name for role in roles],
        "main": main,
    }


def given_places(wanted: Sequence[Wanted]) -> list[Shown]:
    """Communities with the roles in each, by name."""
    return [place(where, roles=roles) for where, roles in named_places(wanted)]


def cell(text: str) -> str:
    """For a table: what a spreadsheet would run as a formula starts with an apostrophe instead."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def session_words(browser: str, system: str) -> str:
    """What a session is known by: the browser and what it runs on."""
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")


def time_left(until: datetime) -> str:
    seconds = int((until - clock.now()).total_seconds())
    if seconds >= 2 * 86400:
        return ngettext("%(n)s day left", "%(n)s days left", seconds // 86400) % {"n": seconds // 86400}
    if seconds >= 3600:
        return _("%(n)s h left") % {"n": seconds // 3600}
    return _("%(n)s min left") % {"n": max(1, seconds // 60)}


def duration(seconds: int) -> str:
    if seconds % 86400 == 0 and seconds > 86400:
        return ngettext("%(n)s day", "%(n)s days", seconds // 86400) % {"n": seconds // 86400}
    if seconds % 3600 == 0:
        return ngettext("%(n)s hour", "%(n)s hours", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)s minute", "%(n)s minutes", max(1, seconds // 60)) % {"n": max(1, seconds // 60)}


def about_role(role: Role) -> str:
    """One line on what a role allows."""
    lines = {
        "Guest": _("Sees the members, roles and communities, and what applications let guests read."),
        "Analyst": _("What a Guest may, and works in the applications."),
        "Admin": _("Everything here and in every community below."),
        "manage_member": _("Invites, changes and removes Guests and Analysts."),
    }
    if role.is_built_in:
        return lines[role.name]
    return role.description or ", ".join(role.permissions)


def role_options(roles: Iterable[Role], chosen: str) -> list[Shown]:
    """To choose one from; `chosen` is an id."""
    return [{"id": str(each.id), "name": each.name, "selected": str(each.id) == chosen} for each in roles]


def role_ticks(roles: Iterable[Role], ticked: Collection[str]) -> list[Shown]:
    """To tick, each with a line on what it allows; `ticked` are ids."""
    return [
        {"id": str(each.id), "name": each.name, "about": about_role(each), "ticked": str(each.id) in ticked} for each in roles
    ]


def permission_groups(names: Collection[str], ticked: Collection[str] = ()) -> list[Shown]:
    """Those of the catalogue called `names`, under what they are about, with a sentence each."""
    levels = {"read": _("Read"), "write": _("Write"), "admin": _("Admin")}
    groups: dict[str, list[Shown]] = {}
    titles: dict[str, str] = {}
    for each in catalogue().values():
        if each.name in names:
            row = {
                "name": each.name,
                "description": allows(each),
                "level": levels[each.level],
                "ticked": each.name in ticked,
            }
            groups.setdefault(each.group, []).append(row)
            titles[each.group] = _group_title(each)
    return [
        {"key": group, "title": titles[group], "permissions": rows, "all": all(row["ticked"] for row in rows)}
        for group, rows in groups.items()
    ]


def allows(permission: Permission) -> str:
    """What it allows to do, in the reader's language where there are words in it."""
    return permission.descriptions.get(_language(), "") or _(permission.description)


def _group_title(permission: Permission) -> str:
    titles = permission.titles
    return titles.get(_language(), "") or titles.get("", "") or _(permission.group)


def _language() -> str:
    return (get_language() or "")[:2]


def last_day(ends_at: datetime | None) -> str:
    """The day after which something ends, as `2026-11-30`: an end at midnight belongs to the day before. Empty without an end."""
    return (ends_at - timedelta(microseconds=1)).date().isoformat() if ends_at else ""
