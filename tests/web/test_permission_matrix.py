"""Page × verb × person: what each of the cast is answered. A page without a row here fails the last test."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from guestlist.invitations.models import Invitation
from guestlist.web.urls import urlpatterns
from tests.cast import Cast
from tests.web.visits import ask, signed_in

PEOPLE = ("olga", "adam", "mia", "ana", "gus", "nora", "otto", "anonymous")
# Answers in the order of PEOPLE. 302 sends an anonymous reader to the sign-in page.
HOME, OPEN = "302 302 302 302 302 302 302 302", "200 200 200 200 200 200 200 302"
INSIDE = "200 200 200 200 200 404 404 302"
TABLE = {
    ("GET", "home"): HOME,
    ("GET", "healthz"): "200 200 200 200 200 200 200 200",
    ("GET", "help_roles"): OPEN,
    ("GET", "demo_mailbox"): "404 404 404 404 404 404 404 404",
    ("GET", "demo_mail"): "404 404 404 404 404 404 404 404",
    ("GET", "demo_mail_html"): "404 404 404 404 404 404 404 404",
    ("GET", "style"): "404 404 404 404 404 404 404 404",
    ("GET", "account_login"): "302 302 302 302 302 302 302 200",
    ("POST", "account_logout"): HOME,
    ("GET", "password_reset"): "200 200 200 200 200 200 200 200",
    ("GET", "new_password"): "404 404 404 404 404 404 404 404",
    ("GET", "join"): "404 404 404 404 404 404 404 404",
    ("GET", "me"): OPEN,
    ("GET", "notifications"): OPEN,
    ("GET", "leave"): "404 404 404 200 404 404 404 302",
    ("POST", "leave"): "404 404 404 302 404 404 404 302",
    ("GET", "communities"): "302 302 302 302 302 302 404 302",
    ("GET", "community"): "200 404 200 200 404 404 404 302",
    ("GET", "community_users_new"): "200 404 200 404 404 404 404 302",
    ("POST", "community_users_new"): "422 404 422 404 404 404 404 302",
    ("GET", "workspace"): "302 302 302 302 302 404 404 302",
    ("GET", "settings"): "302 302 302 302 302 404 404 302",
    ("GET", "workspace_users"): INSIDE,
    ("GET", "workspace_users_new"): "200 200 200 404 404 404 404 302",
    ("POST", "workspace_users_new"): "422 422 422 404 404 404 404 302",
    ("GET", "users_bulk"): "302 302 302 302 302 404 404 302",
    ("POST", "users_bulk"): "302 302 302 302 302 404 404 302",
    ("GET", "user"): "200 404 200 200 404 404 404 302",
    ("POST", "user"): "302 404 302 302 404 404 404 302",
    ("GET", "user_act"): "200 404 403 403 404 404 404 302",
    ("POST", "user_act"): "302 404 302 302 404 404 404 302",
    ("GET", "membership_act"): "200 404 200 403 404 404 404 302",
    ("POST", "membership_act"): "302 404 302 302 404 404 404 302",
    ("POST", "invite_preview"): INSIDE,
    ("GET", "invitations_resend"): "200 302 200 302 302 404 404 302",
    ("POST", "invitations_resend"): "302 302 302 302 302 404 404 302",
    ("GET", "invitations_revoke"): "200 302 200 302 302 404 404 302",
    ("POST", "invitations_revoke"): "200 302 200 302 302 404 404 302",
    ("GET", "invitation"): "200 404 200 404 404 404 404 302",
    ("GET", "batch"): "200 404 404 404 404 404 404 302",
    ("GET", "batch_csv"): "200 404 404 404 404 404 404 302",
    ("POST", "batch_cancel"): "409 404 404 404 404 404 404 302",
    ("GET", "team_users"): "200 404 200 200 404 404 404 302",
    ("GET", "team_invites"): "200 404 200 200 404 404 404 302",
    ("GET", "team_invites_new"): "200 404 200 404 404 404 404 302",
    ("POST", "team_invites_new"): "422 404 422 404 404 404 404 302",
}


def path_of(name: str, cast: Cast, invitation: Invitation) -> str:
    """The page about Birch, the invitation into it, Ana's membership there, or Mia, who is nowhere else."""
    route = next(str(each.pattern) for each in urlpatterns if each.name == name)
    membership = cast.ana.memberships.get(community=cast.birch)
    values = {
        "<slug:slug>": "northwind",
        "<slug:team>": "birch",
        "<uuid:community>": str(cast.birch.id),
        "<slug:tab>": "users",
        "<uuid:invitation>": str(invitation.id),
        "<uuid:batch>": str(invitation.batch_id),
        "<uuid:membership>": str(membership.id),
        "<uuid:user>": str(cast.mia.id),
        "<slug:act>": "deactivate",
        "<slug:name>": "none",
        "<str:token>": "no-such-token",
    }
    for part, value in values.items():
        route = route.replace(part, value)
    query = f"?invitation={invitation.id}" if name in ("invitations_resend", "invitations_revoke") else ""
    return f"/{route}{query}"


def answer(client: Client, verb: str, path: str) -> int:
    """The answer, without its effect on the next person."""
    with transaction.atomic():
        status = (client.post(path, {}) if verb == "POST" else client.get(path)).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize(("verb", "name"), TABLE, ids=lambda part: part)
def test_each_person_is_answered_as_the_table_says(cast: Cast, verb: str, name: str):
    invitation = ask(cast, "birch", "jules@birch.example")[0]
    path = path_of(name, cast, invitation)

    answers = [answer(signed_in(cast, who), verb, path) for who in PEOPLE]

    assert " ".join(map(str, answers)) == TABLE[verb, name]


@pytest.mark.parametrize("who", ["nora", "otto", "gus"])
def test_nobody_reads_of_a_place_they_may_not_see(cast: Cast, who: str):
    invitation = ask(cast, "birch", "jules@birch.example")[0]
    client = signed_in(cast, who)

    pages = [client.get(path_of(name, cast, invitation)).content.decode() for verb, name in TABLE if verb == "GET"]

    assert not [page for page in pages if "jules" in page or str(cast.birch.id) in page]


def test_every_page_has_a_row():
    named = {each.name for each in get_resolver("guestlist.web.urls").url_patterns if not isinstance(each, URLResolver)}

    assert named == {name for _, name in TABLE}
