"""What saving the form of a user would give, take and end, in sentences."""

from collections.abc import Collection, Sequence
from datetime import date

from django.template.defaultfilters import date as in_words
from django.utils.translation import gettext as _

from guestlist.access.permissions import catalogue
from guestlist.kernel.actors import Actor
from guestlist.members.models import Role
from guestlist.members.queries import communities_below, facts_of, foresee_roles
from guestlist.web.people.role_form import Wish
from guestlist.web.presenting import Shown, permission_groups, place
from guestlist.workspaces.models import Workspace

NAMED = 5


def differences(actor: Actor, workspace: Workspace, wanted: Sequence[Wish]) -> list[Shown]:
    """As people/_differences.html wants them, for each membership that would change; `gained` and `lost` are permissions."""
    return [_difference(actor, workspace, wish) for wish in wanted if wish.changed]


def _difference(actor: Actor, workspace: Workspace, wish: Wish) -> Shown:
    held, roles = wish.card.row.roles, [role for role in wish.card.offered if str(role.id) in wish.roles]
    found = foresee_roles(actor, workspace, wish.membership, roles)
    return {
        "community": place(wish.membership.community),
        "change": _change(wish, held, roles),
        "roles": wish.roles_changed,
        "gained": sorted(found.gained),
        "lost": sorted(found.lost),
        "gains": _sentences(found.gained, everything=_whole(roles), otherwise=_("Everything that may be done here.")),
        "loses": _sentences(found.lost, everything=_whole(held), otherwise=_("Everything else that may be done here.")),
        "below": _below(actor, workspace, wish) if found.gained or found.lost else "",
        "end": _end(wish),
    }


def _change(wish: Wish, held: Collection[Role], roles: Collection[Role]) -> str:
    """`Birch: Guest → Analyst, last day 30 November 2026`."""
    before, after = (", ".join(role.name for role in some) for some in (held, roles))
    day = _("last day %(day)s") % {"day": _day(wish.end)} if wish.end else _("no last day")
    parts = [f"{before} → {after}"] if wish.roles_changed else []
    return f"{wish.membership.community.name}: {', '.join([*parts, *([day] if wish.end != wish.shown_end else [])])}"


def _whole(roles: Collection[Role]) -> bool:
    return any(facts_of(role).permissions >= catalogue().keys() for role in roles)


def _sentences(names: Collection[str], *, everything: bool, otherwise: str) -> list[str]:
    """The catalogue's own, under what they are about; one line for all of it."""
    if names and everything:
        return [otherwise]
    groups = permission_groups(names)
    return [f"{group['title']}: {' '.join(each['description'] for each in group['permissions'])}" for group in groups]


def _below(actor: Actor, workspace: Workspace, wish: Wish) -> str:
    below = list(communities_below(actor, workspace, wish.membership.community)[: NAMED + 1])
    names = ", ".join(each.name for each in below[:NAMED])
    if len(below) > NAMED:
        return _("The same in every community below: %(names)s and more.") % {"names": names}
    return _("The same below it, in %(names)s.") % {"names": names} if below else ""


def _end(wish: Wish) -> str:
    if wish.end == wish.shown_end:
        return ""
    if not wish.end:
        return _("They stay without end.")
    return _("After %(day)s the roles here carry nothing, here and below.") % {"day": _day(wish.end)}


def _day(day: str) -> str:
    """In words; what is no day stays as it was typed."""
    try:
        return in_words(date.fromisoformat(day), "j F Y")
    except ValueError:
        return day
