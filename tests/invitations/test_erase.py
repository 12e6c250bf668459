"""Erasing blanks name and addresses and keeps the facts, in the history too (design rule 15)."""

import json

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from guestlist.access.roles import ANALYST, GUEST
from guestlist.audit.models import Event
from guestlist.invitations.commands import accept_as_new_user, close_account, erase_user, invite
from guestlist.invitations.models import Grant, Invitation
from guestlist.invitations.queries import open_invitation, own_data
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.links import sign_link
from guestlist.mail.models import Message
from guestlist.members.commands import set_roles
from guestlist.members.errors import LastAdmin
from guestlist.members.models import Membership
from guestlist.users.commands import change_profile, request_password_reset
from guestlist.users.errors import NotConfirmed, WrongPassword
from guestlist.users.models import User
from tests.api.callers import as_user
from tests.cast import PASSWORD, Cast, give

ADDRESS, NAME = "zoe.quill@birch.example", "Zoé Quill"


def ask(cast: Cast, actor: User, place: str, address: str, name: str = "") -> Invitation:
    grants = [Wanted(cast.places[place].id, frozenset({GUEST}))]
    done = invite(
        actor=actor.actor, workspace=cast.northwind, people=[Person(address, name)], grants=grants, note=f"Hello {name}"
    )
    return Invitation.objects.get(id=done.outcomes[0].invitation)


def zoe_with_a_past(cast: Cast) -> User:
    """Invited by the API, joined, asked others in, forgot her password, was asked again after a bounce."""
    body = {
        "people": [{"email": f"Zoe.Quill@{ADDRESS.partition('@')[2]}", "name": NAME}],
        "grants": [{"community": "birch", "roles": ["Admin"]}],
    }
    as_user(cast.olga).post("/workspaces/northwind/invitations", body, Idempotency_Key="once")
    row = Invitation.objects.get()
    token = sign_link("invitation", row.id, "1")
    accept_as_new_user(token=token, shown=open_invitation(token).shown, name=NAME, password=PASSWORD, language="en")
    zoe = User.objects.get(name=NAME)
    ask(cast, zoe, "birch", "friend@x.example", "Friend")
    request_password_reset(user=zoe)
    Message.objects.filter(to_email__iexact=ADDRESS).update(reason=f"550 <{ADDRESS}> is full")
    return zoe


def everything_written() -> str:
    """Every column of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found.append(json.dumps(cursor.fetchall(), default=str, ensure_ascii=False))
    return "\n".join(found).replace("\\\\u00e9", "é").replace("\\u00e9", "é").lower()


def test_nothing_of_name_and_address_remains(cast: Cast):
    zoe = zoe_with_a_past(cast)
    assert ADDRESS in everything_written() and NAME.lower() in everything_written()

    erase_user(actor=OPERATOR, user=zoe)

    assert ADDRESS not in everything_written()
    assert NAME.lower() not in everything_written()


def test_facts_stay(cast: Cast):
    zoe = zoe_with_a_past(cast)
    events, invitations = Event.objects.filter(actor_id=zoe.id).count(), Invitation.objects.count()

    erase_user(actor=OPERATOR, user=zoe)

    assert Event.objects.filter(actor_id=zoe.id).count() == events
    assert Invitation.objects.count() == invitations
    assert Invitation.objects.get(user_id=zoe.id).state == "accepted"
    assert Grant.objects.get(giver_id=zoe.id).giver_kind == "user"


def test_others_keep_what_only_looks_alike(cast: Cast):
    zoe = zoe_with_a_past(cast)
    longer = ask(cast, cast.olga, "birch", f"x{ADDRESS}", NAME)
    grown = ask(cast, cast.olga, "birch", f"{ADDRESS}.org", NAME)

    erase_user(actor=OPERATOR, user=zoe)

    assert Invitation.objects.get(id=longer.id).email == f"x{ADDRESS}"
    assert Invitation.objects.get(id=grown.id).name == NAME
    assert Message.objects.get(id=grown.message_id).to_email == f"{ADDRESS}.org"


def test_who_has_the_same_end_of_an_address_keeps_theirs(cast: Cast):
    """`o'brien@` is not `brien@`, as little as `x=brien@` is: signs belong to the name in an address."""
    brien, others = cast.ana, [cast.gus, cast.mia]
    addresses = ["o'brien@northwind.example", "x=brien@northwind.example"]
    for user, address in zip([brien, *others], ["brien@northwind.example", *addresses], strict=True):
        EmailAddress.objects.filter(user=user).update(email=address)
        Membership.objects.filter(user=user).update(email_key=address)
        User.objects.filter(id=user.id).update(email=address)
    brien.refresh_from_db()
    waiting = ask(cast, cast.olga, "cedar", "o''brien@northwind.example", "")
    note = Invitation.objects.filter(id=waiting.id)
    note.update(note="Ask 'brien@northwind.example' or o'brien@northwind.example.")

    erase_user(actor=OPERATOR, user=brien)

    assert [User.objects.get(id=each.id).email for each in others] == addresses
    assert set(Membership.objects.filter(user__in=others).values_list("email_key", flat=True)) == set(addresses)
    assert note.get().email == "o''brien@northwind.example"
    assert note.get().note == "Ask '' or o'brien@northwind.example."


def test_names_once_taken_blank_nothing_of_what_was_done(cast: Cast):
    """Whoever calls themselves like a role, or like somebody else, must not wipe out what they gave, or whose mails those are."""
    given = give(cast.gus, cast.places["alder"], GUEST)
    set_roles(actor=cast.adam.actor, membership=given, roles=[str(ANALYST)])
    theirs = ask_from_acme(cast)
    for name in (str(ANALYST), cast.nora.name, "Adam"):
        change_profile(user=cast.adam, name=name, language="", time_zone="", theme="")

    erase_user(actor=OPERATOR, user=cast.adam)

    assert Event.objects.get(action="membership.roles_changed").after == {"roles": [str(ANALYST)]}
    assert Message.objects.get(id=theirs.message_id).context["inviter"] == cast.nora.name


def ask_from_acme(cast: Cast) -> Invitation:
    wanted = [Wanted(cast.acme_main.id, frozenset({GUEST}))]
    invite(actor=cast.nora.actor, workspace=cast.acme, people=[Person("new@acme.example", "")], grants=wanted)
    return Invitation.objects.get(email_key="new@acme.example")


def test_what_waits_for_them_is_taken_back(cast: Cast):
    ana = cast.ana
    cast.northwind.existing_users = "ask"
    cast.northwind.save()
    waiting = ask(cast, cast.olga, "cedar", ana.email)

    erase_user(actor=OPERATOR, user=ana)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.email) == ("revoked", "")
    assert Message.objects.get(id=waiting.message_id).state == "cancelled"


def test_holder_closes_their_account(cast: Cast):
    close_account(user=cast.ana, typed="ANA@northwind.example ", password=PASSWORD)

    ana = User.objects.get(id=cast.ana.id)
    assert (ana.name, ana.email, ana.can_sign_in) == ("", "", False)
    assert Event.objects.get(action="user.erased").actor_id == ana.id


@pytest.mark.parametrize(
    ("who", "typed", "password", "refusal"),
    [
        ("ana", "olga@northwind.example", PASSWORD, NotConfirmed),
        ("ana", "", PASSWORD, NotConfirmed),
        ("ana", "ana@northwind.example", "wrong", WrongPassword),
        ("olga", "olga@northwind.example", PASSWORD, LastAdmin),
    ],
)
def test_refused_closing_changes_nothing(cast: Cast, who: str, typed: str, password: str, refusal: type[Exception]):
    before = everything_written()

    with pytest.raises(refusal):
        close_account(user=cast.users[who], typed=typed, password=password)

    assert everything_written() == before


def test_last_admin_is_told_of_which_workspace(cast: Cast):
    with pytest.raises(LastAdmin, match="Acme"):
        close_account(user=cast.nora, typed=cast.nora.email, password=PASSWORD)


def test_export_holds_all_of_mine_and_nothing_of_others(cast: Cast):
    zoe = zoe_with_a_past(cast)
    zoe.email = ADDRESS
    give(zoe, cast.acme_main, ANALYST)

    data = own_data(zoe)

    text = json.dumps(data, ensure_ascii=False)
    assert data["profile"]["name"] == NAME
    assert [each["email"] for each in data["addresses"]] == [ADDRESS]
    assert {each["community"] for each in data["memberships"]} == {"Birch", cast.acme_main.name}
    assert [each["state"] for each in data["invitations"]] == ["accepted"]
    assert {"user.created", "invitation.created"} <= {each["action"] for each in data["events"]}
    assert "friend@x.example" not in text and "olga" not in text and "Alder" not in text
