"""The holder's profile, password and sessions (design rules 14, 15)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from guestlist.audit.models import Event
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.errors import NotFound
from guestlist.mail.models import Message
from guestlist.members.commands import disable_user
from guestlist.users.commands import change_password, change_profile, end_other_sessions, end_session
from guestlist.users.errors import NameMissing, WeakPassword, WrongPassword
from guestlist.users.models import Session, User
from guestlist.users.queries import sessions_of
from guestlist.users.rules import browser_and_system, network_of
from tests.cast import PASSWORD, Cast

NEW = "seven tall ships at anchor"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0"


def browser(user: User, agent: str = FIREFOX, address: str = "203.0.113.77") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        (IPHONE, ("Safari", "iPhone")),
        (EDGE, ("Edge", "Windows")),
        ("", ("", "")),
        ("curl/8", ("", "")),
    ],
)
def test_browser_and_system_are_read_from_what_it_says(agent: str, words: tuple[str, str]):
    assert browser_and_system(agent) == (words if agent != "curl/8" else ("curl", ""))


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("", ""), ("nonsense", "")],
)
def test_address_is_shortened_to_its_network(address: str, network: str):
    assert network_of(address) == network


def test_session_says_which_browser_where_and_when(cast: Cast):
    browser(cast.ana)

    row = sessions_of(cast.ana).get()
    assert (row.browser, row.system, row.network) == ("Firefox", "Linux", "203.0.113.0/24")
    assert "203.0.113.77" not in str(Session.objects.values())


def test_session_is_written_down_again_only_after_five_minutes(cast: Cast, django_assert_num_queries):
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False) as clock:
        client = browser(cast.ana)
        clock.shift(timedelta(minutes=4))
        client.get("/help/roles")
        unchanged = sessions_of(cast.ana).get().seen_at
        clock.shift(timedelta(minutes=2))
        client.get("/help/roles")

        assert (unchanged.minute, sessions_of(cast.ana).get().seen_at.minute) == (0, 6)


def test_ended_session_is_out_on_its_next_request_and_the_others_stay(cast: Cast):
    """R-034"""
    here, there = browser(cast.ana), browser(cast.ana, IPHONE)
    row = sessions_of(cast.ana).get(system="iPhone")

    end_session(user=cast.ana, session=row.id)

    assert (there.get("/me").status_code, here.get("/me").status_code) == (302, 200)
    assert Event.objects.filter(action="user.sessions_ended", actor_id=cast.ana.id).count() == 1


@pytest.mark.parametrize("who", ["otto", "nora", "olga"])
def test_nobody_ends_the_session_of_somebody_else(cast: Cast, who: str):
    """R-034"""
    ana = browser(cast.ana)
    row = sessions_of(cast.ana).get()

    with pytest.raises(NotFound):
        end_session(user=cast.users[who], session=row.id)

    assert ana.get("/me").status_code == 200


def test_all_others_end_and_this_one_stays(cast: Cast):
    """R-034"""
    here, there, nora = browser(cast.ana), browser(cast.ana, IPHONE), browser(cast.nora)

    end_other_sessions(user=cast.ana, keep=here.session.session_key)

    assert [each.get("/me").status_code for each in (here, there, nora)] == [200, 302, 200]


def test_new_password_ends_the_other_sessions_and_is_told_by_mail(cast: Cast):
    """R-013"""
    here, there = browser(cast.ana), browser(cast.ana, IPHONE)

    change_password(user=cast.ana, old=PASSWORD, new=NEW, keep=here.session.session_key)

    assert there.get("/me").status_code == 302
    assert [row.system for row in sessions_of(cast.ana)] == ["Linux"]
    assert Message.objects.get(template="users/emails/password_changed").to_email == cast.ana.email


@pytest.mark.parametrize(("old", "new", "refusal"), [("wrong", NEW, WrongPassword), (PASSWORD, "short", WeakPassword)])
def test_refused_password_changes_nothing(cast: Cast, old: str, new: str, refusal: type[Exception]):
    """R-006"""
    there = browser(cast.ana)

    with pytest.raises(refusal):
        change_password(user=cast.ana, old=old, new=new, keep="")

    assert User.objects.get(id=cast.ana.id).check_password(PASSWORD)
    assert there.get("/me").status_code == 200


def test_disabling_ends_every_session(cast: Cast):
    """R-033, R-035"""
    client = browser(cast.ana)

    disable_user(actor=OPERATOR, user=cast.ana)

    assert client.get("/me").status_code == 302
    assert not sessions_of(cast.ana).exists()


def test_profile_takes_what_it_knows(cast: Cast):
    change_profile(user=cast.ana, name=" Ana  F. ", language="fr", time_zone="Europe/Paris", theme="dark")
    known = User.objects.get(id=cast.ana.id)
    change_profile(user=cast.ana, name="Ana", language="tlh", time_zone="Mars/Olympus", theme="pink")
    unknown = User.objects.get(id=cast.ana.id)

    assert (known.name, known.language, known.time_zone, known.theme) == ("Ana F.", "fr", "Europe/Paris", "dark")
    assert (unknown.language, unknown.time_zone, unknown.theme) == ("", "", "")
    with pytest.raises(NameMissing):
        change_profile(user=cast.ana, name="  ", language="", time_zone="", theme="")


def test_expired_sessions_are_swept_out_at_the_next_sign_in(cast: Cast):
    browser(cast.ana)
    Session.objects.update(expire_date=datetime(2020, 1, 1, tzinfo=UTC))

    browser(cast.nora)

    assert not cast.ana.sessions.exists()
