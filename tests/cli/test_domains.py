from collections.abc import Callable

from guestlist.kernel.actors import OPERATOR
from guestlist.sso.commands import claim_domain
from guestlist.sso.models import Domain
from tests.cast import Cast
from tests.cli.conftest import Done

Run = Callable[..., Done]


def test_domain_is_confirmed_and_listed(cast: Cast, guestlist: Run):
    claim_domain(actor=OPERATOR, workspace=cast.acme, name="acme.example")

    done = guestlist("domain", "confirm", "--workspace", "northwind", "Northwind.example")
    shown = guestlist("domain", "list")
    of_acme = guestlist("domain", "list", "--workspace", "acme")

    assert (done.code, Domain.objects.get(name="northwind.example").by_operator) == (0, True)
    assert "northwind.example" in shown.out and "confirmed by the operator" in shown.out and "not proved" in shown.out
    assert "northwind.example" not in of_acme.out


def test_domain_of_another_workspace_is_not_confirmed(cast: Cast, guestlist: Run):
    guestlist("domain", "confirm", "--workspace", "northwind", "northwind.example")

    done = guestlist("domain", "confirm", "--workspace", "acme", "northwind.example")

    assert done.code == 1
    assert "Another workspace" in done.err
