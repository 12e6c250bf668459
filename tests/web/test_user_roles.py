"""The form of roles on a user's page: what it offers, saves, refuses, and says before it is saved."""

import re

import pytest

from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_role, set_roles
from guestlist.members.models import Membership
from tests.cast import Cast, give
from tests.web.user_page import form_of, held, page_of, row
from tests.web.visits import signed_in


def test_dropdown_offers_what_the_actor_may_hand_out_there(cast: Cast):
    create_role(actor=OPERATOR, community=cast.birch, name="Reviewer", permissions=["members:read"])
    create_role(actor=OPERATOR, community=cast.alder, name="Shift lead", permissions=["members:read"])

    page = signed_in(cast, "mia").get(page_of(cast))

    roles = page.context["memberships"][0]["roles"]
    assert [role["name"] for role in roles] == ["Guest", "Analyst", "manage_member", "Reviewer"]
    assert [role["name"] for role in roles if role["selected"]] == ["Analyst"]


def test_save_replaces_the_role(cast: Cast):
    client, birch = signed_in(cast, "mia"), row(cast, "ana", "birch")

    answer = client.post(page_of(cast), form_of(client, page_of(cast), **{f"role-{birch.id}": str(GUEST)}))

    assert answer.status_code == 302
    assert held(cast, "ana", "birch") == ["Guest"]
    assert held(cast, "ana", "alder") == ["Analyst"]


def test_several_roles_are_ticked_below_the_first(cast: Cast):
    client, birch = signed_in(cast, "mia"), row(cast, "ana", "birch")

    client.post(page_of(cast), form_of(client, page_of(cast), **{f"more-{birch.id}": [str(GUEST)]}))

    assert held(cast, "ana", "birch") == ["Analyst", "Guest"]
    shown = client.get(page_of(cast)).context["memberships"][0]
    assert shown["more"] == ["Analyst"]
    assert [role["name"] for role in shown["roles"] if role["selected"]] == ["Guest"]
    assert [(role["name"], role["ticked"]) for role in shown["others"]][:1] == [("Analyst", True)]


def test_looking_changes_nothing(cast: Cast):
    client = signed_in(cast, "mia")

    client.get(page_of(cast) + f"?role-{row(cast, 'ana', 'birch').id}={GUEST}")

    assert held(cast, "ana", "birch") == ["Analyst"]


def test_role_above_the_ceiling_is_refused_beside_the_field_and_saves_nothing(cast: Cast):
    client, birch = signed_in(cast, "mia"), row(cast, "ana", "birch")

    answer = client.post(page_of(cast), form_of(client, page_of(cast), **{f"role-{birch.id}": str(ADMIN)}))

    assert answer.status_code == 422
    assert list(answer.context["errors"]) == [f"role-{birch.id}"]
    assert held(cast, "ana", "birch") == ["Analyst"]


def test_one_refusal_keeps_the_other_community_as_it_was(cast: Cast):
    client = signed_in(cast, "olga")
    alder, birch = row(cast, "ana", "alder"), row(cast, "ana", "birch")
    wanted = form_of(client, page_of(cast), **{f"role-{alder.id}": str(GUEST), f"role-{birch.id}": "no-such-role"})

    answer = client.post(page_of(cast), wanted)

    assert answer.status_code == 422
    assert (held(cast, "ana", "alder"), held(cast, "ana", "birch")) == (["Analyst"], ["Analyst"])
    chosen = [role["name"] for role in answer.context["memberships"][0]["roles"] if role["selected"]]
    assert chosen == ["Guest"], "what was picked stays picked"


def test_membership_left_alone_keeps_what_somebody_else_saved_meanwhile(cast: Cast):
    client, alder = signed_in(cast, "olga"), row(cast, "ana", "alder")
    wanted = form_of(client, page_of(cast), **{f"role-{alder.id}": str(GUEST)})
    set_roles(actor=cast.mia.actor, membership=row(cast, "ana", "birch"), roles=["manage_member"])

    client.post(page_of(cast), wanted)

    assert (held(cast, "ana", "alder"), held(cast, "ana", "birch")) == (["Guest"], ["manage_member"])


def test_role_somebody_else_changed_meanwhile_is_not_overwritten(cast: Cast):
    client, birch = signed_in(cast, "olga"), row(cast, "ana", "birch")
    wanted = form_of(client, page_of(cast), **{f"role-{birch.id}": str(GUEST)})
    set_roles(actor=cast.mia.actor, membership=birch, roles=["manage_member"])

    answer = client.post(page_of(cast), wanted)

    assert answer.status_code == 422
    assert "Somebody changed this" in answer.context["errors"][f"role-{birch.id}"]
    assert held(cast, "ana", "birch") == ["manage_member"]


@pytest.mark.parametrize(("who", "whom"), [("ana", "mia"), ("mia", "otto")])
def test_who_may_not_change_sees_the_roles_without_a_form(cast: Cast, who: str, whom: str):
    give(cast.otto, cast.birch, ADMIN)

    page = signed_in(cast, who).get(page_of(cast, whom))

    assert page.context["memberships"][0]["locked"] == "You may not change this. Ask an Admin of Birch."
    assert not re.search(r'<select[^>]*name="role-', page.content.decode())
    assert b">Save<" not in page.content


def test_posting_for_a_membership_one_may_not_change_changes_nothing(cast: Cast):
    mia = row(cast, "mia", "birch")

    signed_in(cast, "ana").post(page_of(cast, "mia"), {f"role-{mia.id}": str(GUEST), f"was-{mia.id}": []})

    assert held(cast, "mia", "birch") == ["manage_member"]


def test_last_admin_stays_and_the_page_says_so(cast: Cast):
    client, main = signed_in(cast, "olga"), row(cast, "olga", "main")

    answer = client.post(page_of(cast, "olga"), form_of(client, page_of(cast, "olga"), **{f"role-{main.id}": str(GUEST)}))

    assert "last Admin" in answer.context["errors"][f"role-{main.id}"]
    assert held(cast, "olga", "main") == ["Admin"]


def test_who_saves_away_their_own_sight_lands_at_home(cast: Cast):
    give(cast.otto, cast.main, ADMIN)
    nothing = create_role(actor=OPERATOR, community=cast.main, name="Silent", permissions=[])
    client, main = signed_in(cast, "olga"), row(cast, "olga", "main")

    answer = client.post(page_of(cast, "olga"), form_of(client, page_of(cast, "olga"), **{f"role-{main.id}": str(nothing.id)}))

    assert answer["Location"] == "/"


def test_saving_without_a_change_writes_no_history(cast: Cast):
    client = signed_in(cast, "mia")
    before = Event.objects.count()

    client.post(page_of(cast), form_of(client, page_of(cast), **{f"role-{row(cast, 'ana', 'birch').id}": str(ANALYST)}))

    assert Event.objects.count() == before


def test_preview_says_what_is_gained_and_lost_and_saves_nothing(cast: Cast):
    client, birch = signed_in(cast, "olga"), row(cast, "ana", "birch")
    wanted = form_of(client, page_of(cast), **{f"role-{birch.id}": str(ADMIN)}) | {"do": "preview"}

    answer = client.post(page_of(cast), wanted)

    (found,) = answer.context["differences"]
    assert found["community"]["name"] == "Birch"
    assert "members:invite" in found["gained"] and found["lost"] == []
    assert held(cast, "ana", "birch") == ["Analyst"]


def test_preview_tells_nothing_of_what_is_held_out_of_sight(cast: Cast):
    give(cast.mia, cast.main, ADMIN)
    client, birch = signed_in(cast, "mia"), row(cast, "ana", "birch")
    give(cast.ana, cast.cedar, ADMIN)
    Membership.objects.filter(user=cast.mia, community=cast.main).delete()
    give(cast.ana, cast.main, ADMIN)
    wanted = form_of(client, page_of(cast), **{f"role-{birch.id}": str(role_id(cast, "manage_member"))}) | {"do": "preview"}

    (found,) = client.post(page_of(cast), wanted).context["differences"]

    assert "members:invite" in found["gained"], "she holds it by main already, which Mia does not see"


def role_id(cast: Cast, name: str) -> object:
    return row(cast, "mia", "birch").roles.get(name=name).id


def changed(cast: Cast, who: str, place: str, **changes: str) -> dict[str, object]:
    """What the preview says of one membership, to Olga."""
    client, membership = signed_in(cast, "olga"), row(cast, who, place)
    path = f"/w/northwind/users/{cast.users[who].id}"
    wanted = form_of(client, path, **{f"{field}-{membership.id}": value for field, value in changes.items()}) | {"do": "preview"}
    (found,) = client.post(path, wanted).context["differences"]
    return found


def test_preview_says_everything_of_an_admin_and_names_what_lies_below(cast: Cast):
    found = changed(cast, "gus", "cedar", role=str(ADMIN))

    assert found["change"] == "Cedar: Guest → Admin"
    assert found["gains"] == ["Everything that may be done here."]
    assert found["below"] == "The same below it, in Cedar North."


def test_preview_speaks_in_the_sentences_of_the_catalogue(cast: Cast):
    found = changed(cast, "gus", "cedar", role=str(role_id(cast, "manage_member")))

    assert [line for line in found["gains"] if line.startswith("Members: Ask people in")]
    assert "members:" not in " ".join(found["gains"])


def test_preview_says_when_it_ends(cast: Cast):
    found = changed(cast, "gus", "cedar", end="2040-11-30")

    assert found["change"] == "Cedar: last day 30 November 2040"
    assert found["end"] == "After 30 November 2040 the roles here carry nothing, here and below."
    assert not found["gains"] and not found["loses"]


def test_roles_are_offered_built_in_first_then_by_name(cast: Cast):
    for name in ("zebra", "Aardvark"):
        create_role(actor=OPERATOR, community=cast.birch, name=name, permissions=["members:read"])

    (shown, *_) = signed_in(cast, "olga").get(page_of(cast) + "?in=birch").context["memberships"]

    assert [role["name"] for role in shown["roles"]] == ["Guest", "Analyst", "Admin", "manage_member", "Aardvark", "zebra"]
