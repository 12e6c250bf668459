"""Let somebody in whom the directory vouched for and who was refused."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from guestlist.audit.commands import Change, record
from guestlist.invitations.commands import admit_waiting, check_may_give, workspaces_asking
from guestlist.invitations.rules import Wanted, merge
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.refusing import found_in
from guestlist.members.models import Departure, Membership
from guestlist.sso.commands.sign_in import give_places, keep_identity, make_user
from guestlist.sso.errors import CannotLetIn, NoDefaults
from guestlist.sso.models import Attempt
from guestlist.sso.queries import find_user, is_believed, places_for
from guestlist.sso.rules import Claims
from guestlist.users.models import User
from guestlist.workspaces.commands import lock_workspaces


def let_in(*, actor: Actor, attempt: Attempt, wanted: Sequence[Wanted] = ()) -> User:
    """Makes the memberships, and the account where there is none, so that the next sign-in succeeds; an account that somebody has is
    linked by its holder then. `wanted`: communities with roles; left out, what the connection gives by group or by default.
    Raises NotAllowed without `members:invite` in each community, AboveCeiling, NoDefaults, NotFound; CannotLetIn for an address that
    nobody proved or that the directory has not checked, an account that is disabled, a member who is deactivated here, and one who left
    by themselves."""
    with transaction.atomic():
        rows = lock_workspaces(sorted({attempt.connection.workspace_id, *workspaces_asking(_claims(attempt).email_key)}))
        row = found_in(Attempt.objects.select_related("connection__workspace").filter(id=attempt.id, let_in_at=None))
        connection, claims = row.connection, _claims(row)
        user, identity = find_user(connection, claims)
        places = merge(wanted) or places_for(connection, claims.groups)
        if not places:
            raise NoDefaults
        check_may_give(actor=actor, wanted=places)
        _check_can(row, claims, user, identity)

        made = user is None
        user = user or make_user(actor, claims)
        if made or identity:
            keep_identity(connection, user, claims)
        give_places(actor, connection, user, claims, places)
        if made:
            admit_waiting(user, claims.email_key, rows)
        _settle(actor, row, user)
    return user


def _claims(attempt: Attempt) -> Claims:
    return Claims(attempt.subject, attempt.email, None, attempt.name, tuple(attempt.groups))


def _check_can(row: Attempt, claims: Claims, user: User | None, identity: bool) -> None:
    if not identity and row.reason == "unverified_address":
        raise CannotLetIn
    if not identity and not is_believed(row.connection, claims.email_key):
        raise CannotLetIn(_("The workspace has not proved the domain of this address. Prove it first, or invite the address."))
    if user and not user.is_active:
        raise CannotLetIn(_("This account is disabled. Ask the operator of the installation."))
    if user and Membership.objects.filter(workspace=row.connection.workspace_id, user=user).exists():
        raise CannotLetIn(_("They are a member who is deactivated or whose time is over. Change that on their page."))
    if user and Departure.objects.filter(workspace=row.connection.workspace_id, user=user).exists():
        raise CannotLetIn(_("They left the workspace by themselves. Invite them instead: then they may accept or decline."))


def _settle(actor: Actor, row: Attempt, user: User) -> None:
    row.let_in_at = clock.now()
    row.save(update_fields=["let_in_at"])
    after = {"connection": row.connection.name, "email": row.email, "user": str(user.id)}
    change = Change("connection.let_in", row.connection_id, row.connection.workspace_id, after=after)
    record(actor=actor, changes=[change])
