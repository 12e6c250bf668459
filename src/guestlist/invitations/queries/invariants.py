"""What must be true of the data at any moment, as SQL over all of it: `guestlist check` and the tests ask. Each invariant is a constant
number of statements, names what breaks it, and answers nothing while it holds."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower

from guestlist.audit.models import Event
from guestlist.invitations.models import Grant, Invitation
from guestlist.kernel.text import address_key
from guestlist.mail.models import Message, State
from guestlist.members.commands import admins_able_to_sign_in
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.users.models import User
from guestlist.workspaces.models import Ancestry, Community, Workspace

Rows = Iterable[str]


@dataclass(frozen=True)
class Invariant:
    name: str
    what: str
    breaches: Callable[[], Rows]


@dataclass(frozen=True)
class Broken:
    """An invariant that does not hold; `rows` says of what: kind and id, or address."""

    name: str
    what: str
    rows: list[str]


def broken_among(invariants: Iterable[Invariant]) -> list[Broken]:
    """Those that do not hold at this moment; empty when all is well. sso.queries.invariants knows them all."""
    found = [Broken(each.name, each.what, list(each.breaches())) for each in invariants]
    return [each for each in found if each.rows]


def _ids(*querysets: "QuerySet[Model]") -> Rows:
    for rows in querysets:
        for id in rows.order_by().values_list("pk", flat=True).iterator():
            yield f"{rows.model.__name__} {id}"


def _last_admin() -> Rows:
    return _ids(Workspace.objects.exclude(Exists(admins_able_to_sign_in().filter(workspace=OuterRef("pk")))))


def _one_workspace() -> Rows:
    return _ids(
        Membership.objects.exclude(workspace=F("community__workspace")),
        ApiKey.objects.exclude(workspace=F("community__workspace")),
        Grant.objects.exclude(invitation__workspace=F("community__workspace")),
        Community.objects.filter(parent__isnull=False).exclude(workspace=F("parent__workspace")),
    )


def _role_in_reach() -> Rows:
    above = Ancestry.objects.filter(descendant=OuterRef("membership__community"), ancestor=OuterRef("role__community"))
    held = MembershipRole.objects.filter(role__community__isnull=False).exclude(Exists(above))
    return (f"Membership {id}" for id in held.order_by().values_list("membership_id", flat=True).distinct())


def _foreign_role() -> Rows:
    """Grants and keys hold their roles as a list of ids, which the database cannot check by itself. They are few combinations of a
    community and a list, however many rows."""
    pending = Grant.objects.filter(ended_at=None, invitation__state=Invitation.State.PENDING)
    keys = ApiKey.objects.filter(revoked_at=None)
    asked = {
        (place, uuid.UUID(role))
        for rows in (pending, keys)
        for place, roles in rows.order_by().values_list("community_id", "role_ids").distinct()
        for role in roles
    }
    owners = dict(Role.objects.filter(id__in={role for _, role in asked}).values_list("id", "community_id"))
    above = Ancestry.objects.filter(ancestor__in=[owner for owner in owners.values() if owner])
    reach = set(above.values_list("descendant_id", "ancestor_id"))
    for place, role in sorted(asked):
        if role not in owners or (owners[role] and (place, owners[role]) not in reach):
            yield f"Role {role} in community {place}"


_TREE = """
WITH RECURSIVE up (descendant_id, ancestor_id, depth) AS (
    SELECT id, id, 0 FROM community
    UNION ALL
    SELECT up.descendant_id, community.parent_id, up.depth + 1
    FROM up JOIN community ON community.id = up.ancestor_id
    WHERE community.parent_id IS NOT NULL AND up.depth < 20
), written (descendant_id, ancestor_id, depth) AS (
    SELECT descendant_id, ancestor_id, depth FROM community_ancestry
), missing AS (
    SELECT * FROM up EXCEPT SELECT * FROM written
), extra AS (
    SELECT * FROM written EXCEPT SELECT * FROM up
), depths AS (
    SELECT descendant_id AS id, MAX(depth) AS depth FROM up GROUP BY descendant_id
)
SELECT descendant_id FROM missing
UNION SELECT descendant_id FROM extra
UNION SELECT community.id FROM community JOIN depths ON depths.id = community.id
    WHERE depths.depth <> community.depth OR depths.depth > 7
"""


def _tree() -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(_TREE)
        return [f"Community {uuid.UUID(str(row[0]))}" for row in cursor.fetchall()]


def _addresses() -> Rows:
    verified = EmailAddress.objects.filter(verified=True)
    twice = verified.values(key=Lower("email")).annotate(times=Count("pk")).filter(times__gt=1)
    return list(twice.order_by().values_list("key", flat=True))


def _primary() -> Rows:
    """The one address that pages show is the primary one."""
    primary = EmailAddress.objects.filter(user=OuterRef("pk"), primary=True, verified=True)
    yield from _ids(User.objects.exclude(Exists(primary)).exclude(email=""))
    others = EmailAddress.objects.filter(primary=True).exclude(email=Lower("user__email"))
    for user, key, shown in others.values_list("user_id", "email", "user__email"):
        if address_key(shown) != key:  # an international domain is shown in its own script
            yield f"User {user}"


def _membership_address() -> Rows:
    own = EmailAddress.objects.filter(user=OuterRef("user"), email=OuterRef("email_key"), verified=True)
    return _ids(Membership.objects.exclude(Exists(own)))


def _one_pending() -> Rows:
    pending = Invitation.objects.filter(state=Invitation.State.PENDING).values("workspace", "email_key")
    twice = pending.annotate(times=Count("pk")).filter(times__gt=1)
    return list(twice.order_by().values_list("email_key", flat=True))


def _pending_is_alive() -> Rows:
    """Somebody gives it, and a mail is on its way or was: or else nobody will ever open it."""
    live = Grant.objects.filter(invitation=OuterRef("pk"), ended_at=None)
    mail = Message.objects.filter(id=OuterRef("message_id")).exclude(state=State.CANCELLED)
    return _ids(Invitation.objects.exclude(Exists(live), Exists(mail)).filter(state=Invitation.State.PENDING))


def _accepted_is_kept() -> Rows:
    """Each accepted grant has its membership, unless that ended later (such an event names the user and the community) or the
    community did."""
    member = Membership.objects.filter(user=OuterRef("invitation__user_id"), community=OuterRef("community"))
    here = Grant.objects.filter(community__in=Community.objects.values("id"))
    grants = here.filter(ending="accepted", invitation__state=Invitation.State.ACCEPTED).exclude(Exists(member))
    gone = {
        (user, community)
        for user, community in Event.objects.filter(action__in=["membership.removed", "membership.left"]).values_list(
            "before__user", "community_id"
        )
    }
    for invitation, user, community in grants.values_list("invitation_id", "invitation__user_id", "community_id"):
        if (str(user), community) not in gone:
            yield f"Invitation {invitation}"


def _accepted_has_grants() -> Rows:
    taken = Grant.objects.filter(invitation=OuterRef("pk"), ending="accepted")
    return _ids(Invitation.objects.filter(~Exists(taken) | Q(user_id=None), state=Invitation.State.ACCEPTED))


def _created(rows: "QuerySet[Model]", action: str) -> "QuerySet[Model]":
    return rows.exclude(Exists(Event.objects.filter(action=action, target_id=OuterRef("pk"))))


def _cause() -> Rows:
    return _ids(_created(Membership.objects.all(), "membership.created"))


def _history() -> Rows:
    return _ids(
        _created(Workspace.objects.all(), "workspace.created"),
        _created(Community.objects.all(), "community.created"),
        _created(Role.objects.filter(community__isnull=False), "role.created"),
        _created(ApiKey.objects.all(), "api_key.created"),
        _created(Invitation.objects.all(), "invitation.created"),
        _created(User.objects.all(), "user.created"),
    )


_SEALED = "gAAAA"  # how Fernet's tokens begin: a version and, until the year 2106, a time that fits
_SECRET = r"gl_[A-Za-z0-9_-]{40}|/(join|password|address)/[A-Za-z0-9_-]{22}\."


def _no_secrets() -> Rows:
    said = Message.objects.annotate(text=Cast("context", TextField()))
    told = Event.objects.annotate(old=Cast("before", TextField()), new=Cast("after", TextField()))
    return _ids(
        ApiKey.objects.exclude(digest__regex=r"^[0-9a-f]{64}$", hint__regex=r"^gl_.{4}$"),
        User.objects.exclude(Q(password__startswith="argon2$") | Q(password__startswith="!")),
        said.filter(text__regex=_SECRET),
        Authenticator.objects.filter(type=Authenticator.Type.TOTP).exclude(data__secret__startswith=_SEALED),
        Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES).exclude(data__seed__startswith=_SEALED),
        told.filter(Q(old__regex=_SECRET) | Q(new__regex=_SECRET)),
    )


INVARIANTS = [
    Invariant("last_admin", "A workspace without an Admin who can sign in", _last_admin),
    Invariant("one_workspace", "A row whose community belongs to another workspace", _one_workspace),
    Invariant("role_in_reach", "A membership with a role of neither its community nor one above", _role_in_reach),
    Invariant("foreign_role", "A pending grant or an API key with a role that is not usable there", _foreign_role),
    Invariant("tree", "A community whose ancestors are not what its parents say, or below the 8th level", _tree),
    Invariant("addresses", "An address that two accounts verified", _addresses),
    Invariant("primary_address", "A user who is not shown under a primary address of theirs", _primary),
    Invariant("membership_address", "A membership under an address its user has not verified", _membership_address),
    Invariant("membership_cause", "A membership that nobody made, by the history", _cause),
    Invariant("one_pending", "An address with two pending invitations in one workspace", _one_pending),
    Invariant("pending_is_alive", "A pending invitation without a live grant or a mail", _pending_is_alive),
    Invariant("accepted_is_kept", "An accepted grant without its membership or a later removal", _accepted_is_kept),
    Invariant("accepted_has_grants", "An accepted invitation without a user or a grant taken", _accepted_has_grants),
    Invariant("history", "A row without the event that made it", _history),
    Invariant("no_secrets", "A key, password or link that can be read", _no_secrets),
]
