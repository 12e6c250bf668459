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


def test_what_if_says_what_other_roles_would_give_and_take_and_changes_nothing(cast: Cast, guestlist: Run):
    where = ("--workspace", "northwind", "--community", "birch")

    done = guestlist("what-if", "mia@northwind.example", "Guest,Analyst", *where)

    verbs = ", ".join(f"members:{verb}" for verb in ("assign", "deactivate", "invite", "remove"))
    assert done.code == 0
    assert done.out.splitlines() == ["Mia Santos in Birch: manage_member → Guest, Analyst", "gains: nothing", f"loses: {verbs}"]
    assert [role.name for role in cast.mia.memberships.get(community=cast.birch).roles.all()] == ["manage_member"]


def test_what_if_about_a_stranger_or_an_unknown_role_is_refused(cast: Cast, guestlist: Run):
    where = ("--workspace", "northwind", "--community", "birch")

    assert "no member of Birch" in guestlist("what-if", "otto@elsewhere.example", "Guest", *where).err
    assert guestlist("what-if", "mia@northwind.example", "Boss", *where).code == 1
