"""Settings > Workspace > Audit log: read, narrow, page, and take away as a file."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guestlist.access.roles import GUEST
from guestlist.audit.models import Event
from guestlist.audit.queries import CHUNK
from guestlist.invitations.commands import delete_community
from guestlist.invitations.models import Invitation
from guestlist.kernel.clock import now
from guestlist.users.commands import change_profile
from guestlist.users.models import User
from tests.cast import Cast, give
from tests.invitations.acts import ask, invited, join_as_new
from tests.web.visits import signed_in

LOG = "/w/northwind/settings/audit"
JULES = "jules@birch.example"


def texts(cast: Cast, who: str = "olga", **query: str) -> list[str]:
    return [each["text"] for each in signed_in(cast, who).get(LOG, query).context["events"]]


def exported(cast: Cast, form: str, who: str = "olga", **query: str) -> str:
    return signed_in(cast, who).get(f"{LOG}/{form}", query).getvalue().decode()


def many(cast: Cast, number: int) -> None:
    Event.objects.bulk_create(
        Event(
            workspace_id=cast.northwind.id,
            community_id=cast.alder.id,
            actor_kind="user",
            actor_id=cast.olga.id,
            action="role.created",
            target_kind="role",
            after={"name": f"Role {each}"},
            at=now(),
        )
        for each in range(number)
    )


def test_log_tells_what_happened_and_unfolds_the_facts(cast: Cast):
    invited(cast, "olga", JULES, birch="Analyst")

    page = signed_in(cast, "olga").get(LOG).content.decode()

    assert f"Olga Lindqvist invited {JULES} to Birch as Analyst." in page
    assert "Communities and roles" in page and "<code>invitation.created</code>" in page


def test_filter_is_kept_and_narrows(cast: Cast):
    invited(cast, "olga", JULES, birch="Analyst")

    answer = signed_in(cast, "olga").get(LOG, {"actor": "olga@northwind.example", "action": "invitation", "community": "birch"})

    assert [each["text"] for each in answer.context["events"]] == [f"Olga Lindqvist invited {JULES} to Birch as Analyst."]
    assert b'value="olga@northwind.example"' in answer.content
    assert f"{LOG}/csv?actor=olga%40northwind.example&action=invitation&community=birch" in answer.context["csv_url"]


def test_filter_that_cannot_be_used_says_why_and_shows_nothing(cast: Cast):
    answer = signed_in(cast, "adam").get(LOG, {"community": "Birch", "since": "yesterday", "until": "2026-02-31"})

    assert answer.status_code == 422
    assert set(answer.context["errors"]) == {"community", "since", "until"}
    assert answer.context["events"] == []
    assert b'value="yesterday"' in answer.content


def test_half_an_address_and_days_in_the_wrong_order_are_told(cast: Cast):
    answer = signed_in(cast, "olga").get(LOG, {"person": "ana", "since": "2026-02-02", "until": "2026-02-01"})

    assert (answer.status_code, set(answer.context["errors"])) == (422, {"person", "until"})
    assert b"Type the whole e-mail address" in answer.content


def test_days_are_whole(cast: Cast):
    today = now().date().isoformat()

    assert texts(cast, since=today, until=today) == texts(cast)
    assert texts(cast, until="2000-01-01") == []


def test_pages_go_on_without_gap_or_repetition(cast: Cast):
    Event.objects.all().delete()
    many(cast, 120)
    client, seen, query = signed_in(cast, "olga"), [], "?"

    while query:
        page = client.get(LOG + query).context
        seen += [each["text"] for each in page["events"]]
        query = page["page"]["next_url"]

    assert len(seen) == len(set(seen)) == 120


def test_bad_place_in_the_list_begins_anew(cast: Cast):
    neighbours = str(Event.objects.filter(workspace_id=cast.acme.id)[0].id)

    assert texts(cast, after="x") == texts(cast, after=neighbours) == texts(cast)


def test_admin_of_one_community_sees_that_one(cast: Cast):
    invited(cast, "olga", JULES, birch="Analyst")
    invited(cast, "olga", "kim@alder.example", alder="Guest")

    answer = signed_in(cast, "adam").get(LOG)

    assert "Olga Lindqvist invited kim@alder.example to Alder as Guest." in answer.content.decode()
    assert b"Birch" not in answer.content and b"jules" not in answer.content
    assert "Birch" not in exported(cast, "csv", "adam") + exported(cast, "jsonl", "adam")


@pytest.mark.parametrize("who", ["olga", "mia"])
def test_entry_in_the_sidebar_is_for_whoever_may_read(cast: Cast, who: str):
    page = signed_in(cast, who).get("/w/northwind/settings/users").content.decode()

    assert (LOG in page) == (who == "olga")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_export_is_what_the_filter_shows_from_first_to_last(cast: Cast, form: str):
    many(cast, 2 * CHUNK + 7)

    text = exported(cast, form, action="role")

    found = (
        [each["event"] for each in csv.DictReader(io.StringIO(text))]
        if form == "csv"
        else [json.loads(line)["event"] for line in text.splitlines()]
    )
    assert len(found) == len(set(found)) == 2 * CHUNK + 7
    assert found[0].startswith("Olga Lindqvist made the role Role ")


def test_export_is_streamed_in_chunks(cast: Cast):
    many(cast, 3 * CHUNK)
    answer = signed_in(cast, "olga").get(f"{LOG}/csv", {"action": "role"})
    parts = iter(answer)

    with CaptureQueriesContext(connection) as seen:
        first = [next(parts), next(parts)]

    assert answer.streaming
    assert first[1].count(b"\r\n") == CHUNK
    assert len(seen) < 20


def test_names_like_formulas_stay_text(cast: Cast):
    change_profile(user=cast.olga, name='=HYPERLINK("https://x.example")', language="", theme="", time_zone="")
    invited(cast, "olga", "+plus@birch.example", birch="Guest")

    (row,) = csv.DictReader(io.StringIO(exported(cast, "csv", action="invitation")))

    assert row["actor"] == '\'=HYPERLINK("https://x.example")'
    assert row["target"] == "'+plus@birch.example"
    assert row["event"].startswith("'=HYPERLINK")
    assert not [each for each in row.values() if each[:1] in ("=", "+", "-", "@")]


def test_table_says_who_and_what_beyond_their_names(cast: Cast):
    delete_community(actor=cast.olga.actor, community=cast.cedar_north)

    row = next(csv.DictReader(io.StringIO(exported(cast, "csv", community="Cedar North"))))

    assert (row["actor_kind"], row["actor_id"], row["actor_email"]) == ("user", str(cast.olga.id), "olga@northwind.example")
    assert (row["target"], row["community"], row["target_id"]) == ("Cedar North", "Cedar North", str(cast.cedar_north.id))
    assert row["community_id"] == str(cast.cedar_north.id)
    assert "olga@northwind.example" in signed_in(cast, "olga").get(LOG, {"community": "cedar-north"}).content.decode()


def test_lines_hold_the_facts(cast: Cast):
    invited(cast, "olga", JULES, birch="Guest")

    line = json.loads(exported(cast, "jsonl", action="invitation"))

    assert line["actor"] == {"kind": "user", "id": str(cast.olga.id), "name": "Olga Lindqvist", "email": "olga@northwind.example"}
    assert line["target"]["name"] == JULES
    assert line["community"] == {"id": str(cast.birch.id), "slug": "birch", "name": "Birch"}
    assert line["after"] == {"grants": [{"community": str(cast.birch.id), "roles": [str(GUEST)]}]}


def test_export_speaks_the_readers_language(cast: Cast):
    answer = signed_in(cast, "olga").get(f"{LOG}/csv?language=fr")

    assert answer["Content-Language"] == "fr"
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="audit-northwind.csv"'


def test_bad_filter_or_form_exports_nothing(cast: Cast):
    client = signed_in(cast, "olga")

    assert client.get(f"{LOG}/csv?since=never").status_code == 422
    assert client.get(f"{LOG}/xlsx").status_code == 404


def test_log_costs_a_constant_number_of_statements(cast: Cast):
    client = signed_in(cast, "olga")
    Event.objects.filter(workspace_id=cast.northwind.id).delete()
    few = statements(client, cast, 1)

    assert statements(client, cast, 300) == few


def statements(client, cast: Cast, number: int) -> int:
    for each in range(number):
        user = User.objects.create(name=f"Member {each}", email=f"m{each}of{number}@birch.example")
        give(user, cast.birch, GUEST)
    client.get(LOG)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(LOG).status_code == 200
    return len(seen)


def test_page_of_an_invitation_tells_its_history(cast: Cast):
    invitation = invited(cast, "olga", JULES, birch="Analyst")
    join_as_new(invitation)

    page = signed_in(cast, "mia").get(f"/w/northwind/invitations/{invitation.id}")

    assert [each["text"] for each in page.context["history"]] == [
        f"Jules Roy accepted the invitation of {JULES} to Birch as Analyst.",
        f"Olga Lindqvist invited {JULES} to Birch as Analyst.",
    ]


def test_history_of_an_invitation_holds_only_what_one_may_know(cast: Cast):
    invitation = invited(cast, "olga", JULES, alder="Guest", birch="Analyst")
    ask(cast, "olga", JULES, cedar="Guest")
    client = signed_in(cast, "mia")
    client.post("/w/northwind/invitations/revoke", {"invitation": str(invitation.id), "sure": "yes"})
    join_as_new(Invitation.objects.get())

    page = client.get(f"/w/northwind/invitations/{invitation.id}")

    assert [each["text"] for each in page.context["history"]] == [
        f"Mia Santos revoked the invitation of {JULES} to Birch as Analyst.",
        f"Olga Lindqvist invited {JULES} to Birch as Analyst.",
    ]
    assert b"Alder" not in page.content and b"Cedar" not in page.content
