"""The form of a user's roles: what was shown, what is wanted now, and saving what differs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import Refusal
from guestlist.members.commands import set_roles
from guestlist.members.models import Membership
from guestlist.members.queries import Managed
from guestlist.web.presenting import Shown, about_role, place


@dataclass(frozen=True)
class Wish:
    """One membership in the form: role ids as the page showed them, and as they are wanted."""

    card: Managed
    shown: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def membership(self) -> Membership:
        return self.card.row.membership

    @property
    def field(self) -> str:
        return f"role-{self.membership.id}"

    @property
    def changed(self) -> bool:
        return set(self.roles) != set(self.shown)


def wishes(cards: Sequence[Managed], data: QueryDict | None) -> list[Wish]:
    """One per membership, as posted, or as it is where nothing was posted or the actor may not change it."""
    return [_wish(card, data) for card in cards]


def _wish(card: Managed, data: QueryDict | None) -> Wish:
    key = card.row.membership.id
    held = tuple(sorted(str(role.id) for role in card.row.roles))
    if data is None or f"role-{key}" not in data or "assign" not in card.verbs:
        return Wish(card, held, held)
    roles = dict.fromkeys([data[f"role-{key}"], *data.getlist(f"more-{key}")])
    return Wish(card, tuple(data.getlist(f"was-{key}")), tuple(roles))


def save(actor: Actor, wanted: Sequence[Wish]) -> dict[str, str]:
    """Saves what differs from what was shown, all or nothing; answers the refusals by field."""
    errors: dict[str, str] = {}
    with transaction.atomic():
        for wish in wanted:
            if wish.changed:
                errors |= _save(actor, wish)
        if errors:
            transaction.set_rollback(True)
    return errors


def _save(actor: Actor, wish: Wish) -> dict[str, str]:
    try:
        set_roles(actor=actor, membership=wish.membership, roles=wish.roles, shown=wish.shown)
    except Refusal as refusal:
        return {wish.field: str(refusal)}
    return {}


def membership_rows(wanted: Sequence[Wish], errors: dict[str, str]) -> list[Shown]:
    """As people/_membership.html wants them."""
    return [_row(wish, first=number == 0, error=errors.get(wish.field, "")) for number, wish in enumerate(wanted)]


def _row(wish: Wish, *, first: bool, error: str) -> Shown:
    membership = wish.membership
    name = membership.community.name
    main, *more = [str(role.id) for role in wish.card.offered if str(role.id) in wish.roles] or [""]
    return {
        "id": str(membership.id),
        "community": place(membership.community),
        "label": _("Role") if first else _("Role in %(community)s") % {"community": name},
        "roles": [
            {
                "id": str(role.id),
                "name": role.name,
                "about": about_role(role),
                "selected": str(role.id) == main,
                "more": str(role.id) in more,
            }
            for role in wish.card.offered
        ],
        "open": bool(more),
        "shown": wish.shown,
        "held": [role.name for role in wish.card.row.roles],
        "since": membership.created_at,
        "state": membership.state,
        "locked": ""
        if "assign" in wish.card.verbs
        else _("You may not change this. Ask an Admin of %(community)s.") % {"community": name},
        "error": error,
    }
