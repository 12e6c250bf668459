"""Every mail there is, made by the command that sends it: whole, in both languages, with one link and the same words twice."""

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import Engine

import guestlist
from guestlist.access.roles import ANALYST, GUEST
from guestlist.invitations.commands import accept_as_new_user, invite
from guestlist.invitations.models import LINK_PURPOSE, Invitation
from guestlist.invitations.queries.opened import open_invitation
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel import clock
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.links import sign_link
from guestlist.mail.emails import write_letter
from guestlist.mail.models import Message
from guestlist.members.commands import remind_of_ends, send_trial_mail
from guestlist.members.models import Membership
from guestlist.sso.commands import confirm_domain, mail_ways_in, prove_a_domain_again
from guestlist.sso.models import Connection, Domain
from guestlist.users.commands import add_passkey, make_primary, request_address, request_password_reset, reset_password
from tests.cast import Cast
from tests.passkeys import stored_passkey
from tests.sso.name_server import name_server

ROOT = Path(guestlist.__file__).parent
FOLDERS = {str(each.relative_to(each.parents[2])): each for each in ROOT.glob("*/templates/*/emails/*") if each.is_dir()}
PARTS = {"subject.txt", "body.txt", "body.html"}
NOTE = "Welcome, Jules!\nYou will work with Mia on the Birch alerts."


class Page(HTMLParser):
    """The words of a page, where its links lead, and what it would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.language = self.heading = self.text = ""
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.language = found.get("lang") or self.language
        self.links += [found["href"] or ""] if tag == "a" else []
        self.fetched += [str(found[name]) for name in ("src", "background", "srcset") if name in found]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "h1" and not self.heading:
            self.heading = " ".join(data.split())
        if not self.tags or self.tags[-1] not in ("style", "title"):
            self.text += f" {data}"


class Read:
    """A mail as its reader gets it."""

    def __init__(self, message: Message, language: str) -> None:
        message.language = language
        raw = write_letter(message).content
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.raw, self.mail, self.subject = raw, mail, str(mail["Subject"])
        self.kinds = [part.get_content_type() for part in mail.iter_parts()]
        self.text, html = (str(part.get_content()) for part in mail.iter_parts())
        self.page, self.html = Page(html), html
        self.links = re.findall(r"https?://\S+", self.text)


def ask(cast: Cast, *people: Person, by: str = "olga", note: str = "") -> None:
    roles = {cast.birch: frozenset({ANALYST}), cast.cedar: frozenset({GUEST, ANALYST})} if by == "olga" else {cast.alder: {GUEST}}
    wanted = [Wanted(place.id, frozenset(given)) for place, given in roles.items()]
    invite(actor=cast.users[by].actor, workspace=cast.northwind, people=people, grants=wanted, note=note)


def invitation(cast: Cast) -> None:
    ask(cast, Person("jules@birch.example", "Jules Moreau"), note=NOTE)


def added(cast: Cast) -> None:
    settings.GUESTLIST_EXISTING_USERS = "notify"
    ask(cast, Person("otto@elsewhere.example"))


def left_out(cast: Cast) -> None:
    jules = Person("jules@birch.example", "Jules Moreau")
    ask(cast, jules)
    ask(cast, jules, by="adam")
    Membership.objects.filter(user=cast.adam).update(status=Membership.Status.DEACTIVATED)
    row = Invitation.objects.get()
    token = sign_link(LINK_PURPOSE, row.id, str(row.version))
    shown = open_invitation(token).shown
    accept_as_new_user(token=token, shown=shown, name="Jules Moreau", password="a quiet river in autumn", language="en")


def password_reset(cast: Cast) -> None:
    request_password_reset(user=cast.ana)


def password_changed(cast: Cast) -> None:
    request_password_reset(user=cast.ana)
    row = Message.objects.get(template="users/emails/password_reset")
    reset_password(token=sign_link(row.link_purpose, row.link_subject, row.link_version), password="a quiet river in autumn")


def factor_changed(cast: Cast) -> None:
    add_passkey(user=cast.ana, name="Phone", credential=stored_passkey())


def address_link(cast: Cast) -> None:
    request_address(user=cast.ana, typed="ana@home.example")


def address_taken(cast: Cast) -> None:
    request_address(user=cast.ana, typed=cast.nora.email)


def address_changed(cast: Cast) -> None:
    other = cast.ana.emailaddress_set.create(email="ana@home.example", verified=True)
    make_primary(user=cast.ana, address=other.id)
    Message.objects.filter(to_email="ana@home.example").delete()


def trial(cast: Cast) -> None:
    send_trial_mail(actor=cast.olga.actor, workspace=cast.northwind, user=cast.olga)


def end_near(cast: Cast) -> None:
    Membership.objects.filter(user=cast.gus).update(ends_at=clock.now() + timedelta(days=3))
    remind_of_ends()


def ways_in(cast: Cast) -> None:
    Connection.objects.create(workspace=cast.northwind, name="Northwind Okta", protocol="oidc", enabled_at=clock.now())
    confirm_domain(actor=OPERATOR, workspace=cast.northwind, name="northwind.example")
    mail_ways_in(address="jules@northwind.example")


def record_missing(cast: Cast) -> None:
    fields = {"workspace": cast.northwind, "name": "northwind.example", "token": "x", "proved_at": clock.now()}
    Domain.objects.create(**fields)
    with name_server() as (address, _):
        settings.GUESTLIST_DNS_SERVERS = [address]
        prove_a_domain_again()


def trust_changed(cast: Cast) -> None:
    confirm_domain(actor=OPERATOR, workspace=cast.northwind, name="northwind.example")


SENT_BY: dict[str, Callable[[Cast], None]] = {
    "invitations/emails/invitation": invitation,
    "invitations/emails/added": added,
    "invitations/emails/left_out": left_out,
    "members/emails/end_near": end_near,
    "members/emails/end_near_manager": end_near,
    "sso/emails/record_missing": record_missing,
    "sso/emails/trust_changed": trust_changed,
    "sso/emails/ways_in": ways_in,
    "users/emails/address_changed": address_changed,
    "users/emails/address_link": address_link,
    "users/emails/address_taken": address_taken,
    "users/emails/password_reset": password_reset,
    "users/emails/password_changed": password_changed,
    "users/emails/factor_changed": factor_changed,
    "workspaces/emails/trial": trial,
}
WITHOUT_LINK = {"invitations/emails/left_out"}


@pytest.fixture(params=SENT_BY)
def message(request: pytest.FixtureRequest, cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Message:
    """Each mail in turn. `settings` undoes what `added` sets; a variable that the command forgot shows as MISSING."""
    settings.GUESTLIST_EXISTING_USERS, settings.GUESTLIST_DNS_SERVERS = "add", []
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "MISSING %s")
    SENT_BY[request.param](cast)
    return Message.objects.get(template=request.param)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_has_all_three_parts(folder: str):
    files = {each.name for each in FOLDERS[folder].iterdir()}

    assert files == PARTS


def test_every_mail_is_tried_here():
    assert set(SENT_BY) == set(FOLDERS)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_mail_is_text_then_html_with_one_link_and_nothing_to_fetch(message: Message, language: str):
    read = Read(message, language)

    assert read.kinds == ["text/plain", "text/html"]
    assert read.page.language == language
    assert len(read.links) == (message.template not in WITHOUT_LINK)
    assert read.page.links == read.links
    assert read.page.fetched == []
    assert not {"img", "script", "link", "iframe", "form"} & set(read.page.tags)
    assert read.raw.isascii() and max(map(len, read.raw.split(b"\r\n"))) <= 998
    assert b"\n" not in read.raw.replace(b"\r\n", b"")
    assert "MISSING" not in read.subject + read.text + read.html


@pytest.mark.parametrize("language", ["en", "fr"])
def test_subject_is_the_title_of_both_twins(message: Message, language: str):
    read = Read(message, language)

    assert read.subject == read.page.heading == read.text.strip().splitlines()[0]


def test_text_says_the_same_as_html(message: Message):
    read = Read(message, "en")

    for line in filter(None, map(str.strip, read.text.splitlines())):
        if line not in read.links:
            for words in re.split(r":\s+|:$", line):
                assert words in read.page.text, line


def test_french_mail_has_no_english_sentence_left(message: Message):
    english, french = Read(message, "en"), Read(message, "fr")

    left = set(_sentences(english)) & set(_sentences(french))

    assert not left


def test_day_is_written_in_the_readers_language(cast: Cast, time_machine: Any):
    time_machine.move_to("2026-11-23T10:42:00+00:00", tick=False)
    invitation(cast)
    message = Message.objects.get()

    english, french = Read(message, "en"), Read(message, "fr")

    assert "Tuesday 24 November 2026, 10:42" in " ".join(english.text.split()) and "UTC" in english.text
    assert "mardi 24 novembre 2026" in " ".join(french.text.split()) and "UTC" in french.text


def test_hostile_name_and_note_are_only_text(cast: Cast):
    cast.olga.name = "Olga\r\nBcc: all@victim.example\r\n\r\n<script>alert(1)</script>"
    ask(cast, Person("jules@birch.example", 'Jules "<b>"\r\nBcc: x@y.example'), note="<img src=//evil.example/x> & \r\n.\r\nQUIT")
    message = Message.objects.get()

    read = Read(message, "en")

    assert set(read.mail.keys()) == HEADERS
    assert not {"img", "script", "b"} & set(read.page.tags)
    assert "<img src=//evil.\u200cexample/x> &" in read.text
    assert read.page.links == read.links


def test_only_link_is_ours_whatever_people_call_themselves(cast: Cast):
    """A mail reader makes a link of everything that looks like one: an account here must not become a sender of somebody's links."""
    cast.olga.name = "Prize at https://evil.example/x or www.evil.example"
    cast.northwind.name = cast.birch.name = "evil.example:8080/y"
    for each in (cast.northwind, cast.birch):
        each.save()
    ask(cast, Person("jules@birch.example"), note="Look at http://evil.example, Dr.Kim")

    read = Read(Message.objects.get(), "en")

    likely = re.findall(r"(?:\w+://|\bwww\.\w|\w+\.[a-z]{2,}(?![.\w]))\S*", read.text)
    assert {each for each in likely if "birch.example" not in each} == set(read.links)
    assert read.subject.startswith("Prize at https evil.example/x or www.evil.example invites you")
    assert "evil.example" not in read.text + read.page.text, "broken up, in the text and in the HTML"


def test_names_in_any_script_arrive_whole(cast: Cast):
    cast.olga.name = "Ольга Линдквист"
    ask(cast, Person("jules@bücher.example", "山田 太郎"), note="Добро пожаловать 👋")

    read = Read(Message.objects.get(), "en")

    assert read.subject == "Ольга Линдквист invites you to Northwind Security"
    assert read.mail["To"].addresses[0].display_name == "山田 太郎"
    assert read.mail["To"].addresses[0].domain == "xn--bcher-kva.example"
    assert "Добро пожаловать 👋" in read.text and "Добро пожаловать 👋" in read.page.text


HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}


def _sentences(read: Read) -> list[str]:
    """What was written by us: lines of three words or more that are not the invitation's own note, names or places."""
    lines = (line.strip() for line in read.text.splitlines())
    return [line for line in lines if len(line.split()) > 2 and line not in NOTE.splitlines() and "Guest" not in line]
