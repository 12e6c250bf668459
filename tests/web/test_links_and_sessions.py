"""What links and sessions may do, seen from outside: R-010, R-014, R-016 to R-019, R-021, R-023, R-026, R-030, R-032, R-033, R-035, R-038."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.core import serializers
from django.test import Client

from guestlist.audit.models import Event
from guestlist.invitations.commands import resend_invitations
from guestlist.invitations.models import Invitation
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.ids import new_id
from guestlist.kernel.links import sign_link
from guestlist.members.commands import deactivate, disable_user
from guestlist.members.models import Membership
from guestlist.users.models import Session, User
from tests.api.callers import as_key, as_user
from tests.architecture.source import PACKAGE
from tests.cast import PASSWORD, Cast, give
from tests.invitations.acts import invited, link
from tests.users.test_reset_password import NEW, reset_link

JULES = "jules@birch.example"
COOKIE = configured.SESSION_COOKIE_NAME
JOIN = {"do": "join", "name": "Jules Moreau", "password": NEW}


def log_in(cast: Cast, who: str = "ana", client: Client | None = None) -> Client:
    client = client or Client()
    client.post("/login", {"email": cast.users[who].email, "password": PASSWORD})
    return client


def join(invitation: Invitation, client: Client) -> Any:
    path = f"/join/{link(invitation)}"
    return client.post(path, {**JOIN, "shown": client.get(path).context["shown"]})


def with_cookie(key: str) -> Client:
    client = Client()
    client.cookies[COOKIE] = key
    return client


def everything_stored() -> str:
    """Every row of every table, as text."""
    return "".join(serializers.serialize("json", model._base_manager.all()) for model in apps.get_models())


def test_there_is_no_account_to_begin_with(db: None):
    """R-010: `guestlist setup` makes the first, once (tests/cli/test_setup.py)."""
    assert not User.objects.exists()


def test_links_are_random_enough():
    """R-017: 1,000 links without a secret in common, the seal 256 bits of HMAC."""
    tokens = [sign_link("invitation", new_id(), "1") for _ in range(1_000)]
    seals = [token.rpartition(".")[2] for token in tokens]

    assert len(set(seals)) == len({seal[:8] for seal in seals}) == 1_000
    assert {len(seal) for seal in seals} == {43}
    assert len(set("".join(seals))) == 64
    assert all(re.fullmatch(r"[\w-]{43}", seal) for seal in seals)


def test_no_row_holds_what_opens_a_link_or_a_key(cast: Cast):
    """R-014, R-018: links are derived from the secret key, keys are digests; the first secret is never the password."""
    invitation = invited(cast, "olga", JULES, birch="Guest")
    tokens = [link(invitation), reset_link(cast.gus)]
    caller = as_key(cast.main)
    key = caller.headers["Authorization"].partition(" ")[2]
    join(invitation, Client())

    stored = everything_stored()

    assert JULES in stored
    for secret in (*tokens, *(token.rpartition(".")[2] for token in tokens), key, NEW, PASSWORD):
        assert secret not in stored
    assert not any(User.objects.get(emailaddress__email=JULES).check_password(token) for token in tokens)


def test_admin_makes_a_link_be_sent_and_never_sees_it(cast: Cast):
    """R-016: not in an answer, not in the history, and it cannot be sent elsewhere."""
    caller = as_user(cast.olga)
    body = {"emails": [JULES], "grants": [{"community": "birch", "roles": ["Guest"]}]}
    made = caller.post("/workspaces/northwind/invitations", body)
    row = Invitation.objects.get()
    path = f"/workspaces/northwind/invitations/{row.id}"
    again = caller.post(f"{path}/resend", {"email": "olga@northwind.example"})
    row.refresh_from_db()
    answers = [made, again, caller.get(path), caller.client.get(f"/w/northwind/invitations/{row.id}")]

    assert all(answer.status_code < 500 for answer in answers)
    text = "".join(answer.content.decode() for answer in answers) + json.dumps(list(Event.objects.values("before", "after")))
    for version in ("1", "2"):
        assert sign_link("invitation", row.id, version).rpartition(".")[2] not in text
    assert row.message and row.message.to_email == JULES


@pytest.mark.parametrize(("purpose", "path"), [("invitation", "/password/{}"), ("password", "/join/{}"), ("other", "/join/{}")])
def test_link_of_one_purpose_opens_no_other_door(cast: Cast, purpose: str, path: str):
    """R-019: the seal is of the purpose, the row and the version."""
    invitation = invited(cast, "olga", JULES, birch="Guest")
    made = {"invitation": link(invitation), "password": reset_link(cast.gus), "other": sign_link("other", invitation.id, "1")}

    assert Client().get(path.format(made[purpose])).status_code == 404


def test_link_of_one_workspace_gives_nothing_in_another(cast: Cast):
    """R-019: what is taken up is what the row says, whatever is sent along."""
    path = f"/join/{link(invited(cast, 'olga', JULES, birch='Guest'))}"
    client = Client()
    extra = {"community": str(cast.acme_main.id), "email": "nora@acme.example", "role": "Admin", "workspace": "acme"}

    client.post(path, {**JOIN, **extra, "shown": client.get(path).context["shown"]})

    rows = Membership.objects.filter(user__emailaddress__email=JULES)
    assert [(row.community.slug, [role.name for role in row.roles.all()]) for row in rows] == [("birch", ["Guest"])]


@pytest.mark.parametrize("kind", ["join", "password"])
def test_page_of_a_link_tells_no_other_site_and_no_cache(cast: Cast, kind: str):
    """R-021: the link stays in the address bar; nothing on the page is fetched from elsewhere, and no address is told."""
    token = link(invited(cast, "olga", JULES, birch="Guest")) if kind == "join" else reset_link(cast.gus)

    answer = Client().get(f"/{kind}/{token}")

    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("strict-origin", "no-store")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', answer.content.decode()) == []


def test_session_begins_with_the_button_and_is_a_new_one(cast: Cast):
    """R-022, R-023, R-030: opening the link signs nobody in; joining ends what was open in this browser."""
    client = log_in(cast, "otto")
    before = client.cookies[COOKIE].value
    invitation = invited(cast, "olga", JULES, birch="Guest")
    opened = Client()
    opened.get(f"/join/{link(invitation)}")
    client.post("/logout")

    join(invitation, client)

    assert COOKIE not in opened.cookies
    assert client.cookies[COOKIE].value not in ("", before)
    assert client.get("/me").context["email"] == JULES
    assert with_cookie(before).get("/me").status_code == 302


@pytest.mark.parametrize("act", ["log in", "reset", "change"])
def test_session_id_is_new_after_each_proof_and_the_old_one_dead(cast: Cast, act: str):
    """R-030: 128 bits and more, never kept from before."""
    client = log_in(cast)
    before = client.cookies[COOKIE].value
    if act == "log in":
        client.post("/logout")
        log_in(cast, client=client)
    elif act == "reset":
        client.post(f"/password/{reset_link(cast.ana)}", {"password": NEW})
    else:
        client.post("/me/password", {"old": PASSWORD, "password": NEW})

    after = client.cookies[COOKIE].value

    assert after != before and re.fullmatch(r"[a-z0-9]{32}", after)
    assert client.get("/me").status_code == 200
    assert with_cookie(before).get("/me").status_code == 302


def test_id_somebody_chose_becomes_no_session(cast: Cast):
    """R-030: fixation."""
    planted = "a" * 32
    client = with_cookie(planted)

    log_in(cast, client=client)

    assert client.cookies[COOKIE].value != planted
    assert with_cookie(planted).get("/me").status_code == 302


def test_log_out_ends_the_session_on_the_server(cast: Cast):
    """R-032"""
    client = log_in(cast)
    key = client.cookies[COOKIE].value

    client.post("/logout")

    assert not Session.objects.filter(session_key=key).exists()
    assert with_cookie(key).get("/me").status_code == 302


def test_disabling_ends_every_session_on_pages_and_api(cast: Cast):
    """R-033: on the next request. A key hangs on its community, not on a person, and goes on (design section 1)."""
    browsers = [log_in(cast, "adam"), log_in(cast, "adam")]
    api = as_user(cast.adam)

    disable_user(actor=OPERATOR, user=cast.adam)

    assert [each.get("/me").status_code for each in browsers] == [302, 302]
    assert api.get("/me").status_code == 401


def test_admin_of_one_workspace_ends_access_to_that_one(cast: Cast):
    """R-035: the session and the other workspace are none of theirs; the operator ends all (`guestlist user disable`)."""
    give(cast.ana, cast.acme_main, Membership.objects.get(user=cast.gus).roles.get().id)
    client = log_in(cast)

    for row in Membership.objects.filter(user=cast.ana, workspace=cast.northwind):
        deactivate(actor=cast.olga.actor, membership=row)

    assert client.get("/w/northwind/team/birch/users").status_code == 404
    assert client.get(f"/w/acme/team/{cast.acme_main.slug}/users").status_code == client.get("/me").status_code == 200


def test_new_password_ends_what_was_prepared_before(cast: Cast):
    """R-026: sessions and links of whoever was in the account before its holder took it back."""
    intruder, link_before = log_in(cast), reset_link(cast.ana)

    Client().post(f"/password/{reset_link(cast.ana)}", {"password": NEW})

    assert intruder.get("/me").status_code == 302
    assert Client().get(f"/password/{link_before}").status_code == 410
    assert Client().post("/login", {"email": cast.ana.email, "password": PASSWORD}).status_code == 422


def test_resent_link_replaces_the_one_before(cast: Cast):
    """R-025: an automatic retry repeats it (tests/mail/test_retry.py)."""
    row = invited(cast, "olga", JULES, birch="Guest")
    old = link(row)

    resend_invitations(actor=cast.olga.actor, workspace=cast.northwind, ids=[row.id])

    assert (Client().get(f"/join/{old}").status_code, Client().get(f"/join/{link(row)}").status_code) == (410, 200)


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(cast: Cast):
    """R-038"""
    client = log_in(cast)

    flags = {name: (bool(each["httponly"]), each["samesite"], each["domain"]) for name, each in client.cookies.items()}

    assert {"guestlist", "guestlist-known", "guestlist-csrf"} >= set(flags) >= {"guestlist", "guestlist-known"}
    assert set(flags.values()) == {(True, "Lax", "")}


def test_cookies_of_a_site_with_tls_are_bound_to_the_host():
    """R-038: `__Host-` needs Secure, the path / and no domain."""
    ask = "import django; django.setup(); from django.conf import settings as s; from guestlist.web.sign_in.known import COOKIE;"
    ask += "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, COOKIE, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE)"
    told = {"GUESTLIST_BASE_URL": "https://people.example.org", "DJANGO_SETTINGS_MODULE": "guestlist.config.settings"}

    done = subprocess.run([sys.executable, "-c", ask], env=os.environ | told, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["__Host-guestlist", "__Host-guestlist-csrf", "__Host-guestlist-known", *["True"] * 3]


def test_no_script_keeps_anything_in_the_browser():
    """R-038: no secret in web storage, since nothing is."""
    scripts = [path for path in (PACKAGE / "web" / "static").rglob("*.js") if "vendor" not in path.parts]

    assert scripts
    assert [path.name for path in scripts if re.search(r"(local|session)Storage|indexedDB", path.read_text())] in (
        [],
        ["htmx.min.js"],
    )


@pytest.mark.parametrize("kind", ["login", "join", "password", "me/password"])
def test_password_fields_are_masked_and_open_to_managers(cast: Cast, kind: str):
    """R-006: nothing cuts off, and nothing forbids pasting."""
    tokens = {"join": link(invited(cast, "olga", JULES, birch="Guest")), "password": reset_link(cast.gus)}
    client = log_in(cast) if kind == "me/password" else Client()

    html = client.get(f"/{kind}/{tokens[kind]}" if kind in tokens else f"/{kind}").content.decode()

    fields = [each for each in re.findall(r"<input[^>]*>", html) if 'name="password"' in each or 'name="old"' in each]
    assert fields
    for field in fields:
        assert 'type="password"' in field and re.search(r'autocomplete="(new|current)-password"', field)
        assert not re.search(r"maxlength|onpaste|readonly", field)
