"""Two change what lets people in at the same moment: a domain has one owner, and somebody can always come back in."""

from functools import partial

import pytest

from guestlist.access.roles import ADMIN
from guestlist.kernel.clock import now
from guestlist.members.commands import admins_able_to_sign_in, leave
from guestlist.sso.commands import change_sign_in_policy, check_domain, claim_domain
from guestlist.sso.models import Connection, Domain
from guestlist.sso.rules import record_name, record_value
from tests.cast import Cast, give
from tests.flows.together import kinds, together
from tests.sso.name_server import name_server

ROUNDS = range(3)


@pytest.mark.parametrize("round_", ROUNDS)
def test_two_workspaces_prove_one_domain(cast: Cast, settings, round_: int):
    mine = claim_domain(actor=cast.olga.actor, workspace=cast.northwind, name="shared.example")
    theirs = claim_domain(actor=cast.nora.actor, workspace=cast.acme, name="shared.example")
    with name_server() as (address, records):
        settings.GUESTLIST_DNS_SERVERS = [address]
        records[record_name("shared.example")] = [record_value(mine.token), record_value(theirs.token)]

        results = together(
            partial(check_domain, actor=cast.olga.actor, domain=mine), partial(check_domain, actor=cast.nora.actor, domain=theirs)
        )

    assert kinds(results) == ["Domain", "DomainTaken"]
    assert Domain.objects.filter(proved_at__isnull=False).count() == 1


@pytest.mark.parametrize("round_", ROUNDS)
def test_sso_only_while_the_named_admin_leaves(cast: Cast, round_: int):
    give(cast.otto, cast.main, ADMIN)
    Connection.objects.create(workspace=cast.northwind, name="Okta", protocol="oidc", enabled_at=now(), tested_at=now())
    row = cast.olga.memberships.get(community=cast.main)
    policy = partial(change_sign_in_policy, actor=cast.otto.actor, workspace=cast.northwind)

    results = together(
        partial(policy, sso_only=True, break_glass=[cast.olga.id]), partial(leave, actor=cast.olga.actor, membership=row)
    )

    assert kinds(results) in (["LastAdmin", "Workspace"], ["NoBreakGlass", "NoneType"])
    assert admins_able_to_sign_in().filter(workspace=cast.northwind).exists()
