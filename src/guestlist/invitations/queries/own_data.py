"""Everything Guestlist keeps about a user, for that user."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Model, QuerySet

from guestlist.audit.models import Event
from guestlist.invitations.models import Invitation
from guestlist.kernel import clock
from guestlist.mail.models import Message
from guestlist.members.queries import memberships_of
from guestlist.users.models import User
from guestlist.users.queries import sessions_of, verified_addresses

Data = dict[str, Any]


def own_data(user: User) -> Data:
    """As JSON; times are UTC (ISO 8601). Nothing in it is about anybody else."""
    keys = verified_addresses(user.id)
    return {
        "made_at": clock.now().isoformat(),
        "profile": _one(user, "id", "name", "email", "language", "time_zone", "theme", "created_at"),
        "addresses": _rows(EmailAddress.objects.filter(user=user), "email", "verified", "primary"),
        "second_factor": _rows(Authenticator.objects.filter(user=user).order_by("id"), "type", "created_at", "last_used_at"),
        "memberships": [_membership(row.membership, [role.name for role in row.roles]) for row in memberships_of(user)],
        "invitations": _rows(
            Invitation.objects.filter(email_key__in=keys, user_id=user.id, state=Invitation.State.ACCEPTED).order_by("id"),
            *("id", "email", "name", "workspace__name", "note", "state", "created_at", "decided_at"),
        ),
        "mails": _rows(
            Message.objects.filter(to_email__in={*keys, user.email}).order_by("id"), "to_email", "template", "state", "at"
        ),
        "notifications": _rows(user.notifications.order_by("-at"), "action", "about", "at"),
        "sessions": _rows(sessions_of(user), "id", "browser", "system", "network", "seen_at"),
        "events": _rows(
            Event.objects.filter(actor_kind="user", actor_id=user.id).order_by("id"),
            "action",
            "target_kind",
            "target_id",
            "address",
            "at",
        ),
    }


def _membership(row: Any, roles: list[str]) -> Data:
    where = {"workspace": row.workspace.name, "community": row.community.name, "roles": roles}
    return where | _one(row, "id", "status", "source", "created_at", "ends_at")


def _one(row: Model, *names: str) -> Data:
    return _plain({name: getattr(row, name) for name in names})


def _rows(rows: QuerySet[Any], *names: str) -> list[Data]:
    return [_plain(row) for row in rows.values(*names)]


def _plain(row: Mapping[str, Any]) -> Data:
    shown = {name: each.isoformat() if isinstance(each, datetime) else each for name, each in row.items()}
    return {name: each if isinstance(each, str | bool | list | dict | None) else str(each) for name, each in shown.items()}
