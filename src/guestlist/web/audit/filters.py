"""The filters of the audit log, as its address carries them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from guestlist.invitations.queries import Sought, community_that_was
from guestlist.kernel.actors import Actor
from guestlist.kernel.text import address_key, clean_line
from guestlist.members.queries import communities_where
from guestlist.web.history import ABOUT
from guestlist.workspaces.models import Workspace

NAMES = ("actor", "action", "person", "community", "since", "until")
SUGGESTED = 100


@dataclass
class Filters:
    """What was typed, what it asks for, and what of it cannot be used: `errors` by field."""

    typed: dict[str, str]
    sought: Sought = field(default_factory=Sought)
    errors: dict[str, str] = field(default_factory=dict)


def read_filters(actor: Actor, workspace: Workspace, query: Mapping[str, str]) -> Filters:
    """Days are whole, in the reader's zone: `until` is the last day shown."""
    filters = Filters({name: clean_line(query.get(name, ""), 300) for name in NAMES})
    typed = filters.typed
    since, until = (_day(filters, name) for name in ("since", "until"))
    if since and until and since > until:
        filters.errors["until"] = _("The last day is before the first.")
    if typed["person"] and not address_key(typed["person"]):
        filters.errors["person"] = _("Type the whole e-mail address, such as ana@northwind.example.")
    filters.sought = Sought(
        actor=typed["actor"],
        action=typed["action"] if typed["action"].partition(".")[0] in ABOUT else "",
        person=typed["person"],
        community=_community(filters, actor, workspace),
        since=since,
        until=until + timedelta(days=1) if until else None,
    )
    return filters


def choices(actor: Actor, workspace: Workspace, filters: Filters) -> dict[str, Any]:
    """What the form offers: kinds of events, and the first communities to choose from."""
    places = communities_where(actor, workspace, "audit:read")[:SUGGESTED]
    kinds = [{"value": kind, "label": label, "selected": kind == filters.typed["action"]} for kind, label in ABOUT.items()]
    return {"kinds": kinds, "places": list(places)}


def _community(filters: Filters, actor: Actor, workspace: Workspace) -> uuid.UUID | None:
    """By its name or short name, as they are or were when it was deleted."""
    typed = filters.typed["community"]
    if not typed:
        return None
    places = communities_where(actor, workspace, "audit:read")
    here = places.filter(slug=typed).first() or places.filter(name__iexact=typed).first()
    found = here.id if here else community_that_was(actor, workspace, typed)
    if found is None:
        filters.errors["community"] = _("There is no community of this name, or you may not see it. Choose one from the list.")
    return found


def _day(filters: Filters, name: str) -> datetime | None:
    typed = filters.typed[name]
    try:
        day = parse_date(typed)
    except ValueError:
        day = None
    if typed and (day is None or not 1900 <= day.year <= 9000):
        filters.errors[name] = _("Write the day as 2026-11-22.")
        return None
    return datetime.combine(day, time.min, timezone.get_current_timezone()) if day else None
