"""Design rules 2 and 3: custom roles as data. Nobody writes a role they could not hand out, or one that passes for a built-in (R-050)."""

import pytest

from guestlist.access.permissions import catalogue
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_api_key, create_community, create_role, set_roles, update_role
from guestlist.members.errors import (
    AboveCeiling,
    AmbiguousRole,
    MixedAlphabets,
    NameTaken,
    NotAllowed,
    RoleTextTooLong,
    UnknownPermission,
    UnknownRole,
)
from guestlist.members.models import Membership, Role
from guestlist.members.queries import communities_named, may, pick_roles, usable_roles, visible_communities
from guestlist.members.queries.tree import facts_beside, tree_around
from guestlist.workspaces.errors import NameMissing
from tests.cast import Cast, give, role_named

LIKE_BUILT_IN = [
    "Admin",
    "ADMIN",
    "admin ",
    "aDmIn",
    "Ａｄｍｉｎ",  # full width
    "𝐀𝐝𝐦𝐢𝐧",  # mathematical bold
    "Ⓐⓓⓜⓘⓝ",
    "ᴬᵈᵐⁱⁿ",
    "ᴀᴅᴍɪɴ",  # small capitals
    "Аdmin",  # Cyrillic A
    "АDМІΝ",  # Cyrillic A, M, I and Greek N
    "ΑDΜΙΝ",  # Greek capitals
    "admіn",  # Cyrillic i
    "admın",  # dotless i
    "Adm1n",
    "Adrnin",  # r and n
    "ꓮꓓꓟꓲꓠ",  # Lisu
    "Admln",
    "ADM|N",
    "admiո",  # Armenian n
    "A d m i n",
    "Ad-min",
    "Ad\u200bmin",  # zero width space
    "Àdmin",
    "Guest",
    "GUEST",
    "Gue\u017ft",  # long s
    "Gueѕt",  # Cyrillic s
    "ɢuest",
    "guеst",  # Cyrillic e
    "Analyst",
    "ANALΥST",  # Greek Y
    "ANALУST",  # Cyrillic U
    "AnaIyst",  # capital I for l
    "Ana1yst",
    "Analyѕt",
    "manage_member",
    "Manage Member",
    "MANAGE-MEMBER",
    "managemember",
    "mаnage_member",  # Cyrillic a
    "manаge_mеmber",
]


@pytest.mark.parametrize("name", LIKE_BUILT_IN)
def test_name_of_a_built_in_role_in_any_case_or_script_is_refused(cast: Cast, name: str):
    with pytest.raises(NameTaken):
        create_role(actor=OPERATOR, community=cast.main, name=name, permissions=["members:read"])

    assert not Role.objects.exclude(community=None).exists()


@pytest.mark.parametrize("name", ["Administrator", "Guests", "Analyst L2", "Gäste", "分析員", "Модератор", "Ανάγνωση", "Member"])
def test_other_names_are_fine(cast: Cast, name: str):
    assert create_role(actor=OPERATOR, community=cast.main, name=name, permissions=["members:read"]).name == name


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200b"])
def test_role_needs_a_name(cast: Cast, name: str):
    with pytest.raises(NameMissing):
        create_role(actor=OPERATOR, community=cast.main, name=name, permissions=["members:read"])


@pytest.mark.parametrize(("name", "description"), [("x" * 81, ""), ("\ufdfa" * 20, ""), ("Fine", "y" * 301)])
def test_name_or_description_that_is_too_long_is_refused(cast: Cast, name: str, description: str):
    with pytest.raises(RoleTextTooLong):
        create_role(actor=OPERATOR, community=cast.main, name=name, description=description, permissions=["members:read"])


def test_same_name_twice_in_a_community_is_refused_in_any_case(cast: Cast):
    create_role(actor=OPERATOR, community=cast.alder, name="SOC Lead", permissions=["members:read"])

    with pytest.raises(NameTaken):
        create_role(actor=OPERATOR, community=cast.alder, name="soc  lead", permissions=["members:read"])

    assert create_role(actor=OPERATOR, community=cast.birch, name="SOC Lead", permissions=["members:read"])


def test_role_is_usable_in_its_community_and_below_only(cast: Cast):
    role = create_role(actor=OPERATOR, community=cast.cedar, name="SOC Lead", permissions=["members:read"])

    usable = usable_roles([cast.main, cast.alder, cast.cedar, cast.cedar_north, cast.acme_main])

    where = {community for community, roles in usable.items() if role in roles}
    assert where == {cast.cedar.id, cast.cedar_north.id}


def test_role_of_main_serves_the_whole_workspace_and_no_other(cast: Cast):
    role = create_role(actor=OPERATOR, community=cast.main, name="SOC Lead", permissions=["members:read"])

    usable = usable_roles([*cast.northwind.communities.all(), cast.acme_main])

    assert {community for community, roles in usable.items() if role not in roles} == {cast.acme_main.id}


@pytest.mark.parametrize("actor", ["otto", "nora", "mia", "ana", "gus"])
def test_writing_a_role_needs_roles_write_there(cast: Cast, actor: str):
    with pytest.raises(NotAllowed):
        create_role(actor=cast.users[actor].actor, community=cast.birch, name="Mine", permissions=["members:read"])


def test_admin_of_one_community_writes_roles_there_only(cast: Cast):
    create_role(actor=cast.adam.actor, community=cast.alder, name="Mine", permissions=["members:read"])

    for elsewhere in (cast.main, cast.birch):
        with pytest.raises(NotAllowed):
            create_role(actor=cast.adam.actor, community=elsewhere, name="Mine", permissions=["members:read"])


def _role_writer(cast: Cast) -> None:
    """Otto may write roles in Alder, and holds nothing else there but reading."""
    role = create_role(actor=OPERATOR, community=cast.main, name="Writer", permissions=["roles:write", "members:read"])
    give(cast.otto, cast.alder, role.id)


def test_nobody_writes_a_role_above_what_they_hold(cast: Cast):
    _role_writer(cast)

    with pytest.raises(AboveCeiling):
        create_role(actor=cast.otto.actor, community=cast.alder, name="More", permissions=["members:read", "members:invite"])

    assert create_role(actor=cast.otto.actor, community=cast.alder, name="Less", permissions=["members:read"])


def test_nobody_names_under_may_hand_out_what_they_could_not_hand_out(cast: Cast):
    _role_writer(cast)

    with pytest.raises(AboveCeiling):
        create_role(
            actor=cast.otto.actor,
            community=cast.alder,
            name="Backdoor",
            permissions=["members:read"],
            may_give=[role_named("Admin")],
        )


def test_role_of_a_neighbour_or_from_beside_cannot_be_named_under_may_hand_out(cast: Cast):
    foreign = create_role(actor=OPERATOR, community=cast.acme_main, name="Theirs", permissions=["members:read"])
    beside = create_role(actor=OPERATOR, community=cast.birch, name="Beside", permissions=["members:read"])

    for each in (foreign, beside):
        with pytest.raises(UnknownRole):
            create_role(actor=cast.olga.actor, community=cast.alder, name="Lead", permissions=["members:read"], may_give=[each])


def test_permission_nobody_knows_is_refused(cast: Cast):
    with pytest.raises(UnknownPermission):
        create_role(actor=cast.olga.actor, community=cast.main, name="Odd", permissions=["moon:land"])


def test_role_named_under_may_hand_out_is_handed_out(cast: Cast):
    auditor = create_role(actor=OPERATOR, community=cast.main, name="Auditor", permissions=["audit:read"])
    lead = create_role(
        actor=OPERATOR, community=cast.main, name="SOC Lead", permissions=["members:assign", "members:read"], may_give=[auditor]
    )
    give(cast.otto, cast.alder, lead.id)
    row = give(cast.gus, cast.alder, auditor.id)

    with pytest.raises(AboveCeiling):
        set_roles(actor=cast.otto.actor, membership=row, roles=["Auditor", "Analyst"])

    assert set_roles(actor=cast.otto.actor, membership=row, roles=["Auditor"])
    assert may(cast.gus.actor, "audit:read", cast.alder.id)


def test_roles_are_picked_by_id_or_exact_name(cast: Cast):
    usable = usable_roles([cast.alder])[cast.alder.id]
    analyst = role_named("Analyst")

    assert pick_roles(["Analyst"], usable) == pick_roles([str(analyst.id)], usable) == [analyst]
    assert pick_roles(["Analyst", str(analyst.id)], usable) == [analyst]
    for unknown in ("analyst", "Owner", "", "0" * 32):
        with pytest.raises(UnknownRole):
            pick_roles([unknown], usable)


def test_membership_keeps_several_roles(cast: Cast):
    row = Membership.objects.get(user=cast.gus)

    set_roles(actor=cast.olga.actor, membership=row, roles=["Guest", "Analyst", "manage_member"])

    assert {role.name for role in row.roles.all()} == {"Guest", "Analyst", "manage_member"}
    assert may(cast.gus.actor, "members:invite", cast.cedar.id)


def test_every_permission_of_the_catalogue_may_stand_in_a_role(cast: Cast):
    role = create_role(actor=cast.olga.actor, community=cast.main, name="All of it", permissions=list(catalogue()))

    assert set(role.permissions) == set(catalogue())


@pytest.mark.parametrize("name", ["ꓮdmin", "Ⲁdmin", "𐒠dmin", "Report гeader", "Αnalytics"])
def test_letters_of_two_alphabets_are_refused(cast: Cast, name: str):
    with pytest.raises((MixedAlphabets, NameTaken)):
        create_role(actor=OPERATOR, community=cast.main, name=name, permissions=["members:read"])


@pytest.mark.parametrize("name", ["Équipe 2", "Отдел", "東京 team", "Größe"])
def test_letters_of_one_alphabet_are_a_name(cast: Cast, name: str):
    assert create_role(actor=OPERATOR, community=cast.main, name=name, permissions=["members:read"]).name == name


def test_name_of_a_role_above_is_taken(cast: Cast):
    create_role(actor=OPERATOR, community=cast.main, name="Report reader", permissions=["members:read"])

    with pytest.raises(NameTaken):
        create_role(actor=cast.adam.actor, community=cast.alder, name="report Reader", permissions=["keys:write"])

    theirs = create_role(actor=cast.adam.actor, community=cast.alder, name="Desk", permissions=["members:read"])
    with pytest.raises(NameTaken):
        update_role(actor=cast.adam.actor, role=theirs, name="Report reader")


def test_name_of_two_roles_is_given_by_none(cast: Cast):
    below = create_role(actor=OPERATOR, community=cast.alder, name="Reader", permissions=["keys:write"])
    above = create_role(actor=OPERATOR, community=cast.main, name="Reader", permissions=["members:read"])
    usable = usable_roles([cast.alder])[cast.alder.id]

    with pytest.raises(AmbiguousRole):
        pick_roles(["Reader"], usable)

    assert pick_roles([str(above.id), str(below.id)], usable) == [above, below]


@pytest.mark.parametrize("kind", ["user", "key"])
def test_without_reading_communities_only_ones_own_is_there(cast: Cast, kind: str):
    inner = create_community(actor=OPERATOR, parent=cast.alder, name="Inner")
    role = create_role(actor=OPERATOR, community=cast.main, name="Alerts", permissions=["members:read"])
    give(cast.otto, cast.alder, role.id)
    key = create_api_key(actor=OPERATOR, community=cast.alder, name="ci", roles=[role])[0]
    actor = cast.otto.actor if kind == "user" else key.actor

    assert [each.name for each in visible_communities(actor, cast.northwind)] == ["Alder"]
    assert set(communities_named(actor, cast.northwind, ["alder", str(inner.id), "birch"])) == {"alder"}
    assert tree_around(actor, cast.northwind, None).rows == [cast.alder]
    assert facts_beside(actor, [cast.alder])[cast.alder.id].children == 0

    update_role(actor=OPERATOR, role=role, permissions=["communities:read"])
    assert [each.name for each in visible_communities(actor, cast.northwind)] == ["Alder", "Inner"]
    assert set(communities_named(actor, cast.northwind, ["alder", str(inner.id), "birch"])) == {"alder", str(inner.id)}
