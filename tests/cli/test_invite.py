import json
from collections.abc import Callable
from pathlib import Path

import pytest

from guestlist.invitations.models import Batch, Grant, Invitation
from guestlist.mail.models import Message
from guestlist.members.models import Membership
from tests.cast import Cast
from tests.cli.conftest import Done
from tests.invariants import assert_sound

Run = Callable[..., Done]
TO_BIRCH = ("invite", "--workspace", "northwind", "--grant", "birch=Analyst,Guest")


def test_people_are_invited_and_shown_in_a_table(cast: Cast, guestlist: Run):
    done = guestlist(*TO_BIRCH, "jules@birch.example", "Otto Brandt <otto@elsewhere.example>")

    rows = [line.split() for line in done.out.splitlines()]
    assert done.code == 0
    assert rows == [["Email", "Outcome", "Reason"], ["jules@birch.example", "invited"], ["otto@elsewhere.example", "added"]]
    assert done.err == "guestlist: 1 added, 1 invited.\n"
    grant = Grant.objects.get(invitation__email="jules@birch.example")
    assert (grant.community, grant.giver_kind, len(grant.role_ids)) == (cast.birch, "operator", 2)
    assert Membership.objects.get(user=cast.otto).community == cast.birch
    assert_sound()


def test_one_bad_address_exits_1_and_the_others_go_through(cast: Cast, guestlist: Run):
    done = guestlist(*TO_BIRCH, "jules@birch.example", "a@@b.example")

    assert done.code == 1
    assert ["a@@b.example", "invalid", "malformed"] in [line.split() for line in done.out.splitlines()]
    assert Invitation.objects.get().email == "jules@birch.example"


def test_dry_run_changes_nothing(cast: Cast, guestlist: Run):
    done = guestlist(*TO_BIRCH, "jules@birch.example", "--dry-run")

    assert done.code == 0
    assert "Nothing was changed." in done.err
    assert not Invitation.objects.exists()
    assert not Batch.objects.exists()


def test_json_is_what_the_api_answers(cast: Cast, guestlist: Run):
    done = guestlist(*TO_BIRCH, "jules@birch.example", "jules@BIRCH.example", "--json")

    answer = json.loads(done.out)
    first, second = answer["outcomes"]
    assert done.code == 1
    assert answer["batch"] == str(Batch.objects.get().id)
    assert answer["counts"] == {"invited": 1, "refused": 1}
    assert first == {
        "email": "jules@birch.example",
        "outcome": "invited",
        "reason": None,
        "invitation": str(Invitation.objects.get().id),
        "memberships": [],
    }
    assert (second["outcome"], second["reason"]) == ("refused", "duplicate")


@pytest.mark.parametrize(
    ("grant", "code", "said"),
    [
        ("nowhere=Guest", 1, "no such community"),
        ("main=Wizard", 1, "no such role"),
        ("birch", 2, "COMMUNITY=ROLE"),
        ("birch=", 1, "Pick at least one community"),
    ],
)
def test_unusable_grant_refuses_everything(cast: Cast, guestlist: Run, grant: str, code: int, said: str):
    done = guestlist("invite", "--workspace", "northwind", "--grant", grant, "jules@birch.example")

    assert done.code == code
    assert said in done.err
    assert not Invitation.objects.exists()


def test_community_of_another_workspace_does_not_exist(cast: Cast, guestlist: Run):
    done = guestlist("invite", "--workspace", "acme", "--grant", f"{cast.birch.id}=Guest", "jules@birch.example")

    assert done.code == 1
    assert "no such community" in done.err
    assert not Invitation.objects.exists()


def test_unknown_workspace_is_refused(cast: Cast, guestlist: Run):
    done = guestlist("invite", "--workspace", "nowhere", "--grant", "main=Guest", "jules@birch.example")

    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1


def test_table_with_places_gives_each_row_its_own_grants_or_reason(cast: Cast, guestlist: Run, tmp_path: Path):
    table = tmp_path / "people.csv"
    table.write_text(
        "\ufeffName;E-Mail;email;Language;Community;Roles\n"
        "Jules;x;jules@birch.example;fr;birch;Analyst|Guest\n"
        "Noah;x;noah@alder.example;;alder;Guest\n"
        "Emil;x;emil@x.example;;nowhere;Guest\n"
        "Dora;x;dora@x.example;;birch;Wizard\n"
        "Ravi;x;ravi@x.example;;;\n",
        encoding="utf-8",
    )

    done = guestlist("invite", "--workspace", "northwind", "--grant", "main=Guest", "--csv", str(table), "--json")

    outcomes = [(each["email"], each["outcome"], each["reason"]) for each in json.loads(done.out)["outcomes"]]
    assert done.code == 1
    assert outcomes == [
        ("jules@birch.example", "invited", None),
        ("noah@alder.example", "invited", None),
        ("emil@x.example", "refused", "unknown_community"),
        ("dora@x.example", "refused", "unknown_role"),
        ("ravi@x.example", "invited", None),
    ]
    jules = Invitation.objects.get(email="jules@birch.example")
    assert (jules.name, jules.language, jules.grants.get().community) == ("Jules", "fr", cast.birch)
    assert Grant.objects.get(invitation__email="ravi@x.example").community == cast.main
    assert_sound()


def test_table_without_addresses_is_refused(cast: Cast, guestlist: Run, tmp_path: Path):
    table = tmp_path / "people.csv"
    table.write_text("who,where\nJules,Birch\n")

    done = guestlist("invite", "--workspace", "northwind", "--grant", "main=Guest", "--csv", str(table))

    assert done.code == 2
    assert "must be email" in done.err


def test_missing_table_is_refused(cast: Cast, guestlist: Run):
    done = guestlist("invite", "--workspace", "northwind", "--grant", "main=Guest", "--csv", "nowhere.csv")

    assert done.code == 2
    assert "nowhere.csv" in done.err


def test_long_list_is_done_to_the_end(cast: Cast, guestlist: Run, tmp_path: Path):
    table = tmp_path / "people.csv"
    table.write_text("email\n" + "".join(f"person{number}@birch.example\n" for number in range(1200)) + "a@@b\n")

    done = guestlist("invite", "--workspace", "northwind", "--grant", "birch=Guest", "--csv", str(table))

    assert done.code == 1
    assert Batch.objects.get().state == "done"
    assert done.err == "guestlist: 1 invalid, 1200 invited.\n"
    assert [line.split() for line in done.out.splitlines()] == [["Email", "Outcome", "Reason"], ["a@@b", "invalid", "malformed"]]
    assert Message.objects.count() == 1200
    assert_sound()


def test_emails_and_table_exclude_each_other(cast: Cast, guestlist: Run):
    done = guestlist(*TO_BIRCH, "jules@birch.example", "--csv", "people.csv")

    assert done.code == 2
    assert not Invitation.objects.exists()
