"""What becomes of a mail that the server takes, and what the mail is then."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
import time_machine

from guestlist.kernel.links import read_link
from guestlist.kernel.text import read_address
from guestlist.mail.commands import cancel_messages, deliver_due
from guestlist.mail.emails import HOLES
from guestlist.mail.models import Message
from tests.mail.letters import DAY, letter, only, queue, queue_many, states
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_queued_mail_is_sent(sink: SmtpSink) -> None:
    queue(letter())

    handled = deliver_due()

    assert handled == 1
    assert only().state == "sent"
    assert [received.recipient for received in sink.messages] == ["ana@northwind.example"]


def test_empty_queue_opens_no_connection(sink: SmtpSink) -> None:
    handled = deliver_due()

    assert handled == 0
    assert sink.connections == 0


def test_many_mails_go_over_one_connection(sink: SmtpSink) -> None:
    queue_many(120)

    handled = deliver_due()

    assert handled == 120
    assert sink.connections == 1
    assert len({received.recipient for received in sink.messages}) == 120


def test_limit_leaves_the_rest_queued(sink: SmtpSink) -> None:
    queue_many(5)

    handled = deliver_due(limit=2)

    assert handled == 2
    assert sorted(states().values()) == ["queued", "queued", "queued", "sent", "sent"]


def test_one_mail_does_not_wait_behind_many(sink: SmtpSink) -> None:
    queue_many(60)
    queue(letter("late@northwind.example"))

    deliver_due(limit=3)

    assert "late@northwind.example" in {received.recipient for received in sink.messages}


def test_mail_has_the_headers_of_a_mail_by_a_machine(sink: SmtpSink) -> None:
    with time_machine.travel(NOON, tick=False):
        queue(letter(to_name="Élodie Müller"))

        deliver_due()

    mail = sink.messages[0].message
    assert mail["From"] == "Guestlist <people@guestlist.example>"
    assert mail["To"] == "Élodie Müller <ana@northwind.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == only().message_id
    assert mail["Date"].datetime == NOON
    assert mail.get_content_type() == "multipart/alternative"
    assert not mail.defects


def test_message_ids_cannot_be_guessed(sink: SmtpSink) -> None:
    queue_many(50)

    ids = Message.objects.values_list("message_id", flat=True)

    assert len(set(ids)) == 50
    assert all(re.fullmatch(r"<[\w-]{22}@guestlist\.example>", each) for each in ids)


def test_link_is_signed_when_sent_and_stored_nowhere(sink: SmtpSink) -> None:
    draft = letter()
    queue(draft)

    deliver_due()

    token = re.search(r"http://localhost:8000/join/(\S+)", sink.messages[0].text)
    assert token and draft.link
    assert read_link("join", token[1]).subject == draft.link.subject
    assert token[1] in sink.messages[0].html
    assert not [value for value in Message.objects.values().get().values() if token[1] in str(value)]


def test_link_lives_from_the_moment_the_server_took_the_mail(sink: SmtpSink) -> None:
    with time_machine.travel(NOON - timedelta(days=3), tick=False):
        queue(letter())

    with time_machine.travel(NOON, tick=False):
        deliver_due()

    assert only().sent_at == NOON
    assert only().link_ends_at == NOON + timedelta(seconds=DAY)
    assert "until 2026-11-23T12:00:00+00:00" in sink.messages[0].text


def test_link_without_lifetime_has_no_end(sink: SmtpSink) -> None:
    draft = letter()
    assert draft.link
    queue(letter(link=type(draft.link)("join", draft.link.subject, "1", "/join/{token}")))

    deliver_due()

    assert only().link_ends_at is None
    assert "until" not in sink.messages[0].text


def test_mail_without_link_is_sent(sink: SmtpSink) -> None:
    queue(letter(link=None))

    deliver_due()

    assert "/join/" not in sink.messages[0].text
    assert only().state == "sent"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_mail_is_written_in_its_language(sink: SmtpSink, language: str) -> None:
    queue(letter(language=language))

    deliver_due()

    assert sink.messages[0].text.startswith(f"{language}: Olga")
    assert f'lang="{language}"' in sink.messages[0].html


def test_lines_of_dots_arrive_as_they_were(sink: SmtpSink) -> None:
    queue(letter())

    deliver_due()

    assert sink.messages[0].text.splitlines()[-2:] == [".", "..two dots"]


def test_international_domain_is_sent_in_ascii(sink: SmtpSink) -> None:
    queue(letter("ada@exämple.example"))

    deliver_due()

    assert sink.messages[0].recipient == "ada@xn--exmple-cua.example"


@pytest.mark.parametrize("name", ["Ana\r\nBcc: eve@evil.example", "Müller\r\nBcc: eve@evil.example", "=?utf-8?q?Ana=0D=0ABcc:?="])
def test_line_break_in_a_name_makes_no_header(sink: SmtpSink, name: str) -> None:
    queue(letter(to_name=name, context={"inviter": name}))

    deliver_due()

    mail = sink.messages[0]
    assert mail.message["Bcc"] is None
    assert mail.recipient == "ana@northwind.example"
    assert [address.addr_spec for address in mail.message["To"].addresses] == ["ana@northwind.example"]
    assert b"\r\nBcc:" not in mail.raw.partition(b"\r\n\r\n")[0]
    assert not mail.message.defects


def test_name_with_a_comma_stays_one_person(sink: SmtpSink) -> None:
    queue(letter(to_name='Doe, "Ana" <eve@evil.example>'))

    deliver_due()

    to = sink.messages[0].message["To"].addresses
    assert [(each.display_name, each.addr_spec) for each in to] == [('Doe, "Ana" <eve@evil.example>', "ana@northwind.example")]


def test_long_foreign_name_is_folded(sink: SmtpSink) -> None:
    queue(letter(to_name="Ω" * 200))

    deliver_due()

    head = sink.messages[0].raw.partition(b"\r\n\r\n")[0]
    assert only().reason == ""
    assert (
        str(make_header(decode_header(message_from_bytes(sink.messages[0].raw)["To"]))) == f"{'Ω' * 200} <ana@northwind.example>"
    )
    assert max(len(line) for line in head.splitlines()) <= 78


def test_every_line_ends_as_smtp_wants_it(sink: SmtpSink) -> None:
    queue(letter(to_name="Ω" * 200))

    deliver_due()

    assert max(len(line) for line in sink.messages[0].raw.split(b"\r\n")) <= 78
    assert b"\n" not in sink.messages[0].raw.replace(b"\r\n", b"")


def test_each_mail_of_one_kind_has_its_own_link_name_and_address(sink: SmtpSink) -> None:
    drafts = [letter(f"guest{number}@birch.example", to_name=f"<{number}> & {number}") for number in range(3)]
    queue(*drafts)

    deliver_due()

    for number, (draft, mail) in enumerate(zip(drafts, sink.messages, strict=True)):
        token = re.search(r"/join/(\S+)", mail.text)
        assert token and draft.link
        assert read_link("join", token[1]).subject == draft.link.subject
        assert f"<{number}> & {number} <guest{number}@birch.example>" in mail.text
        assert f"&lt;{number}&gt; &amp; {number}" in mail.html
        assert f'href="http://localhost:8000/join/{token[1]}"' in mail.html


def test_nobody_can_have_the_link_put_where_they_like(sink: SmtpSink) -> None:
    hole = HOLES["link"]
    queue(letter(to_name=f"Ana{hole}", context={"inviter": f"Olga{hole}"}))

    deliver_due()

    assert sink.messages[0].message["Subject"] == f"Olga says hello, Ana{hole}"
    assert sink.messages[0].text.count("/join/") == 1


def test_html_in_a_name_is_text(sink: SmtpSink) -> None:
    queue(letter(context={"inviter": "<b>Olga</b> & co"}))

    deliver_due()

    assert "&lt;b&gt;Olga&lt;/b&gt; &amp; co" in sink.messages[0].html
    assert "<b>Olga</b> & co" in sink.messages[0].text
    assert sink.messages[0].message["Subject"] == "<b>Olga</b> & co says hello, Ana"


def test_context_cannot_replace_the_link(sink: SmtpSink) -> None:
    queue(letter(context={"inviter": "Olga", "link": "https://evil.example", "base_url": "https://evil.example"}))

    deliver_due()

    assert "evil.example" not in sink.messages[0].text


def test_cancelled_mail_is_never_sent(sink: SmtpSink) -> None:
    _, dropped = queue(letter("kept@birch.example"), letter("dropped@birch.example"))

    count = cancel_messages([dropped.id])
    deliver_due()

    assert count == 1
    assert states() == {"kept@birch.example": "sent", "dropped@birch.example": "cancelled"}
    assert [received.recipient for received in sink.messages] == ["kept@birch.example"]


def test_sent_mail_cannot_be_cancelled(sink: SmtpSink) -> None:
    (message,) = queue(letter())
    deliver_due()

    assert cancel_messages([message.id]) == 0
    assert only().state == "sent"


def test_stop_gives_back_what_was_not_begun(sink: SmtpSink) -> None:
    queue_many(10)

    handled = deliver_due(stop=lambda: len(sink.messages) >= 3)

    assert handled == 3
    assert not Message.objects.exclude(leased_until=None).exists()
    assert deliver_due() == 7


@pytest.mark.parametrize("domain", ["straße.example", "faß.example", "βόλος.example", "bücher.example"])
def test_mail_goes_to_the_domain_that_the_address_is_known_by(sink: SmtpSink, domain: str) -> None:
    """IDNA was read in two ways, which made another's domain of these (RFC 5894, section 7.2)."""
    address = read_address(f"ana@{domain}")
    queue(letter(address.shown))

    deliver_due()

    assert sink.messages[0].recipient == address.key
