"""Pure questions about inviting: what do these entries come to, and what becomes of each of them? (design rule 7)"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from guestlist.kernel.text import Address, BadAddress, clean_line, read_address

MOST_PEOPLE = 100_000
MOST_MAILS = 20  # to one address, by its invitation and others made within a day: more is a flood, whoever asks for it
PART = 500  # people done at once; a larger batch is cut into parts of so many
INVALID = ("malformed", "too_long")


@dataclass(frozen=True)
class Wanted:
    community: uuid.UUID
    roles: frozenset[uuid.UUID]


@dataclass(frozen=True)
class Person:
    """One line of a request. `grants` of its own replace the common ones; `reason` refuses it from the start."""

    email: str
    name: str = ""
    language: str = ""
    grants: tuple[Wanted, ...] | None = None
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """A person after reading: an address with what it is wanted for, or a reason why it cannot be used. `same_as` is the place in
    the list of an earlier entry of the same address, which this one was joined to."""

    email: str
    address: Address | None = None
    name: str = ""
    language: str = ""
    wanted: tuple[Wanted, ...] = ()
    reason: str = ""
    same_as: int | None = None


@dataclass(frozen=True)
class Outcome:
    email: str
    outcome: str
    reason: str = ""
    invitation: uuid.UUID | None = None
    memberships: tuple[uuid.UUID, ...] = ()

    @cached_property
    def plain(self) -> dict[str, Any]:
        """As it is stored and as the API answers it."""
        return {
            "email": self.email,
            "outcome": self.outcome,
            "reason": self.reason or None,
            "invitation": str(self.invitation) if self.invitation else None,
            "memberships": [str(each) for each in self.memberships],
        }


def read_people(people: Sequence[Person], common: tuple[Wanted, ...]) -> list[Entry]:
    """One entry per person, in order. Different grants for one address are joined to its first entry; a repeat is `duplicate`."""
    common = merge(common)
    entries: list[Entry] = []
    first: dict[str, int] = {}
    for place, person in enumerate(people):
        entry = _read(person, common)
        if entry.address and not entry.reason:
            before = first.setdefault(entry.address.key, place)
            if before != place:
                entry = _joined(entries, before, entry)
        entries.append(entry)
    return entries


def _read(person: Person, common: tuple[Wanted, ...]) -> Entry:
    wanted = common if person.grants is None else merge(person.grants)
    try:
        address = read_address(person.email.strip())
    except BadAddress as bad:
        return Entry(clean_line(person.email, 300), reason=str(bad))
    return Entry(address.shown, address, clean_line(person.name), person.language, wanted, person.reason)


def _joined(entries: list[Entry], before: int, entry: Entry) -> Entry:
    earlier = entries[before]
    together = merge(earlier.wanted + entry.wanted)
    if together == earlier.wanted:
        return replace(entry, reason="duplicate")
    entries[before] = replace(earlier, wanted=together)
    return replace(entry, same_as=before)


def merge(wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """One per community, in the order first named, with all the roles asked for there."""
    roles: dict[uuid.UUID, frozenset[uuid.UUID]] = {}
    for each in wanted:
        roles[each.community] = roles.get(each.community, frozenset()) | each.roles
    return tuple(Wanted(community, given) for community, given in roles.items())


@dataclass(frozen=True)
class Belonging:
    """A membership that an account holds in the workspace."""

    id: uuid.UUID
    roles: frozenset[uuid.UUID]
    active: bool
    everywhere: bool = False


@dataclass(frozen=True)
class Known:
    """What is known about one address in this workspace. `user` is its account; `ask`: it must not be added without asking;
    `mails` counts the links it was sent lately; `pending` is its live invitation, and `pending_visible` whether the actor may see that."""

    user: uuid.UUID | None = None
    ask: bool = False
    mails: int = 0
    memberships: Mapping[uuid.UUID, Belonging] = field(default_factory=dict)
    pending: uuid.UUID | None = None
    pending_visible: bool = False


@dataclass(frozen=True)
class Authority:
    """What the actor may do in the communities asked for. `gives` holds the roles they may hand out there."""

    invite: frozenset[uuid.UUID]
    assign: frozenset[uuid.UUID]
    gives: Mapping[uuid.UUID, frozenset[uuid.UUID]]

    def refuses(self, wanted: Sequence[Wanted]) -> str:
        """Why the actor may not give all of `wanted`; empty where they may."""
        for each in wanted:
            if each.community not in self.invite:
                return "not_allowed"
        for each in wanted:
            if not each.roles <= self.gives[each.community]:
                return "above_ceiling"
        return ""


@dataclass(frozen=True)
class Plan:
    """What becomes of one entry: its outcome, and what to write for it."""

    outcome: str
    reason: str = ""
    invite: tuple[Wanted, ...] = ()
    join: tuple[Wanted, ...] = ()
    gain: tuple[tuple[uuid.UUID, Wanted], ...] = ()


def plan(entry: Entry, known: Known, authority: Authority) -> Plan:
    """The table of design rule 7, one entry at a time; it reads nothing and writes nothing."""
    if entry.same_as is not None:
        return Plan("joined")  # nothing of its own: it gets the outcome of the entry it was joined to
    if entry.reason:
        return Plan("invalid" if entry.reason in INVALID else "refused", entry.reason)
    refused = authority.refuses(entry.wanted)
    if refused:
        return Plan("refused", refused)
    if known.user is None:
        return _asked(known, entry.wanted)
    return _plan_for_account(entry, known, authority)


def _asked(known: Known, wanted: tuple[Wanted, ...]) -> Plan:
    if known.pending and known.pending_visible:
        return Plan("updated", invite=wanted)
    return Plan("refused", "too_many_mails") if known.mails >= MOST_MAILS else Plan("invited", invite=wanted)


def _plan_for_account(entry: Entry, known: Known, authority: Authority) -> Plan:
    held = known.memberships
    if any(each.everywhere for each in held.values()) or any(
        each.community in held and not held[each.community].active for each in entry.wanted
    ):
        return Plan("refused", "deactivated")
    gain = tuple(
        (held[each.community].id, Wanted(each.community, each.roles - held[each.community].roles))
        for each in entry.wanted
        if each.community in held and each.roles - held[each.community].roles
    )
    refused = _may_not_assign(gain, held, authority)
    if refused:
        return Plan("refused", refused)
    missing = tuple(each for each in entry.wanted if each.community not in held)
    if missing and known.ask:
        asked = _asked(known, missing)
        return asked if asked.outcome == "refused" else replace(asked, gain=gain)
    return Plan("added" if missing else "updated" if gain else "already_member", join=missing, gain=gain)


def _may_not_assign(gain: tuple[tuple[uuid.UUID, Wanted], ...], held: Mapping[uuid.UUID, Belonging], authority: Authority) -> str:
    """Giving more roles to a member is assigning: it needs that verb, and every role held now to be one the actor may hand out."""
    for _, each in gain:
        if each.community not in authority.assign:
            return "not_allowed"
        if held[each.community].roles - authority.gives[each.community]:
            return "above_ceiling"
    return ""
