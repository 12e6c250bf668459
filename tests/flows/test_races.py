"""Two at the same moment: one wins, the other is told, and nothing is done twice or half."""

from functools import partial

import pytest

from guestlist.access.roles import ADMIN
from guestlist.invitations.commands import (
    accept_as_new_user,
    ask_for_new_link,
    decline_invitation,
    erase_user,
    invite,
    resend_invitations,
    revoke_invitations,
    run_batches,
)
from guestlist.invitations.models import Batch, Grant, Invitation
from guestlist.invitations.queries import open_invitation
from guestlist.invitations.rules import Person
from guestlist.mail.models import Message
from guestlist.members.commands import admins_able_to_sign_in, deactivate, disable_user, leave, remove, set_roles
from guestlist.members.errors import LastAdmin
from guestlist.members.models import Membership
from guestlist.users.models import User
from tests.cast import Cast, give
from tests.flows.together import kinds, together
from tests.invitations.acts import GOOD_PASSWORD, ask, held, invited, link, mail_taken, now, wanted

JULES = "jules@birch.example"
ROUNDS = range(5)


def _accept(invitation: Invitation, name: str = "Jules"):
    token = link(invitation)
    shown = open_invitation(token).shown
    return partial(accept_as_new_user, token=token, shown=shown, name=name, password=GOOD_PASSWORD, language="en")


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_accept_at_once_and_one_wins(cast: Cast, round_: int):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    results = together(_accept(invitation, "Jules"), _accept(invitation, "Mallory"), _accept(invitation, "Eve"))

    assert kinds(results)[0] == "Accepted"
    assert set(kinds(results)[1:]) <= {"AlreadyDecided", "AccountExists"}
    assert User.objects.filter(email=JULES).count() == 1
    assert held(User.objects.get(email=JULES)) == {"birch": {"Guest"}}


@pytest.mark.parametrize("round_", ROUNDS)
def test_invitations_of_two_workspaces_accepted_at_once_make_one_user(cast: Cast, round_: int):
    first, second = invited(cast, "olga", JULES, birch="Guest"), invited(cast, "nora", JULES, acme="Guest")

    results = together(_accept(first), _accept(second))

    assert kinds(results)[0] == "Accepted"
    assert kinds(results)[1] in ("AlreadyDecided", "AccountExists")
    assert held(User.objects.get(email=JULES)) == {"birch": {"Guest"}, "main": {"Guest"}}
    assert (now(first).state, now(second).state) == ("accepted", "accepted")


@pytest.mark.parametrize("round_", ROUNDS)
def test_accepted_and_revoked_at_once_is_one_of_the_two(cast: Cast, round_: int):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    accepted, revoked = together(
        _accept(invitation),
        partial(revoke_invitations, actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id]),
    )

    joined = User.objects.filter(email=JULES).exists()
    assert now(invitation).state == ("accepted" if joined else "revoked")
    assert isinstance(accepted, Exception) is not joined
    assert (revoked[0].refusal is None) is not joined


def test_accepted_and_declined_at_once_is_one_of_the_two(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")

    results = together(_accept(invitation), partial(decline_invitation, token=link(invitation), address=JULES))

    assert kinds(results) in (["Accepted", "AlreadyDecided"], ["AlreadyDecided", "Invitation"])
    assert (now(invitation).state == "accepted") is User.objects.filter(email=JULES).exists()


@pytest.mark.parametrize("round_", ROUNDS)
def test_same_address_invited_twice_at_once_has_one_pending_invitation(cast: Cast, round_: int):
    results = together(
        partial(ask, cast, "olga", JULES, birch="Guest"),
        partial(ask, cast, "adam", JULES, alder="Analyst"),
        partial(ask, cast, "olga", JULES, birch="Analyst"),
    )

    assert kinds(results) == ["Invited"] * 3
    invitation = Invitation.objects.get()
    assert Grant.objects.filter(invitation=invitation, ended_at=None).count() == 2


def test_invited_while_joining_elsewhere_ends_in_both_or_pending(cast: Cast):
    first = invited(cast, "olga", JULES, birch="Guest")

    accepted, _ = together(_accept(first), partial(ask, cast, "nora", JULES, acme="Guest"))

    assert held(accepted.user)["birch"] == {"Guest"}
    pending = Invitation.objects.filter(workspace=cast.acme, state="pending").exists()
    assert pending is ("main" not in held(accepted.user))


def test_new_link_asked_for_twice_at_once_is_mailed_once(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    mail_taken(invitation)
    Message.objects.update(link_ends_at=invitation.created_at)
    asked = partial(ask_for_new_link, token=link(invitation), address=JULES)

    results = together(asked, asked)

    assert kinds(results)[0] == "Invitation" or kinds(results)[1] == "Invitation"
    assert Message.objects.filter(state="queued").count() == 1


def test_resent_twice_at_once_has_one_live_link(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Guest")
    again = partial(resend_invitations, actor=cast.olga.actor, workspace=cast.northwind, ids=[invitation.id])

    together(again, again)

    assert now(invitation).version == 3
    assert Message.objects.filter(state="queued").count() == 1


# The last admin


def _demote(by: User, whom: Membership):
    return partial(set_roles, actor=by.actor, membership=whom, roles=["Guest"])


PATHS = {
    "demote": lambda by, row: partial(set_roles, actor=by.actor, membership=row, roles=["Guest"]),
    "deactivate": lambda by, row: partial(deactivate, actor=by.actor, membership=row),
    "everywhere": lambda by, row: partial(deactivate, actor=by.actor, membership=row, everywhere=True),
    "remove": lambda by, row: partial(remove, actor=by.actor, membership=row),
    "leave": lambda by, row: partial(leave, actor=row.user.actor, membership=row),
    "disable": lambda by, row: partial(disable_user, actor=by.actor, user=row.user),
    "erase": lambda by, row: partial(erase_user, actor=by.actor, user=row.user),
}


@pytest.mark.parametrize("second", PATHS)
@pytest.mark.parametrize("first", ["demote", "disable"])
def test_two_admins_who_end_each_other_at_once_leave_one(cast: Cast, first: str, second: str):
    give(cast.otto, cast.main, ADMIN)
    olga, otto = (Membership.objects.get(user=user, community=cast.main) for user in (cast.olga, cast.otto))

    results = together(PATHS[first](cast.olga, otto), PATHS[second](cast.otto, olga))

    assert admins_able_to_sign_in().filter(workspace=cast.northwind).count() == 1
    assert sum(isinstance(each, Exception) for each in results) == 1
    refused = next(each for each in results if isinstance(each, Exception))
    assert isinstance(refused, LastAdmin) or type(refused).__name__ in ("NotAllowed", "NotFound", "AboveCeiling")


# Workers


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_workers_do_each_person_of_a_batch_once(cast: Cast, round_: int):
    people = [Person(f"p{number}@birch.example") for number in range(1_001)]
    invite(actor=cast.olga.actor, workspace=cast.northwind, people=people, grants=wanted(cast, birch="Guest"))
    invite(actor=cast.adam.actor, workspace=cast.northwind, people=people[:501], grants=wanted(cast, alder="Guest"))

    results = together(run_batches, run_batches)

    assert sum(results) == 5
    assert set(Batch.objects.values_list("state", flat=True)) == {"done"}
    assert Invitation.objects.count() == 1_001
    assert Grant.objects.count() == 1_502
    assert Message.objects.count() in range(1_001, 1_503)
