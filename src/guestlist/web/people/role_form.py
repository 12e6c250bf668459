"""The form of a user's memberships, roles and ends: what was shown, what is wanted now, and saving what differs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import Refusal
from guestlist.members.commands import set_end, set_roles
from guestlist.members.models import Membership
from guestlist.members.queries import Managed
from guestlist.web.presenting import Shown, last_day, place, role_options, role_ticks


@dataclass(frozen=True)
class Wish:
    """One membership in the form: ids of roles and the last day (`2026-11-30` or empty), as the page showed them and as wanted."""

    card: Managed
    shown: tuple[str, ...]
    roles: tuple[str, ...]
    shown_end: str
    end: str

    @property
    def membership(self) -> Membership:
        return self.card.row.membership

    @property
    def roles_changed(self) -> bool:
        return set(self.roles) != set(self.shown)

    @property
    def changed(self) -> bool:
        return self.roles_changed or self.end != self.shown_end


def wishes(cards: Sequence[Managed], data: QueryDict | None) -> list[Wish]:
    """One per membership, as posted, or as it is where nothing was posted or the actor may not change it."""
    return [_wish(card, data) for card in cards]


def _wish(card: Managed, data: QueryDict | None) -> Wish:
    key, end = card.row.membership.id, last_day(card.row.membership.ends_at)
    held = tuple(str(role.id) for role in card.row.roles)
    if data is None or f"role-{key}" not in data or "assign" not in card.verbs:
        return Wish(card, held, held, end, end)
    roles = tuple(dict.fromkeys([data[f"role-{key}"], *data.getlist(f"more-{key}")]))
    shown_end = data.get(f"was-end-{key}", end)
    return Wish(card, tuple(data.getlist(f"was-{key}")), roles, shown_end, data.get(f"end-{key}", shown_end).strip())


def save(actor: Actor, wanted: Sequence[Wish]) -> dict[str, str]:
    """Saves what differs from what was shown, all or nothing; answers the refusals by field."""
    with transaction.atomic():
        errors = {field: words for wish in wanted for field, words in _save(actor, wish)}
        if errors:
            transaction.set_rollback(True)
    return errors


def _save(actor: Actor, wish: Wish) -> Iterator[tuple[str, str]]:
    if wish.roles_changed:
        try:
            set_roles(actor=actor, membership=wish.membership, roles=wish.roles, shown=wish.shown)
        except Refusal as refusal:
            yield f"role-{wish.membership.id}", str(refusal)
    if wish.end != wish.shown_end:
        try:
            set_end(actor=actor, membership=wish.membership, ends_at=_end_of(wish.end))
        except Refusal as refusal:
            yield f"end-{wish.membership.id}", str(refusal)
        except (ValueError, OverflowError):
            yield f"end-{wish.membership.id}", _("Enter a day such as 2027-01-31, or nothing.")


def _end_of(day: str) -> datetime | None:
    """The midnight (UTC) after the last day. Raises ValueError, OverflowError."""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC) if day else None


def membership_rows(wanted: Sequence[Wish], errors: dict[str, str]) -> list[Shown]:
    """As people/_membership.html wants them."""
    return [_row(wish, errors, first=number == 0) for number, wish in enumerate(wanted)]


def _row(wish: Wish, errors: dict[str, str], *, first: bool) -> Shown:
    membership, name = wish.membership, wish.membership.community.name
    locked = _("You may not change this. Ask an Admin of %(community)s.") % {"community": name}
    return {
        "id": str(membership.id),
        "community": place(membership.community),
        "label": _("Role") if first else _("Role in %(community)s") % {"community": name},
        "roles": _options(wish),
        "others": _others(wish),
        "more": [role.name for role in wish.card.offered if str(role.id) in wish.roles[1:]],
        "shown": wish.shown,
        "held": [role.name for role in wish.card.row.roles],
        "since": membership.created_at,
        "state": membership.state,
        "shown_end": wish.shown_end,
        "end": wish.end,
        "locked": "" if "assign" in wish.card.verbs else locked,
        "error": errors.get(f"role-{membership.id}", ""),
        "end_error": errors.get(f"end-{membership.id}", ""),
    }


def _options(wish: Wish) -> list[Shown]:
    """The first of the roles is the one in the dropdown, the others are ticked below it."""
    return role_options(wish.card.offered, wish.roles[0] if wish.roles else "")


def _others(wish: Wish) -> list[Shown]:
    main, *more = wish.roles or ("",)
    others = role_ticks((role for role in wish.card.offered if str(role.id) != main), more)
    return sorted(others, key=lambda each: not each["ticked"])
