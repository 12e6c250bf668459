from collections.abc import Callable

from tests.cast import Cast
from tests.cli.conftest import Done

Run = Callable[..., Done]


def test_yes_names_the_role_and_where_it_is_held(cast: Cast, guestlist: Run):
    done = guestlist("why", "olga@northwind.example", "members:invite", "--workspace", "northwind", "--community", "cedar-north")

    assert done.code == 0
    assert done.out.startswith("Yes: Admin in Northwind Security, which reaches Cedar North, given by Operator on ")


def test_no_names_what_would_be_needed(cast: Cast, guestlist: Run):
    done = guestlist("why", "otto@elsewhere.example", "members:invite", "--workspace", "northwind", "--community", "birch")

    assert done.code == 1
    assert done.out.splitlines() == [
        "No: no role of Otto Brandt allows members:invite in Birch.",
        "Needed would be one of these roles there or above: Admin, manage_member.",
    ]


def test_what_does_not_exist_is_refused(cast: Cast, guestlist: Run):
    assert guestlist("why", "x@x.example", "members:read", "--workspace", "northwind").code == 1
    assert "no such permission" in guestlist("why", "ana@northwind.example", "a:b", "--workspace", "northwind").err
    assert guestlist("why", "ana@northwind.example", "members:read", "--workspace", "northwind", "--community", "x").code == 1
