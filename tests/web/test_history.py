"""The history as sentences: every action has one, and it names everybody in words."""

import ast
import re
from uuid import UUID

import pytest

from guestlist.access.roles import ADMIN, ANALYST
from guestlist.audit.models import Event
from guestlist.invitations.commands import delete_community, erase_user, invite, move_community
from guestlist.invitations.queries import Sought, history_of_user, tell, visible_events
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import (
    create_api_key,
    create_community,
    create_role,
    leave,
    remove,
    set_roles,
    update_community,
    update_role,
    update_workspace,
)
from guestlist.members.errors import NotAllowed
from guestlist.members.models import Membership, MembershipRole
from guestlist.sso.commands import change_sign_in_policy
from guestlist.users.commands import change_profile
from guestlist.users.models import User
from guestlist.web.history import ABOUT, SENTENCES, sentences
from guestlist.workspaces.models import Community
from tests.architecture.source import PACKAGE, python_files
from tests.cast import Cast, give, role_named
from tests.invitations.acts import ask, invited, join_as_new

DOMAINS = ("users", "workspaces", "members", "invitations", "sso")
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
JULES = "jules@birch.example"


def recorded_actions() -> set[str]:
    """Every text in a command that looks like an action, wherever it goes from there: a new helper must not hide one."""
    files = [path for domain in DOMAINS for path in python_files(PACKAGE / domain) if "commands" in str(path)]
    texts = [node.value for path in files for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
    kinds = {action.partition(".")[0] for action in SENTENCES}
    found = {text for text in texts if isinstance(text, str) and ACTION.fullmatch(text)}
    return {text for text in found if text.partition(".")[0] in kinds or f'Change("{text}"' in source(files)}


def source(files: list) -> str:
    return "".join(path.read_text() for path in files)


def told(cast: Cast, who: str = "olga", **sought: object) -> list[str]:
    actor = cast.users[who].actor
    events = list(visible_events(actor, cast.northwind, Sought(**sought)))
    return [each["text"] for each in sentences(tell(actor, cast.northwind, events))]


def test_every_recorded_action_has_its_sentence():
    actions = recorded_actions()

    assert len(actions) > 25
    assert actions - SENTENCES.keys() == set(), "write a sentence in web/history.py"
    assert {each.partition(".")[0] for each in actions} - {"user"} <= ABOUT.keys()


def test_an_invitation_is_told_from_asking_to_joining(cast: Cast):
    join_as_new(invited(cast, "olga", JULES, birch="Analyst"))

    assert told(cast)[:3] == [
        f"Jules Roy accepted the invitation of {JULES} to Birch as Analyst.",
        "Jules Roy joined Birch as Analyst.",
        f"Olga Lindqvist invited {JULES} to Birch as Analyst.",
    ]


def test_a_member_is_told_from_adding_to_removing(cast: Cast):
    gus = Membership.objects.get(user=cast.gus)
    set_roles(actor=cast.olga.actor, membership=gus, roles=["Analyst"])
    remove(actor=cast.olga.actor, membership=gus)

    assert told(cast, action="membership")[:2] == [
        "Olga Lindqvist removed Gus Petit from Cedar.",
        "Olga Lindqvist changed Gus Petit in Cedar from Guest to Analyst.",
    ]
    assert "The operator added Gus Petit to Cedar as Guest." in told(cast)


def test_whoever_leaves_is_told_of_once(cast: Cast):
    leave(actor=cast.gus.actor, membership=Membership.objects.get(user=cast.gus))

    assert told(cast)[0] == "Gus Petit left Cedar."


def test_erased_user_and_deleted_role_read_well(cast: Cast):
    role = create_role(actor=cast.olga.actor, community=cast.cedar, name="Reader", permissions=["members:read"])
    gus = Membership.objects.get(user=cast.gus)
    set_roles(actor=cast.olga.actor, membership=gus, roles=["Reader"])
    MembershipRole.objects.filter(membership=gus).delete()
    role.delete()
    erase_user(actor=OPERATOR, user=User.objects.get(id=cast.gus.id))

    assert told(cast, action="membership")[:2] == [
        "The operator removed an erased user from Cedar.",
        "Olga Lindqvist changed an erased user in Cedar from Guest to a deleted role.",
    ]
    assert not any("Gus" in each or "gus" in each for each in told(cast))


@pytest.mark.parametrize("who", ["mia", "ana", "gus", "nora", "otto"])
def test_history_needs_the_permission(cast: Cast, who: str):
    with pytest.raises(NotAllowed):
        visible_events(cast.users[who].actor, cast.northwind, Sought())


def test_admin_of_one_community_reads_of_no_other(cast: Cast):
    ask(cast, "olga", JULES, alder="Guest", birch="Analyst")
    ask(cast, "olga", "b@birch.example", birch="Analyst")

    found = told(cast, "adam")

    assert f"Olga Lindqvist invited {JULES} to Alder as Guest." in found
    assert not any("Birch" in each or "birch.example" in each.replace(JULES, "") or "Cedar" in each for each in found)


def test_parent_outside_the_sight_is_not_told(cast: Cast):
    event = Event.objects.get(action="community.created", community_id=cast.alder.id)

    (seen,) = tell(cast.adam.actor, cast.northwind, [event])

    assert event.after["parent"] == str(cast.main.id)
    assert seen.after == {"name": "Alder"}


@pytest.mark.parametrize("who", ["olga", "adam"])
def test_neighbours_history_stays_theirs(cast: Cast, who: str):
    ask(cast, "nora", "kim@acme.example", acme="Guest")

    assert not any("Acme" in each or "Nora" in each for each in told(cast, who))


def test_filters_narrow(cast: Cast):
    invited(cast, "olga", JULES, birch="Analyst")
    ask(cast, "mia", "kim@birch.example", birch="Guest")
    remove(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.gus))
    latest = Event.objects.latest("at", "id").at

    assert told(cast, actor="MIA@northwind.example") == ["Mia Santos invited kim@birch.example to Birch as Guest."]
    assert told(cast, person=JULES) == [f"Olga Lindqvist invited {JULES} to Birch as Analyst."]
    assert told(cast, person="gus@northwind.example") == [
        "Olga Lindqvist removed Gus Petit from Cedar.",
        "The operator added Gus Petit to Cedar as Guest.",
    ]
    assert len(told(cast, action="invitation.created", community=cast.birch.id)) == 2
    assert told(cast, since=latest) == ["Olga Lindqvist removed Gus Petit from Cedar."]
    assert "Olga Lindqvist removed Gus Petit from Cedar." not in told(cast, until=latest)
    assert told(cast, person="otto@elsewhere.example") == told(cast, actor="nobody@x.example") == []


def test_address_from_elsewhere_does_not_tell_whose_it_is(cast: Cast):
    Membership.objects.filter(user=cast.ana, community=cast.birch).update(email_key="private@ana.example")

    assert told(cast, "adam", person="private@ana.example") == []
    assert len(told(cast, "adam", person="ana@northwind.example")) == 1


def test_history_of_a_user_outlives_the_membership_and_stops_at_the_sight(cast: Cast):
    remove(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.ana, community=cast.alder))

    def seen_by(who: str) -> list[str]:
        return [each["text"] for each in sentences(history_of_user(cast.users[who].actor, cast.northwind, cast.ana))]

    alder = ["Olga Lindqvist removed Ana Ferreira from Alder.", "The operator added Ana Ferreira to Alder as Analyst."]
    assert seen_by("adam") == alder
    assert set(seen_by("olga")) == {*alder, "The operator added Ana Ferreira to Birch as Analyst."}
    assert seen_by("mia") == seen_by("nora") == seen_by("otto") == []


def test_end_of_a_membership_reads_with_its_day(cast: Cast):
    gus = Membership.objects.get(user=cast.gus)
    event = Event(action="membership.end_changed", target_kind="membership", target_id=gus.id, community_id=cast.cedar.id)
    event.actor_kind, event.actor_id, event.before = "user", cast.olga.id, {"ends_at": "2026-12-01T00:00:00+00:00"}
    texts = []

    for end in ("2026-12-24T18:00:00+00:00", None):
        event.after = {"ends_at": end}
        texts += [each["text"] for each in sentences(tell(cast.olga.actor, cast.northwind, [event]))]

    assert texts == [
        "Olga Lindqvist set an end for Gus Petit in Cedar: 24 Dec 2026, 18:00.",
        "Olga Lindqvist let Gus Petit stay in Cedar without end.",
    ]


# Names as they were, and inside the reader's sight


def test_names_are_told_as_they_were_then(cast: Cast):
    role = create_role(actor=cast.olga.actor, community=cast.birch, name="Reader", permissions=["members:read"])
    set_roles(actor=cast.olga.actor, membership=Membership.objects.get(user=cast.ana, community=cast.birch), roles=["Reader"])
    update_role(actor=cast.olga.actor, role=role, name="Peruser")
    update_community(actor=cast.olga.actor, community=cast.birch, name="Beech")
    change_profile(user=cast.olga, name="Adam Okafor", language="", time_zone="", theme="")
    give(cast.nora, cast.main, ADMIN)
    delete_community(actor=cast.nora.actor, community=cast.birch, members="remove")

    found = told(cast)

    assert "Olga Lindqvist made the role Reader in Birch." in found
    assert "Olga Lindqvist changed Ana Ferreira in Birch from Analyst to Reader." in found
    assert "Olga Lindqvist changed the role Reader in Birch." in found
    assert "Nora Whitfield deleted the role Peruser in Beech." in found
    assert "Nora Whitfield removed Ana Ferreira from Beech." in found
    assert "Nora Whitfield deleted the community Beech." in found
    assert "The operator made the community Birch." in found


def test_move_is_told_from_where_to_where_with_the_names_of_then(cast: Cast):
    move_community(actor=cast.olga.actor, community=cast.cedar_north, parent=cast.birch)
    update_community(actor=cast.olga.actor, community=cast.birch, name="Beech")

    found = told(cast)

    assert "Olga Lindqvist moved the community Cedar North from below Cedar to below Birch." in found
    assert "Olga Lindqvist changed the community Birch. Name: “Birch” → “Beech”." in found


def test_move_out_of_sight_says_neither_from_where_nor_to_where(cast: Cast):
    inner = create_community(actor=OPERATOR, parent=cast.alder, name="Inner")
    give(cast.gus, inner, ADMIN)
    move_community(actor=cast.olga.actor, community=inner, parent=cast.birch)

    assert told(cast, "gus")[0] == "Olga Lindqvist moved the community Inner."
    assert not any("Alder" in each or "Birch" in each for each in told(cast, "gus"))


def test_settings_are_told_from_what_to_what_in_words(cast: Cast):
    update_workspace(actor=cast.olga.actor, workspace=cast.northwind, name="Northwind Group", invitation_lifetime=3 * 86400)
    update_workspace(actor=cast.olga.actor, workspace=cast.northwind, existing_users="ask", language="fr")
    change_sign_in_policy(actor=cast.olga.actor, workspace=cast.northwind, requires_second_factor=True, session_idle=900)

    group = "Olga Lindqvist changed the settings of the workspace Northwind Group. "
    before = "Olga Lindqvist changed the settings of the workspace Northwind Security. "
    treatment = "People who have an account already: “As the operator says” → “Ask them”"
    assert told(cast, action="workspace")[:3] == [
        f"{group}Second factor required: “no” → “yes”; Log in again after a pause of: “Any length” → “15 minutes”.",
        f"{group}{treatment}; Language of the e-mail: “As the installation” → “Français”.",
        f"{before}Name: “Northwind Security” → “Northwind Group”; A link is valid for: “24 hours” → “3 days”.",
    ]


def test_erasing_blanks_the_names_one_had_too(cast: Cast):
    change_profile(user=cast.gus, name="Gustave", language="", time_zone="", theme="")
    leave(actor=cast.gus.actor, membership=Membership.objects.get(user=cast.gus))
    change_profile(user=cast.gus, name="Someone", language="", time_zone="", theme="")
    erase_user(actor=OPERATOR, user=User.objects.get(id=cast.gus.id))

    assert "An erased user left Cedar." in told(cast)
    assert (
        not Event.objects.filter(before__icontains="Gus").exists() and not Event.objects.filter(after__icontains="Gus").exists()
    )


def test_deleting_what_is_hidden_brings_it_not_to_light(cast: Cast):
    secret = create_community(actor=OPERATOR, parent=cast.main, name="Zeta secret")
    asked(cast, {cast.alder: ANALYST, secret: ADMIN})
    before = facts(cast, "adam")

    delete_community(actor=cast.olga.actor, community=secret, members="remove")

    assert facts(cast, "adam") == before
    assert "Zeta secret" in str(facts(cast, "olga"))


def test_deleted_community_below_is_named(cast: Cast):
    inner = create_community(actor=OPERATOR, parent=cast.alder, name="Inner")
    create_role(actor=OPERATOR, community=inner, name="Desk", permissions=["members:read"])
    (event,) = Event.objects.filter(action="role.created", community_id=inner.id)
    delete_community(actor=cast.adam.actor, community=inner, members="remove")

    (seen,) = sentences(tell(cast.adam.actor, cast.northwind, [event]))

    assert seen["text"] == "The operator made the role Desk in Inner."


def test_role_of_a_place_out_of_sight_has_no_name(cast: Cast):
    theirs = create_role(actor=OPERATOR, community=cast.birch, name="Birch secret", permissions=["members:read"])
    ours = create_role(actor=OPERATOR, community=cast.main, name="Ours", permissions=["members:read"])
    role = create_role(actor=OPERATOR, community=cast.alder, name="Desk", permissions=["members:read"], may_give=[ours])
    Event.objects.filter(target_id=role.id).update(after={"name": "Desk", "may_hand_out": [str(theirs.id), str(ours.id)]})

    adams, olgas = ("".join(map(str, facts(cast, who))) for who in ("adam", "olga"))

    assert "Birch secret" not in adams and str(theirs.id) not in adams and "Ours" in adams
    assert "Birch secret" in olgas


def test_nobody_signs_as_the_operator_nor_as_somebody_else(cast: Cast):
    change_profile(user=cast.olga, name="The Operator", language="", time_zone="", theme="")
    key = create_api_key(actor=OPERATOR, community=cast.birch, name="mia@northwind.example", roles=[role_named("Admin")])[0]
    create_role(actor=cast.olga.actor, community=cast.birch, name="One", permissions=["members:read"])
    create_role(actor=key.actor, community=cast.birch, name="Two", permissions=["members:read"])

    found = told(cast, action="role")

    assert found == [
        "API key mia@northwind.example made the role Two in Birch.",
        "The Operator (olga@northwind.example) made the role One in Birch.",
    ]


def facts(cast: Cast, who: str) -> list[object]:
    actor = cast.users[who].actor
    events = visible_events(actor, cast.northwind, Sought()).filter(action__in=["invitation.created", "role.created"])
    return [(each["text"], each["facts"]) for each in sentences(tell(actor, cast.northwind, list(events)))]


def asked(cast: Cast, grants: dict[Community, UUID]) -> None:
    wanted = [Wanted(place.id, frozenset({role})) for place, role in grants.items()]
    invite(actor=cast.olga.actor, workspace=cast.northwind, people=[Person(JULES)], grants=wanted)
