"""What must be true of connections at any moment; with the invariants of the packages below, all that `guestlist check` asks."""

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from guestlist.audit.models import Event
from guestlist.invitations.queries import invariants
from guestlist.invitations.queries.invariants import Broken, Invariant, broken_among
from guestlist.members.models import Membership
from guestlist.sso.models import Connection, GroupMapping, Identity


def broken_invariants() -> list[Broken]:
    """Every invariant that does not hold at this moment; empty when all is well."""
    return broken_among(INVARIANTS)


def _cause() -> Iterable[str]:
    """By the history: the connection that brought them may be gone."""
    person = Cast(KeyTextTransform("user", "after"), TextField())
    brought = Event.objects.filter(action__in=["connection.linked", "connection.let_in"]).annotate(person=person)
    known = {(event.workspace_id, event.person) for event in brought.only("workspace_id")}
    rows = Membership.objects.filter(source=Membership.Source.SSO).values_list("id", "workspace_id", "user_id")
    return [f"Membership {id}" for id, workspace, user in rows.iterator() if (workspace, str(user)) not in known]


def _one_workspace() -> Iterable[str]:
    rows = GroupMapping.objects.exclude(community__workspace=F("connection__workspace")).values_list("connection_id", flat=True)
    given = Connection.default_communities.through.objects.exclude(community__workspace=F("connection__workspace"))
    return [f"Connection {id}" for id in {*rows, *given.values_list("connection_id", flat=True)}]


def _sealed() -> Iterable[str]:
    """Fernet's tokens begin so: version and the high bytes of the time."""
    rows = Connection.objects.exclude(Q(sealed_secret="") | Q(sealed_secret__startswith="gAAAA"))
    return [f"Connection {id}" for id in rows.values_list("id", flat=True)]


def _linked() -> Iterable[str]:
    told = Event.objects.filter(action="connection.linked", target_id=OuterRef("connection"))
    return [f"Identity {id}" for id in Identity.objects.exclude(Exists(told)).values_list("id", flat=True)]


INVARIANTS = [
    *invariants.INVARIANTS,
    Invariant("sso_cause", "A membership by a directory that brought nobody, by the history", _cause),
    Invariant("connection_place", "A connection that gives roles in another workspace", _one_workspace),
    Invariant("sealed", "A connection whose secret can be read", _sealed),
    Invariant("identity_cause", "Somebody known to a connection whom it never linked, by the history", _linked),
]
