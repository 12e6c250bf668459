"""Several people at work for a while, seeded: they invite, resend, revoke, join, decline, and mail goes out and gets lost. The driver
notes in a ledger of its own what it was told, never what the database says."""

import random
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import time_machine

from guestlist.invitations.commands import (
    accept_as_new_user,
    accept_as_user,
    ask_for_new_link,
    change_grants,
    decline_invitation,
    invite,
    request_password_help,
    resend_invitations,
    revoke_invitations,
)
from guestlist.invitations.queries import Opened, open_invitation
from guestlist.invitations.rules import Outcome, Person, Wanted
from guestlist.kernel.errors import Refusal
from guestlist.mail.commands import deliver_due
from guestlist.users.queries import user_by_address
from guestlist.workspaces.models import Workspace
from tests.cast import Cast
from tests.invitations.acts import ROLES
from tests.smtp_sink import DROP, SmtpSink

TOKEN = re.compile(r"/join/([^\s\"<]+)")
PEOPLE = [f"guest{number}@birch.example" for number in range(12)]
UNREACHABLE = "gone@birch.example"
PASSWORD = "seven tall ships at anchor"


@dataclass
class Ledger:
    invitations: dict[UUID, tuple[str, str]] = field(default_factory=dict)  # acknowledged: workspace and address
    places: dict[str, dict[UUID, set[UUID]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    accepted: list[str] = field(default_factory=list)  # tokens
    drops: int = 0  # times the mail server hung up after taking a mail
    refusals: int = 0

    def joined(self, address: str, places: dict[UUID, frozenset[UUID]]) -> None:
        for community, roles in places.items():
            self.places[address][community] |= roles


@dataclass
class Driver:
    cast: Cast
    sink: SmtpSink
    clock: time_machine.Traveller
    dice: random.Random
    policy: str  # of both workspaces, for those who have an account already
    ledger: Ledger = field(default_factory=Ledger)

    def run(self, steps: int) -> None:
        acts = [self.invite] * 5 + [self.accept] * 5 + [self.deliver] * 6 + [self.wait] * 4
        acts += [self.resend, self.revoke, self.change, self.decline, self.new_link, self.password_help, self.lose_a_reply]
        for _ in range(steps):
            self.dice.choice(acts)()
        for _ in range(3):
            self.clock.shift(timedelta(hours=2))
            self.deliver()

    # What somebody does

    def invite(self) -> None:
        workspace, actor, wanted = self._offer()
        asked = self.dice.sample([*self._people_of(workspace), UNREACHABLE, "a@b"], self.dice.randint(1, 5))
        done = invite(actor=actor, workspace=workspace, people=[Person(self._spelt(each)) for each in asked], grants=[wanted])
        for address, outcome in zip(asked, done.outcomes, strict=True):
            self._note(workspace, address, wanted, outcome)

    def resend(self) -> None:
        self._on_some(resend_invitations)

    def revoke(self) -> None:
        self._on_some(revoke_invitations)

    def change(self) -> None:
        workspace, actor, wanted = self._offer()
        if self.ledger.invitations:
            chosen = self.dice.choice(list(self.ledger.invitations))
            self._try(lambda: change_grants(actor=actor, workspace=workspace, invitation=chosen, grants=[wanted]))

    def accept(self) -> None:
        address, token = self._letter()
        opened = self._try(lambda: open_invitation(token))
        if opened and self._try(lambda: self._join(address, token, opened)):
            assert opened.state == "pending", f"joined by a link that is {opened.state}"
            self.ledger.accepted.append(token)
            self.ledger.joined(address, _together(opened))

    def decline(self) -> None:
        address, token = self._letter()
        self._try(lambda: decline_invitation(token=token, address=address))

    def new_link(self) -> None:
        address, token = self._letter()
        self._try(lambda: ask_for_new_link(token=token, address=address))

    def password_help(self) -> None:
        request_password_help(address=self.dice.choice([*PEOPLE, "nobody@x.example"]))

    # What happens to them

    def deliver(self) -> None:
        deliver_due()

    def wait(self) -> None:
        self.clock.shift(timedelta(minutes=self.dice.choice([1, 5, 11, 90, 600, 1500])))

    def lose_a_reply(self) -> None:
        self.sink.answer("DOT", DROP)
        self.ledger.drops += 1

    # How

    def tokens(self) -> list[tuple[str, str]]:
        """Address and token of every link in every mail that arrived."""
        return [(each.recipient.lower(), token) for each in self.sink.messages for token in set(TOKEN.findall(each.text))]

    def _offer(self) -> tuple[Workspace, Any, Wanted]:
        offers = [("olga", "alder"), ("olga", "birch"), ("olga", "main"), ("adam", "alder"), ("mia", "birch"), ("nora", "acme")]
        who, where = self.dice.choice(offers)
        community = {"main": self.cast.main, "acme": self.cast.acme_main}.get(where) or self.cast.places[where]
        roles = frozenset(ROLES[each] for each in self.dice.sample(["Guest", "Analyst"], self.dice.randint(1, 2)))
        workspace = self.cast.acme if where == "acme" else self.cast.northwind
        return workspace, self.cast.users[who].actor, Wanted(community.id, roles)

    def _people_of(self, workspace: Workspace) -> list[str]:
        """Where accounts are added at once, joining one workspace would join both: so each has its own people."""
        if self.policy == "ask":
            return PEOPLE
        return PEOPLE[:4] if workspace == self.cast.acme else PEOPLE[4:]

    def _spelt(self, address: str) -> str:
        return self.dice.choice([address, address.upper(), f" {address.capitalize()} "])

    def _note(self, workspace: Workspace, address: str, wanted: Wanted, outcome: Outcome) -> None:
        if address == "a@b":
            assert (outcome.outcome, outcome.reason) == ("invalid", "malformed")
        if outcome.invitation:
            self.ledger.invitations[outcome.invitation] = (workspace.slug, address)
        elif outcome.outcome in ("added", "updated", "already_member"):
            self.ledger.joined(address, {wanted.community: wanted.roles})

    def _on_some(self, command: Callable[..., Any]) -> None:
        workspace, actor, _ = self._offer()
        known = list(self.ledger.invitations)
        command(actor=actor, workspace=workspace, ids=self.dice.sample(known, min(len(known), self.dice.randint(0, 4))))

    def _letter(self) -> tuple[str, str]:
        """Any mail of anybody's, old ones too; before the first one, a link that somebody made up."""
        return self.dice.choice(self.tokens() or [(PEOPLE[0], "made.up.link")])

    def _join(self, address: str, token: str, opened: Opened) -> object:
        user = user_by_address(address)
        if user:
            return accept_as_user(user=user, token=token, shown=opened.shown)
        return accept_as_new_user(token=token, shown=opened.shown, name="Guest Person", password=PASSWORD, language="en")

    def _try(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Refusal:
            self.ledger.refusals += 1
            return None


def _together(opened: Opened) -> dict[UUID, frozenset[UUID]]:
    places: dict[UUID, frozenset[UUID]] = {}
    for grant in opened.grants:
        places[grant.community_id] = places.get(grant.community_id, frozenset()) | grant.roles
    return places
