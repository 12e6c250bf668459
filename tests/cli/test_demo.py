from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from guestlist.access.permissions import load_catalogue
from guestlist.cli import demo_data
from guestlist.cli.mail_sink import MailSink
from guestlist.invitations.models import Invitation
from guestlist.members.models import Role
from guestlist.users.models import User
from guestlist.users.queries import user_by_address
from guestlist.workspaces.models import Community
from tests.invariants import assert_sound

PERMISSIONS = Path(demo_data.__file__).with_name("demo_permissions.toml")


@pytest.fixture
def mailbox(db: None, tmp_path: Path, settings) -> Iterator[Path]:
    load_catalogue(str(PERMISSIONS))
    with MailSink(tmp_path) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield tmp_path
    load_catalogue()


def test_cast_can_sign_in_with_the_password_answered(mailbox: Path):
    sign_ins = demo_data.build()

    assert len(sign_ins) == 7
    for address, password in sign_ins:
        user = user_by_address(address)
        assert user is not None
        assert user.check_password(password)
    otto = User.objects.get(name="Otto Brandt")
    assert not otto.memberships.exists()
    assert_sound()


def test_places_and_roles_are_those_of_the_cast(mailbox: Path):
    demo_data.build()

    places = {row.name: row.parent.name if row.parent else None for row in Community.objects.select_related("parent")}
    lead = Role.objects.get(name="Shift lead")
    assert places == {
        "Northwind Security": None,
        "Alder": "Northwind Security",
        "Birch": "Northwind Security",
        "Cedar": "Northwind Security",
        "Cedar North": "Cedar",
        "Acme": None,
    }
    assert (lead.community.name, len(lead.may_hand_out)) == ("Alder", 3)
    assert Role.objects.get(name="Report reader").community.name == "Northwind Security"


def test_invitations_are_in_every_state(mailbox: Path):
    demo_data.build()

    rows = Invitation.objects.select_related("message")
    states = {(row.current_state, row.message.state) for row in rows}
    assert states == {
        ("pending", "sent"),
        ("pending", "failed"),
        ("pending", "queued"),  # Acme's, which the worker will send
        ("accepted", "sent"),
        ("declined", "sent"),
        ("revoked", "sent"),
        ("expired", "sent"),
    }


def test_mailbox_holds_each_mail_as_a_file(mailbox: Path):
    demo_data.build()

    files = sorted(mailbox.iterdir())
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in files]
    assert {path.suffix for path in files} == {".eml"}
    assert any("jules@birch.example" in mail["To"] for mail in mails)
    asked = [mail for mail in mails if "olga@northwind.example" not in mail["To"]]  # she is told of the domain
    assert all("/join/" in mail.get_body(("plain",)).get_content() for mail in asked)
    assert not any("gone.example" in mail["To"] for mail in mails)
