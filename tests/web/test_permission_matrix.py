"""Page × verb × person: what each of the cast is answered. A page without a row here fails the last test."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from guestlist.invitations.models import Invitation
from guestlist.kernel.actors import OPERATOR
from guestlist.members.commands import create_role
from guestlist.members.models import MembershipRole, Role
from guestlist.sso.models import Connection
from guestlist.web.urls import urlpatterns
from tests.cast import Cast
from tests.sso.acts import connect
from tests.web.visits import ask, signed_in

PEOPLE = ("olga", "adam", "mia", "ana", "gus", "nora", "otto", "anonymous")
# Answers in the order of PEOPLE. 302 sends an anonymous reader to the sign-in page.
HOME, OPEN = "302 302 302 302 302 302 302 302", "200 200 200 200 200 200 200 302"
OLGA = "200 404 404 404 404 404 404 302"
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
    # The provider of the connection in the table is down: 400.
    ("GET", "sso_start"): "400 400 400 400 400 400 400 400",
    ("GET", "sso_test"): "400 404 404 404 404 404 404 302",
    ("GET", "sso_callback"): "400 400 400 400 400 400 400 400",
    ("POST", "sso_acs"): "404 404 404 404 404 404 404 404",
    ("GET", "sso_metadata"): "404 404 404 404 404 404 404 404",
    ("GET", "sso_link"): HOME,
    ("POST", "sso_link"): HOME,
    ("GET", "me"): OPEN,
    ("POST", "me"): "422 422 422 422 422 422 422 302",
    ("GET", "my_password"): OPEN,
    ("POST", "my_password"): "422 422 422 422 422 422 422 302",
    ("GET", "notifications"): OPEN,
    ("GET", "export"): OPEN,
    ("GET", "close_account"): OPEN,
    ("POST", "close_account"): "422 422 422 422 422 422 422 302",
    ("GET", "end_session"): "404 404 404 200 404 404 404 302",
    ("POST", "end_session"): "404 404 404 302 404 404 404 302",
    ("GET", "end_other_sessions"): OPEN,
    ("POST", "end_other_sessions"): HOME,
    ("GET", "leave"): "404 404 404 200 404 404 404 302",
    ("POST", "leave"): "404 404 404 302 404 404 404 302",
    ("GET", "communities"): "302 302 302 302 302 302 404 302",
    ("GET", "community"): "200 404 200 200 404 404 404 302",
    ("GET", "community_tree"): "200 200 200 200 200 200 404 302",
    ("GET", "community_new"): OLGA,
    ("POST", "community_new"): "422 404 404 404 404 404 404 302",
    ("GET", "community_edit"): OLGA,
    ("POST", "community_edit"): "302 404 404 404 404 404 404 302",
    ("GET", "community_move"): OLGA,
    ("POST", "community_move"): OLGA,
    ("GET", "community_delete"): OLGA,
    ("POST", "community_delete"): "422 404 404 404 404 404 404 302",
    ("GET", "community_users_new"): "200 404 200 404 404 404 404 302",
    ("POST", "community_users_new"): "422 404 422 404 404 404 404 302",
    ("GET", "workspace"): "302 302 302 302 302 404 404 302",
    ("GET", "settings"): "302 302 302 302 302 404 404 302",
    ("GET", "workspace_general"): OLGA,
    ("POST", "workspace_general"): "302 404 404 404 404 404 404 302",
    ("GET", "workspace_setup"): OLGA,
    ("POST", "workspace_setup"): "302 404 404 404 404 404 404 302",
    ("GET", "workspace_users"): INSIDE,
    ("GET", "workspace_users_new"): "200 200 200 404 404 404 404 302",
    ("POST", "workspace_users_new"): "422 422 422 404 404 404 404 302",
    ("GET", "overview"): INSIDE,
    ("GET", "audit"): "200 200 403 403 403 404 404 302",
    ("GET", "audit_export"): "200 200 403 403 403 404 404 302",
    ("GET", "workspace_roles"): INSIDE,
    ("GET", "role_new"): "200 404 404 404 404 404 404 302",
    ("POST", "role_new"): "422 404 404 404 404 404 404 302",
    ("GET", "role"): "200 404 200 200 404 404 404 302",
    ("GET", "role_edit"): "200 404 404 404 404 404 404 302",
    ("POST", "role_edit"): "422 404 404 404 404 404 404 302",
    ("GET", "role_delete"): "200 404 404 404 404 404 404 302",
    ("POST", "role_delete"): "422 404 404 404 404 404 404 302",
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
    """The page about Birch, the invitation into it, Ana's membership there, or a session of hers."""
    """The page about Birch, the invitation into it, Ana's membership there, or Mia, who is nowhere else."""
    route = next(str(each.pattern) for each in urlpatterns if each.name == name)
    membership = cast.ana.memberships.get(community=cast.birch)
    client = signed_in(cast, "ana") if "<uuid:session>" in route else None
    values = {
        "<uuid:session>": str(cast.ana.sessions.get(session_key=client.session.session_key).id) if client else "",
        "<slug:slug>": "northwind",
        "<slug:team>": "birch",
        "<uuid:community>": str(cast.birch.id),
        "<slug:tab>": "users",
        "<slug:form>": "csv",
        "<uuid:invitation>": str(invitation.id),
        "<uuid:batch>": str(invitation.batch_id),
        "<uuid:membership>": str(membership.id),
        "<uuid:user>": str(cast.mia.id),
        "<slug:act>": "deactivate",
        "<slug:name>": "none",
        "<uuid:connection>": str((Connection.objects.first() or connect(cast, issuer="http://localhost:1")).id),
        "<str:token>": "no-such-token",
        "<uuid:role>": str(desk(cast).id),
    }
    for part, value in values.items():
        route = route.replace(part, value)
    if name == "role_new":
        return f"/{route}?community=birch"
    query = f"?invitation={invitation.id}" if name in ("invitations_resend", "invitations_revoke") else ""
    return f"/{route}{query}"


def desk(cast: Cast) -> Role:
    """A role of Birch that Ana holds there."""
    found = Role.objects.filter(name="Desk of Birch").first()
    if found is None:
        found = create_role(actor=OPERATOR, community=cast.birch, name="Desk of Birch", permissions=["members:read"])
        MembershipRole.objects.create(membership=cast.ana.memberships.get(community=cast.birch), role=found)
    return found


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

    assert not [page for page in pages if "jules" in page or "Desk of Birch" in page or str(cast.birch.id) in page]


def test_every_page_has_a_row():
    named = {each.name for each in get_resolver("guestlist.web.urls").url_patterns if not isinstance(each, URLResolver)}

    assert named == {name for _, name in TABLE}
