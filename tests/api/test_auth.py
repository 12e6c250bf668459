"""Who is let in: a key that is not revoked, or a session whose account is not disabled, with its CSRF token."""

import pytest
from django.test import Client

from guestlist.access.roles import ADMIN, GUEST
from guestlist.kernel.clock import now
from guestlist.members.models import ApiKey
from guestlist.users.models import User
from tests.api.callers import Caller, as_key, as_user, code_of, make_key
from tests.cast import Cast

BODY = {"emails": ["a@x.example"], "grants": [{"community": "birch", "roles": ["Guest"]}]}
PATH = "/workspaces/northwind/invitations"


def bearing(header: str) -> Caller:
    return Caller(headers={"Authorization": header})


def strict(cast: Cast) -> Caller:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.olga)
    return Caller(client)


def test_nobody_is_told_how_to_come_in(cast: Cast):
    for answer in (Caller().get("/me"), Caller().post(PATH, BODY), Caller().delete("/workspaces/northwind/memberships/x")):
        assert code_of(answer) == (401, "unauthenticated")
        assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["Bearer gl_wrong", "Bearer", "Bearer ", "Basic b2xnYTp4", "gl_wrong", "Bearer \x00", "Bearer gl_wrong gl_wrong"]
)
def test_wrong_key_is_refused(cast: Cast, header: str):
    assert code_of(bearing(header).get("/me")) == (401, "unauthenticated")


def test_wrong_key_is_not_made_good_by_a_session(cast: Cast):
    caller = as_user(cast.olga)
    caller.headers = {"Authorization": "Bearer gl_wrong"}

    assert code_of(caller.get("/me")) == (401, "unauthenticated")


def test_key_is_taken_whatever_the_case_of_the_scheme(cast: Cast):
    _, secret = make_key(cast.alder, [GUEST])

    assert bearing(f"bearer {secret}").get("/me").status_code == 200


def test_key_needs_no_csrf_token(cast: Cast):
    _, secret = make_key(cast.main, [ADMIN])
    caller = Caller(Client(enforce_csrf_checks=True), {"Authorization": f"Bearer {secret}"})

    assert caller.post(PATH, BODY).status_code == 200


def test_revoked_key_is_refused_at_its_next_request(cast: Cast):
    caller = as_key(cast.main)
    assert caller.get("/me").status_code == 200

    ApiKey.objects.update(revoked_at=now())

    assert code_of(caller.get("/me")) == (401, "unauthenticated")


def test_digest_of_a_key_is_no_key(cast: Cast):
    row, _ = make_key(cast.main, [ADMIN])

    assert code_of(bearing(f"Bearer {row.digest}").get("/me")) == (401, "unauthenticated")


def test_session_without_csrf_token_may_look_and_not_touch(cast: Cast):
    caller = strict(cast)

    assert caller.get("/me").status_code == 200
    assert code_of(caller.post(PATH, BODY)) == (403, "csrf_failed")
    assert code_of(caller.post(PATH, BODY, X_CSRFToken="x" * 32)) == (403, "csrf_failed")


def test_session_with_its_csrf_token_may_touch(cast: Cast, settings):
    caller, token = strict(cast), "t" * 32
    caller.client.cookies[settings.CSRF_COOKIE_NAME] = token

    assert caller.post(PATH, BODY, X_CSRFToken=token).status_code == 200
    assert code_of(caller.post(PATH, BODY, X_CSRFToken=token, Origin="https://evil.example")) == (403, "csrf_failed")


def test_forged_form_of_another_site_is_stopped(cast: Cast):
    caller = strict(cast)

    answer = caller.client.post(f"/api/v1{PATH}", '{"emails": []}', content_type="text/plain")

    assert code_of(answer) == (403, "csrf_failed")


def test_session_of_a_disabled_account_is_over(cast: Cast):
    caller = as_user(cast.adam)
    assert caller.get("/me").status_code == 200

    User.objects.filter(id=cast.adam.id).update(disabled_at=now())

    assert code_of(caller.get("/me")) == (401, "unauthenticated")


def test_key_reaches_no_workspace_but_its_own(cast: Cast):
    for caller, own, other in ((as_key(cast.main), "northwind", "acme"), (as_key(cast.acme_main), "acme", "northwind")):
        assert caller.get(f"/workspaces/{own}/communities").status_code == 200
        assert code_of(caller.get(f"/workspaces/{other}/communities")) == (404, "not_found")
