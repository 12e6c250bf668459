"""The dialog keeps what was typed, names what is wrong, and lets the good addresses through."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from guestlist.access.roles import ADMIN, ANALYST, GUEST
from guestlist.invitations.models import Batch, Invitation
from guestlist.mail.models import Message
from guestlist.members.models import Role
from tests.cast import Cast
from tests.web.visits import signed_in

NEW = "/w/northwind/settings/users/new"


def form(cast: Cast, emails: str, role: object = GUEST, **more: object) -> dict[str, object]:
    birch = str(cast.birch.id)
    return {"emails": emails, "community": [birch], f"roles-{birch}": [str(role)], "do": "send", **more}


def test_several_addresses_separated_by_commas_are_invited(cast: Cast):
    answer = signed_in(cast, "olga").post(NEW, form(cast, "a@x.example, b@x.example,\n'Cy, Jr' <c@x.example>"))

    assert answer.status_code == 302
    assert set(Invitation.objects.values_list("email", flat=True)) == {"a@x.example", "b@x.example", "c@x.example"}


def test_no_address_says_so_and_keeps_the_rest(cast: Cast):
    answer = signed_in(cast, "olga").post(NEW, form(cast, "  ", note="Welcome!"))

    assert answer.status_code == 422
    assert answer.context["errors"]["emails"] == "Enter at least one e-mail address."
    assert b"Welcome!" in answer.content


def test_ticked_community_without_role_names_it(cast: Cast):
    birch = str(cast.birch.id)

    answer = signed_in(cast, "olga").post(NEW, {"emails": "a@x.example", "community": [birch], "do": "send"})

    assert b"Pick at least one role in Birch." in answer.content
    assert b"a@x.example" in answer.content
    assert not Invitation.objects.exists()


def test_bad_addresses_are_named_and_the_good_go_through(cast: Cast):
    answer = signed_in(cast, "olga").post(NEW, form(cast, "a@@x.example b@x.example"), follow=True)

    assert Invitation.objects.get().email == "b@x.example"
    assert b"a@@x.example" in answer.content
    assert b"1 to correct" in answer.content


def test_role_above_the_ceiling_is_refused(cast: Cast):
    signed_in(cast, "mia").post(NEW, form(cast, "a@x.example", ADMIN))

    assert not Invitation.objects.exists()
    assert Batch.objects.get().counts == {"refused": 1}


def test_neighbours_community_is_as_if_it_were_not_there(cast: Cast):
    theirs = str(cast.acme_main.id)

    answer = signed_in(cast, "olga").post(
        NEW, {"emails": "a@x.example", "community": [theirs], f"roles-{theirs}": [str(GUEST)], "do": "send"}
    )

    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_preview_tells_nobody_who_has_an_account(cast: Cast):
    answer = signed_in(cast, "olga").post("/w/northwind/invite/preview", form(cast, "otto@elsewhere.example"))

    assert b"1 invited" in answer.content
    assert not Batch.objects.exists()
    assert not Message.objects.exists()


def test_uploaded_table_is_read_beside_what_was_typed(cast: Cast):
    table = SimpleUploadedFile("people.csv", "Name;Email\nÀ Côté;a@x.example\n".encode(), "text/csv")

    signed_in(cast, "olga").post(NEW, form(cast, "b@x.example", ANALYST, file=table))

    assert dict(Invitation.objects.values_list("email", "name")) == {"a@x.example": "À Côté", "b@x.example": ""}


def test_table_without_addresses_says_what_to_name(cast: Cast):
    table = SimpleUploadedFile("people.csv", b"first;second\n1;2\n", "text/csv")

    answer = signed_in(cast, "olga").post(NEW, form(cast, "", file=table))

    assert answer.context["errors"]["file"] == "The file has no column with addresses. Name one of its columns email."


def test_ten_thousand_addresses_in_one_field_become_a_batch_with_progress(cast: Cast):
    emails = ", ".join(f"p{n}@x.example" for n in range(10_000))

    answer = signed_in(cast, "olga").post(NEW, form(cast, emails), follow=True)

    batch = Batch.objects.get()
    assert (batch.state, batch.total) == ("queued", 10_000)
    assert b"0 of 10,000" in answer.content


def test_text_of_people_stays_text(cast: Cast):
    note = "<script>alert(1)</script>\r\nBcc: x@y.example"
    signed_in(cast, "olga").post(NEW, form(cast, "a@x.example", note=note))

    page = signed_in(cast, "olga").get(f"/w/northwind/invitations/{Invitation.objects.get().id}")

    assert b"<script>alert" not in page.content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in page.content


def test_team_form_sends_one_role(cast: Cast):
    answer = signed_in(cast, "mia").post(
        "/w/northwind/team/birch/invites/new",
        {"emails": "a@x.example", "community": str(cast.birch.id), "role": str(ANALYST), "do": "send"},
    )

    assert answer.status_code == 302
    assert Invitation.objects.get().grants.get().role_ids == [str(ANALYST)]


def test_team_form_offers_only_roles_one_may_hand_out(cast: Cast):
    page = signed_in(cast, "mia").get("/w/northwind/team/birch/invites/new")

    assert [role["name"] for role in page.context["team_roles"]] == ["Guest", "Analyst", "manage_member"]


@pytest.mark.parametrize(
    ("who", "path", "url"),
    [
        ("olga", NEW, "/w/northwind/roles/new?community=main"),
        ("adam", NEW, "/w/northwind/roles/new?community=alder"),
        ("olga", "/w/northwind/team/birch/invites/new", "/w/northwind/roles/new?community=birch"),
        ("mia", NEW, None),
    ],
)
def test_dialog_leads_to_a_new_role_where_the_reader_may_make_one(cast: Cast, who: str, path: str, url: str | None):
    page = signed_in(cast, who).get(path)

    assert page.context["roles_url"] == url
    assert url is None or signed_in(cast, who).get(url).status_code == 200


def test_thousand_roles_are_found_by_name_and_what_is_ticked_stays(cast: Cast):
    keys = [f"role {n:04}" for n in range(1000)]
    Role.objects.bulk_create(Role(community=cast.main, name=key, name_key=key, permissions=["members:read"]) for key in keys)
    client, page, last = signed_in(cast, "olga"), "/w/northwind/settings/users/new", Role.objects.get(name="role 0999")
    ticked = {"community": str(cast.birch.id), f"roles-{cast.birch.id}": str(last.id)}

    first = client.get(page)
    found = client.post(page, {**ticked, "do": "find", "find_role": "0500"}).context["communities"]

    assert first.context["many_roles"] and [len(row["roles"]) for row in first.context["communities"]] == [100] * 5
    assert [role["name"] for role in first.context["communities"][0]["roles"]][:5] == [
        "Guest",
        "Analyst",
        "Admin",
        "manage_member",
        "role 0000",
    ]
    birch = next(row for row in found if row["name"] == "Birch")
    assert ([role["name"] for role in birch["roles"]], birch["held"]) == (["role 0999", "role 0500"], ["role 0999"])
    assert len(first.content) < 500_000
