"""What a connection hears: a role goes, and another takes its place (members.events.role_going); an account is erased."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from guestlist.audit.commands import Change
from guestlist.audit.events import recorded
from guestlist.kernel.actors import Actor
from guestlist.members.errors import RoleHeld
from guestlist.members.events import role_going
from guestlist.members.models import Role
from guestlist.sso.commands.defaults import rules_of, told_defaults, write_defaults
from guestlist.sso.errors import AdministrativeRole
from guestlist.sso.models import Attempt, Connection, Identity
from guestlist.sso.queries import check_may_connect, is_administrative
from guestlist.users.queries import verified_addresses


@receiver(role_going)
def move_defaults(sender: object, *, actor: Actor, role: Role, move_to: Role | None, **_: Any) -> None:
    """Puts the other role in its place, by default and for groups, which makes the actor the giver of all that the connection gives.
    Raises RoleHeld, AdministrativeRole, NotAllowed without `connections:write` in main or `members:invite` where it is given,
    AboveCeiling, UnknownRole."""
    using = Connection.objects.filter(Q(default_role=role) | Q(mappings__role=role)).distinct()
    for connection in using.select_related("workspace", "default_role"):
        if move_to is None:
            raise RoleHeld
        _swap(actor, connection, role, move_to)


def _swap(actor: Actor, connection: Connection, role: Role, move_to: Role) -> None:
    before = told_defaults(connection)
    check_may_connect(actor, connection.workspace)
    if connection.default_role == role:
        if is_administrative(move_to):
            raise AdministrativeRole
        connection.default_role = move_to
    rules = [replace(each, role=move_to) if each.role == role else each for each in rules_of(connection)]
    write_defaults(actor, connection, connection.default_communities.all(), rules, before)


@receiver(recorded)
def forget_erased(sender: object, *, changes: Sequence[Change], **_: Any) -> None:
    """An erased account is nobody's: neither what directories call its holder nor their attempts are kept."""
    for user in [each.target for each in changes if each.action == "user.erased" and each.target]:
        subjects = Identity.objects.filter(user=user).values_list("connection_id", "subject")
        for connection, subject in list(subjects):
            Attempt.objects.filter(connection=connection, subject=subject).delete()
        Identity.objects.filter(user=user).delete()
        Attempt.objects.filter(email__in=verified_addresses(user)).delete()
