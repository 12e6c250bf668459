"""The holder sees the directories linked to their account, and unlinks them."""

from guestlist.audit.models import Event
from guestlist.mail.models import Message
from guestlist.sso.models import Connection, Identity
from guestlist.users.models import User
from tests.cast import Cast
from tests.sso.acts import connect
from tests.web.visits import confirmed, signed_in


def linked(cast: Cast, user: User) -> tuple[Connection, str]:
    row = connect(cast)
    identity = Identity.objects.create(connection=row, subject="00u1", user=user)
    return row, f"/me/security/directories/{identity.id}/unlink"


def test_holder_confirms_and_unlinks(cast: Cast):
    row, page = linked(cast, cast.ana)
    opened = signed_in(cast, "ana")
    session = opened.session
    session["connection"] = str(row.id)
    session.save()
    ana = signed_in(cast, "ana")
    listed, asked = page in ana.get("/me/security").content.decode(), ana.post(page)["Location"]
    confirmed(ana).get(page)

    done = ana.post(page)

    assert (listed, asked.startswith("/me/confirm"), done["Location"]) == (True, True, "/me/security")
    assert not Identity.objects.exists()
    assert opened.get("/me").status_code == 302 and ana.get("/me").status_code == 200
    assert Event.objects.get(action="connection.unlinked").target_id == row.id
    assert Message.objects.get(template="users/emails/factor_changed").context["change"] == "directory_unlinked"


def test_only_way_in_stays(cast: Cast):
    _row, page = linked(cast, cast.ana)
    cast.ana.set_unusable_password()
    cast.ana.save()

    answer = confirmed(signed_in(cast, "ana")).post(page, follow=True)

    assert "only way into your account" in answer.content.decode()
    assert Identity.objects.exists()


def test_nobody_elses_directory_is_unlinked(cast: Cast):
    _row, page = linked(cast, cast.ana)

    assert {confirmed(signed_in(cast, who)).post(page).status_code for who in ("olga", "nora", "otto")} == {404}
    assert Identity.objects.exists()
