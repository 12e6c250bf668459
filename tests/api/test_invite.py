"""POST /workspaces/{w}/invitations: what a caller may send, and what becomes of it."""

import json
from typing import Any

import pytest

from guestlist.access.roles import ANALYST, GUEST
from guestlist.api.invitations import InvitedOut
from guestlist.invitations.models import Batch, Invitation
from guestlist.kernel.actors import OPERATOR
from guestlist.mail.models import Message
from guestlist.members.commands import create_role
from guestlist.members.models import Membership
from guestlist.workspaces.models import Ancestry, Community
from tests.api.callers import Caller, as_key, as_user, code_of
from tests.cast import Cast

STATEMENTS = 26
PATH = "/workspaces/northwind/invitations"
BIRCH_GUEST = {"community": "birch", "roles": ["Guest"]}


def ask(caller: Caller, *emails: str, grants: Any = (BIRCH_GUEST,), **more: Any):
    return caller.post(PATH, {"emails": list(emails), "grants": list(grants), **more})


def outcomes(answer: Any) -> list[tuple[str, str | None]]:
    assert answer.status_code == 200, answer.content
    InvitedOut.model_validate(answer.json(), extra="forbid")
    return [(each["outcome"], each["reason"]) for each in answer.json()["outcomes"]]


def test_stranger_is_invited(cast: Cast):
    answer = ask(as_user(cast.olga), "Jules <Jules@Birch.example>")

    invitation = Invitation.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "batch": str(invitation.batch_id),
        "counts": {"invited": 1},
        "outcomes": [
            {
                "email": "Jules@birch.example",
                "outcome": "invited",
                "reason": None,
                "invitation": str(invitation.id),
                "memberships": [],
            }
        ],
    }
    assert (invitation.name, invitation.grants.get().community, Message.objects.count()) == ("Jules", cast.birch, 1)


def test_account_holder_is_added_and_the_membership_named(cast: Cast):
    answer = ask(as_user(cast.olga), "otto@elsewhere.example")

    membership = Membership.objects.get(user=cast.otto)
    assert outcomes(answer) == [("added", None)]
    assert answer.json()["outcomes"][0]["memberships"] == [str(membership.id)]
    assert not Message.objects.exists()


def test_emails_come_before_people_and_each_has_one_outcome(cast: Cast):
    people = [
        {"email": "c@x.example", "name": "Cleo", "language": "fr", "grants": [{"community": "alder", "roles": ["Analyst"]}]}
    ]

    answer = ask(as_key(cast.main), "a@x.example", "a@@b.example", "A@x.example", people=people)

    assert [each["email"] for each in answer.json()["outcomes"]] == ["a@x.example", "a@@b.example", "A@x.example", "c@x.example"]
    assert outcomes(answer) == [("invited", None), ("invalid", "malformed"), ("refused", "duplicate"), ("invited", None)]
    cleo = Invitation.objects.get(email="c@x.example")
    assert (cleo.name, cleo.language, cleo.grants.get().community) == ("Cleo", "fr", cast.alder)


def test_communities_and_roles_go_by_id_too(cast: Cast):
    answer = ask(as_user(cast.olga), "a@x.example", grants=[{"community": str(cast.alder.id), "roles": [str(ANALYST), "Guest"]}])

    assert outcomes(answer) == [("invited", None)]
    assert Invitation.objects.get().grants.get().roles == {ANALYST, GUEST}


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("", "malformed"),
        ("a@b", "malformed"),
        ("a@@b.example", "malformed"),
        ("jürgen@x.example", "malformed"),
        ("a@x.example b@x.example", "malformed"),
        ("a@x.example\x00", "malformed"),
        (f"{'a' * 290}@x.example", "too_long"),
    ],
)
def test_bad_address_is_an_outcome_and_not_a_refusal(cast: Cast, email: str, reason: str):
    answer = ask(as_user(cast.olga), email)

    assert outcomes(answer) == [("invalid", reason)]
    assert not Invitation.objects.exists()


def test_international_domain_and_quoted_name_are_understood(cast: Cast):
    answer = ask(as_user(cast.olga), "ada@exämple.example", '"Byron, Ada" <ada@x.example>')

    assert outcomes(answer) == [("invited", None)] * 2
    assert set(Invitation.objects.values_list("email_key", "name")) == {
        ("ada@xn--exmple-cua.example", ""),
        ("ada@x.example", "Byron, Ada"),
    }


def test_one_address_in_three_spellings_is_invited_once(cast: Cast):
    answer = ask(as_user(cast.olga), "a@x.example", "A@X.example", "Ann <a@x.EXAMPLE>")

    assert outcomes(answer) == [("invited", None), ("refused", "duplicate"), ("refused", "duplicate")]
    assert Message.objects.count() == 1


def test_line_breaks_and_markup_in_name_and_note_do_no_harm(cast: Cast):
    people = [{"email": "a@x.example", "name": "Ann\r\nBcc: b@x.example<b>"}]

    as_user(cast.olga).post(PATH, {"people": people, "grants": [BIRCH_GUEST], "note": "<b>hi</b>\r\nBcc: you\x00"})

    invitation = Invitation.objects.get()
    assert (invitation.name, invitation.note) == ("Ann Bcc: b@x.example<b>", "<b>hi</b>\nBcc: you")


def test_dry_run_answers_the_outcomes_and_changes_nothing(cast: Cast):
    answer = ask(
        as_user(cast.adam),
        "new@x.example",
        "otto@elsewhere.example",
        grants=[{"community": "alder", "roles": ["Guest"]}],
        dry_run=True,
    )

    assert outcomes(answer) == [("invited", None)] * 2
    assert answer.json()["batch"] is None
    assert not Invitation.objects.exists() and not Batch.objects.exists()


def test_dry_run_of_more_people_than_a_part_holds_them_all_together(cast: Cast):
    people = [f"p{n}@x.example" for n in range(1000)]

    answer = ask(as_key(cast.main), *people, "P0@x.example", dry_run=True)

    assert answer.json()["counts"] == {"invited": 1000, "refused": 1}
    assert answer.json()["outcomes"][1000]["reason"] == "duplicate"


def test_more_than_500_people_are_accepted_as_a_batch(cast: Cast):
    answer = ask(as_user(cast.olga), *(f"p{n}@x.example" for n in range(501)))

    batch = Batch.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"batch": str(batch.id), "counts": {}, "outcomes": []}
    assert (batch.state, batch.total) == ("queued", 501)


def test_500_people_are_done_at_once(cast: Cast):
    answer = ask(as_user(cast.olga), *(f"p{n}@x.example" for n in range(500)))

    assert (answer.status_code, answer.json()["counts"]) == (200, {"invited": 500})


@pytest.mark.parametrize("emails", [1, 40], ids=["one", "forty"])
def test_number_of_statements_does_not_grow_with_the_list(cast: Cast, emails: int, django_assert_num_queries):
    caller = as_key(cast.main)

    with django_assert_num_queries(STATEMENTS):
        ask(caller, *(f"p{n}@x.example" for n in range(emails)))


def test_whoever_is_above_the_ceiling_is_refused_as_a_whole_where_the_grant_is_common(cast: Cast):
    assert code_of(ask(as_user(cast.mia), "a@x.example", grants=[{"community": "birch", "roles": ["Admin"]}])) == (
        403,
        "above_ceiling",
    )
    assert code_of(ask(as_user(cast.ana), "a@x.example")) == (403, "not_allowed")
    assert not Invitation.objects.exists()


def test_whoever_is_above_the_ceiling_in_their_own_grants_is_one_outcome(cast: Cast):
    people = [
        {"email": "a@x.example", "grants": [{"community": "birch", "roles": ["Admin"]}]},
        {"email": "b@x.example"},
    ]

    answer = as_user(cast.mia).post(PATH, {"people": people, "grants": [BIRCH_GUEST]})

    assert outcomes(answer) == [("refused", "above_ceiling"), ("invited", None)]


@pytest.mark.parametrize("community", ["main", "alder", "nowhere", "00000000-0000-7000-8000-00000000beef", "", "a/b"])
def test_community_out_of_sight_is_answered_like_one_that_does_not_exist(cast: Cast, community: str):
    answer = ask(as_user(cast.mia), "a@x.example", grants=[{"community": community, "roles": ["Guest"]}])

    assert code_of(answer) == (422, "unknown_community")
    assert "alder" not in answer.content.decode().lower()


def test_foreign_community_by_id_is_unknown_even_in_a_persons_own_grants(cast: Cast):
    people = [
        {"email": "a@x.example", "grants": [{"community": str(cast.acme_main.id), "roles": ["Guest"]}]},
        {"email": "b@x.example"},
    ]

    answer = as_user(cast.olga).post(PATH, {"people": people, "grants": [BIRCH_GUEST]})

    assert code_of(answer) == (422, "unknown_community")
    assert not Invitation.objects.exists()


def test_role_of_another_workspace_is_answered_like_one_that_does_not_exist(cast: Cast):
    theirs = create_role(actor=OPERATOR, community=cast.acme_main, name="Auditor", permissions=["members:read"])
    sideways = create_role(actor=OPERATOR, community=cast.alder, name="Alder only", permissions=["members:read"])

    answers = [
        ask(as_user(cast.olga), "a@x.example", grants=[{"community": "birch", "roles": [name]}])
        for name in (str(theirs.id), "Auditor", str(sideways.id), "Alder only", "No such role", "admin")
    ]

    assert [code_of(each) for each in answers] == [(422, "unknown_role")] * 6
    assert len({each.content for each in answers}) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"grants": [BIRCH_GUEST]}, "no_entries"),
        ({"emails": ["a@x.example"]}, "no_grants"),
        ({"emails": ["a@x.example"], "grants": [{"community": "birch", "roles": []}]}, "no_grants"),
        ({"people": [{"email": "a@x.example", "grants": []}], "grants": [BIRCH_GUEST]}, "no_grants"),
        ({"emails": ["a@x.example"], "grants": [BIRCH_GUEST], "lifetime": 59}, "bad_lifetime"),
        ({"emails": ["a@x.example"], "grants": [BIRCH_GUEST], "lifetime": 31_536_001}, "bad_lifetime"),
    ],
)
def test_request_without_people_grants_or_a_sane_lifetime_is_refused(cast: Cast, body: dict, code: str):
    assert code_of(as_user(cast.olga).post(PATH, body)) == (422, code)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("lifetime", [60, 31_536_000])
def test_lifetime_at_its_bounds_is_kept(cast: Cast, lifetime: int):
    ask(as_user(cast.olga), "a@x.example", lifetime=lifetime)

    assert Invitation.objects.get().lifetime == lifetime


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"emails": "a@x.example"}, "#/emails"),
        ({"emails": ["a@x.example", 7]}, "#/emails/1"),
        ({"people": [{"name": "Ann"}]}, "#/people/0/email"),
        ({"people": [{"email": "a@x.example", "role": "Admin"}]}, "#/people/0/role"),
        ({"grants": [{"community": "birch"}]}, "#/grants/0/roles"),
        ({"grants": [{"community": "bi\x00rch", "roles": ["Guest"]}]}, "#/grants/0/community"),
        ({"dryrun": True}, "#/dryrun"),
        ({"dry_run": "yes"}, "#/dry_run"),
        ({"lifetime": "86400"}, "#/lifetime"),
        ({"lifetime": True}, "#/lifetime"),
        ({"language": "tlh"}, "#/language"),
        ({"note": "x" * 1001}, "#/note"),
        ({"batch": "mine"}, "#/batch"),
    ],
)
def test_body_of_the_wrong_shape_says_where(cast: Cast, wrong: dict, pointer: str):
    answer = as_user(cast.olga).post(PATH, {"emails": ["a@x.example"], "grants": [BIRCH_GUEST], **wrong})

    assert code_of(answer) == (422, "invalid_request")
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"a@x.example"', "\udcff", "[" * 100_000, '{"emails": ["\\ud800"]}'])
def test_body_that_is_no_such_document_is_refused(cast: Cast, body: str):
    caller = as_key(cast.main)

    answer = caller.client.generic(
        "POST", f"/api/v1{PATH}", body.encode(errors="surrogateescape"), content_type="application/json", headers=caller.headers
    )

    assert code_of(answer)[0] == 422


def test_language_of_a_country_is_the_language(cast: Cast):
    ask(as_user(cast.olga), "a@x.example", language="fr-CA")

    assert Invitation.objects.get().language == "fr"


def test_more_than_100_000_people_are_too_large(cast: Cast):
    answer = ask(as_key(cast.main), *["x"] * 100_001)

    assert code_of(answer) == (413, "too_many_people")


def test_body_above_32_mb_is_too_large(cast: Cast):
    caller = as_key(cast.main)
    body = json.dumps({"emails": ["a@x.example"], "note": "x" * (32 * 1024 * 1024)})

    answer = caller.client.generic("POST", f"/api/v1{PATH}", body, content_type="application/json", headers=caller.headers)

    assert code_of(answer) == (413, "too_large")


def test_everybody_may_go_into_a_community_of_their_own(cast: Cast):
    rows = [
        Community(workspace=cast.northwind, slug=f"c{n}", name=f"C {n}", kind="managed", parent=cast.main) for n in range(1100)
    ]
    Community.objects.bulk_create(rows)
    for above, depth in (("self", 0), (cast.main, 1)):
        Ancestry.objects.bulk_create(
            Ancestry(descendant=row, ancestor=row if above == "self" else above, depth=depth) for row in rows
        )
    people = [{"email": f"p{n}@x.example", "grants": [{"community": f"c{n}", "roles": ["Guest"]}]} for n in range(1100)]

    assert as_key(cast.main).post(PATH, {"people": people}).status_code == 202
    assert code_of(as_key(cast.alder).post(PATH, {"people": people})) == (422, "unknown_community")


def test_who_has_an_account_elsewhere_is_not_told_by_a_dry_run(cast: Cast):
    """Nora's and Otto's accounts look like no account at all; Ana's shows, because she is a member here."""
    answer = ask(
        as_user(cast.olga),
        "nora@acme.example",
        "otto@elsewhere.example",
        "nobody@x.example",
        "ana@northwind.example",
        dry_run=True,
    )

    assert outcomes(answer) == [("invited", None)] * 3 + [("updated", None)]
