"""Looking at invitations and deciding over them: only the grants in communities where the caller may invite."""

import time_machine

from guestlist.access.roles import ADMIN, ANALYST, GUEST, MANAGE_MEMBER
from guestlist.api.invitations import InvitationOut
from guestlist.invitations.commands import invite
from guestlist.invitations.models import Invitation
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import Actor
from guestlist.mail.models import Message
from guestlist.workspaces.models import Workspace
from tests.api.callers import as_key, as_user, code_of
from tests.cast import Cast, give

STATEMENTS = 14
PATH = "/workspaces/northwind/invitations"


def invited(actor: Actor, workspace: Workspace, email: str, *places, roles=(GUEST,), **more) -> Invitation:
    grants = [Wanted(place.id, frozenset(roles)) for place in places]
    invite(actor=actor, workspace=workspace, people=[Person(email)], grants=grants, **more)
    return Invitation.objects.get(email=email)


def northwind(cast: Cast, email: str, *places, by: str = "olga", **more) -> Invitation:
    return invited(cast.users[by].actor, cast.northwind, email, *places, **more)


def emails(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["email"] for each in answer.json()["items"]]


def test_invitation_shows_everything_but_its_link(cast: Cast):
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
        row = northwind(cast, "a@x.example", cast.birch, roles=(ANALYST, GUEST), note="Welcome")
        answer = as_user(cast.olga).get(f"{PATH}/{row.id}")

    assert answer.json() == {
        "id": str(row.id),
        "email": "a@x.example",
        "name": "",
        "state": "pending",
        "created_at": "2026-11-22T10:00:00Z",
        "expires_at": "2026-12-22T10:00:00Z",
        "language": "en",
        "note": "Welcome",
        "grants": [
            {
                "community": {"id": str(cast.birch.id), "slug": "birch", "name": "Birch"},
                "roles": [{"id": str(GUEST), "name": "Guest"}, {"id": str(ANALYST), "name": "Analyst"}],
                "given_by": "Olga Lindqvist",
            }
        ],
        "delivery": {"state": "queued", "reason": None, "at": "2026-11-22T10:00:00Z"},
        "batch": str(row.batch_id),
    }
    InvitationOut.model_validate(answer.json(), extra="forbid")


def test_failed_delivery_shows_its_reason(cast: Cast):
    row = northwind(cast, "a@x.example", cast.birch)
    Message.objects.filter(id=row.message_id).update(state="failed", reason="550 no such mailbox")

    delivery = as_user(cast.olga).get(f"{PATH}/{row.id}").json()["delivery"]

    assert (delivery["state"], delivery["reason"]) == ("failed", "550 no such mailbox")


def test_list_shows_each_caller_what_they_may_invite_into(cast: Cast):
    northwind(cast, "alder@x.example", cast.alder)
    northwind(cast, "both@x.example", cast.alder, cast.birch)
    northwind(cast, "main@x.example", cast.main)
    invited(cast.nora.actor, cast.acme, "acme@x.example", cast.acme_main)

    assert emails(as_user(cast.olga).get(PATH)) == ["main@x.example", "both@x.example", "alder@x.example"]
    assert emails(as_user(cast.adam).get(PATH)) == ["both@x.example", "alder@x.example"]
    assert emails(as_user(cast.mia).get(PATH)) == ["both@x.example"]
    assert emails(as_user(cast.ana).get(PATH)) == emails(as_user(cast.gus).get(PATH)) == []
    assert emails(as_key(cast.alder).get(PATH)) == ["both@x.example", "alder@x.example"]


def test_neighbour_and_outsider_find_no_workspace_here(cast: Cast):
    row = northwind(cast, "a@x.example", cast.birch)
    nowhere = as_user(cast.nora).get("/workspaces/there-is-none/invitations")

    for caller in (as_user(cast.nora), as_user(cast.otto), as_key(cast.acme_main)):
        for answer in (caller.get(PATH), caller.get(f"{PATH}/{row.id}"), caller.post(f"{PATH}/{row.id}/revoke")):
            assert code_of(answer) == (404, "not_found")
            assert answer.content == nowhere.content
    assert Invitation.objects.get().state == "pending"


def test_invitation_of_another_workspace_does_not_exist_in_ones_own(cast: Cast):
    row = northwind(cast, "a@x.example", cast.main)

    for name in (row.id, "00000000-0000-7000-8000-00000000beef", "no-id", "%00"):
        assert code_of(as_user(cast.nora).get(f"/workspaces/acme/invitations/{name}")) == (404, "not_found")


def test_grants_elsewhere_do_not_show(cast: Cast):
    row = northwind(cast, "both@x.example", cast.alder, cast.birch)

    answer = as_user(cast.mia).get(f"{PATH}/{row.id}")

    assert [each["community"]["slug"] for each in answer.json()["grants"]] == ["birch"]
    assert "alder" not in answer.content.decode().lower()


def test_list_is_narrowed_by_state_address_and_community(cast: Cast):
    with time_machine.travel("2026-11-22T10:00:00Z") as clock:
        northwind(cast, "old@x.example", cast.birch)
        clock.shift(31 * 86400)
        northwind(cast, "new@x.example", cast.alder)
        olga = as_user(cast.olga)

        assert emails(olga.get(PATH, state="pending")) == ["new@x.example"]
        assert emails(olga.get(PATH, state="expired")) == ["old@x.example"]
        assert emails(olga.get(PATH, state="revoked")) == []
        assert emails(olga.get(PATH, email="OLD@x.example")) == emails(olga.get(PATH, email="old")) == ["old@x.example"]
        assert (
            emails(olga.get(PATH, community="alder")) == emails(olga.get(PATH, community=str(cast.alder.id))) == ["new@x.example"]
        )


def test_narrowing_to_a_community_out_of_sight_says_what_it_says_of_none(cast: Cast):
    mia = as_user(cast.mia)

    assert code_of(mia.get(PATH, community="alder")) == (422, "unknown_community")
    assert mia.get(PATH, community="alder").content == mia.get(PATH, community="nowhere").content


def test_pages_together_hold_every_invitation_once(cast: Cast):
    for number in range(5):
        northwind(cast, f"p{number}@x.example", cast.birch)
    olga, found, cursor = as_user(cast.olga), [], ""

    for _ in range(3):
        page = olga.get(PATH, limit=2, cursor=cursor).json()
        found += [each["email"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert found == [f"p{number}@x.example" for number in (4, 3, 2, 1, 0)]
    assert cursor is None


def test_number_of_statements_does_not_grow_with_the_list(cast: Cast, django_assert_num_queries):
    key = as_key(cast.main)
    northwind(cast, "first@x.example", cast.birch)
    with django_assert_num_queries(STATEMENTS):
        assert len(emails(key.get(PATH))) == 1
    for number in range(30):
        northwind(cast, f"p{number}@x.example", cast.alder, cast.birch)

    with django_assert_num_queries(STATEMENTS):
        assert len(emails(key.get(PATH))) == 31


def test_changing_grants_replaces_those_the_caller_sees(cast: Cast):
    row = northwind(cast, "both@x.example", cast.alder, cast.birch)

    answer = as_user(cast.mia).patch(f"{PATH}/{row.id}", {"grants": [{"community": "birch", "roles": ["Analyst"]}]})

    assert answer.status_code == 200, answer.content
    assert [each["roles"][0]["name"] for each in answer.json()["grants"]] == ["Analyst"]
    live = {(grant.community, grant.giver_name, grant.roles) for grant in row.grants.filter(ended_at=None)}
    assert live == {(cast.birch, "Mia Santos", frozenset({ANALYST})), (cast.alder, "Olga Lindqvist", frozenset({GUEST}))}


def test_changing_grants_keeps_the_ceiling_and_the_walls(cast: Cast):
    row = northwind(cast, "a@x.example", cast.birch)
    mia, path = as_user(cast.mia), f"{PATH}/{row.id}"

    assert code_of(mia.patch(path, {"grants": [{"community": "birch", "roles": ["Admin"]}]})) == (403, "above_ceiling")
    assert code_of(mia.patch(path, {"grants": [{"community": "alder", "roles": ["Guest"]}]})) == (422, "unknown_community")
    assert code_of(mia.patch(path, {"grants": [{"community": str(cast.acme_main.id), "roles": ["Guest"]}]})) == (
        422,
        "unknown_community",
    )
    assert code_of(mia.patch(path, {"grants": [{"community": "birch", "roles": ["Owner"]}]})) == (422, "unknown_role")
    assert code_of(mia.patch(path, {"grants": []})) == (422, "no_grants")
    assert code_of(mia.patch(path, {"email": "me@x.example", "grants": []})) == (422, "invalid_request")
    assert row.grants.get(ended_at=None).roles == {GUEST}


def test_resending_mails_again_and_makes_the_caller_the_giver(cast: Cast):
    row = northwind(cast, "a@x.example", cast.birch)

    answer = as_user(cast.mia).post(f"{PATH}/{row.id}/resend")

    assert (answer.status_code, answer.json()["state"], answer.json()["grants"][0]["given_by"]) == (200, "pending", "Mia Santos")
    assert sorted(Message.objects.values_list("state", flat=True)) == ["cancelled", "queued"]


def test_resending_what_one_may_not_give_is_above_the_ceiling(cast: Cast):
    row = northwind(cast, "a@x.example", cast.birch, roles=(ADMIN,))

    assert code_of(as_user(cast.mia).post(f"{PATH}/{row.id}/resend")) == (403, "above_ceiling")
    assert Message.objects.get().state == "queued"


def test_revoking_ends_the_invitation_and_stops_its_mail(cast: Cast):
    row = northwind(cast, "a@x.example", cast.birch)

    answer = as_user(cast.mia).post(f"{PATH}/{row.id}/revoke")

    assert (answer.status_code, answer.json()["state"], answer.json()["delivery"]["state"]) == (200, "revoked", "cancelled")


def test_revoking_leaves_what_others_gave_elsewhere(cast: Cast):
    row = northwind(cast, "both@x.example", cast.alder, cast.birch)

    as_user(cast.mia).post(f"{PATH}/{row.id}/revoke")

    assert [grant.community for grant in row.grants.filter(ended_at=None)] == [cast.alder]
    assert Invitation.objects.get().state == "pending"


def test_what_is_decided_stays_decided(cast: Cast):
    row = northwind(cast, "a@x.example", cast.birch)
    olga = as_user(cast.olga)
    olga.post(f"{PATH}/{row.id}/revoke")

    for answer in (
        olga.post(f"{PATH}/{row.id}/revoke"),
        olga.post(f"{PATH}/{row.id}/resend"),
        olga.patch(f"{PATH}/{row.id}", {"grants": [{"community": "birch", "roles": ["Guest"]}]}),
    ):
        assert code_of(answer) == (409, "already_decided")


def test_a_right_taken_away_is_gone_at_the_next_request(cast: Cast):
    row = northwind(cast, "a@x.example", cast.cedar)
    membership = give(cast.otto, cast.cedar, MANAGE_MEMBER)
    otto = as_user(cast.otto)
    assert otto.get(f"{PATH}/{row.id}").status_code == 200

    membership.delete()

    assert code_of(otto.get(f"{PATH}/{row.id}")) == (404, "not_found")
