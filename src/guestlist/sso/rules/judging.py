"""Who is let in (design rule 16): one pure function, for a sign-in, for a test and for a preview alike."""

from dataclasses import dataclass
from typing import Literal

from guestlist.invitations.rules import Wanted

Outcome = Literal["known", "fulfil", "create", "link", "refused"]


@dataclass(frozen=True)
class Facts:
    """What is known of whoever the directory vouches for, in the connection's workspace.

    `has_address`: it named an address; `unverified`: it says itself that nobody checked that; `believed`: the address lies in a
    domain the workspace has proved. `identity`: this subject signed in before, or was linked. `account`: an account has verified
    the address (or is the identity's). `stopped`: that account is disabled. `member`: it has a live membership in the workspace;
    `was_member`: it had one that ended or is stopped. `awaited`: a pending invitation that can still be given. `places`: what they
    would get here; `given`: the one who set that may still give it.
    """

    has_address: bool
    unverified: bool
    believed: bool
    identity: bool
    account: bool
    stopped: bool
    member: bool
    was_member: bool
    awaited: bool
    creates: bool
    places: tuple[Wanted, ...]
    given: bool


@dataclass(frozen=True)
class Verdict:
    """`known`: signed in as they are. `fulfil`: their invitation is accepted. `create`: they get `places`. `link`: an account has
    this address, so its holder signs in to that first. `refused`: `reason` says why, one of `no_subject no_address unverified_address
    foreign_domain account_disabled removed not_invited no_role role_not_given`."""

    outcome: Outcome
    reason: str = ""
    places: tuple[Wanted, ...] = ()


def judge(facts: Facts, *, linking: bool = False) -> Verdict:
    """`linking`: the holder of the account has signed in to it, so it counts as theirs."""
    if facts.stopped:
        return Verdict("refused", "account_disabled")
    if facts.identity and facts.member:
        return Verdict("known")
    reason = _unbelievable(facts) or _not_awaited(facts)
    if reason:
        return Verdict("refused", reason)
    if facts.account and not facts.identity and not linking:
        return Verdict("link")
    if facts.member:
        return Verdict("known")
    return Verdict("fulfil") if facts.awaited else Verdict("create", places=facts.places)


def _unbelievable(facts: Facts) -> str:
    """An address is what an invitation, and an account, is found by: one that nobody proved finds nothing. A subject that is known
    and has nothing here any more is told just that."""
    if facts.identity and not facts.awaited:
        return ""
    if not facts.has_address:
        return "no_address"
    if facts.unverified:
        return "unverified_address"
    return "" if facts.believed else "foreign_domain"


def _not_awaited(facts: Facts) -> str:
    if facts.member or facts.awaited:
        return ""
    if facts.was_member or facts.identity:
        return "removed"
    if not facts.creates:
        return "not_invited"
    if not facts.places:
        return "no_role"
    return "" if facts.given else "role_not_given"
