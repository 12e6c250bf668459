"""What nobody types by hand: no input brings a page or an endpoint down, and none forges a trace."""

import pytest
from django.test import Client

from tests.api.callers import as_user, code_of
from tests.cast import Cast
from tests.web.visits import signed_in

LONG = "a" * 60_000


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/me/communities/tree", "find"),
        ("/w/northwind/settings/users", "q"),
        ("/w/northwind/team/alder/invites", "q"),
        ("/w/northwind/settings/audit", "community"),
        ("/w/northwind/settings/audit", "person"),
    ],
)
def test_long_search_finds_nothing(cast: Cast, path: str, field: str):
    assert signed_in(cast, "olga").get(path, {field: LONG}).status_code in (200, 422)


@pytest.mark.parametrize("page", ["move", "delete"])
def test_long_search_for_a_place_finds_none(cast: Cast, page: str):
    answer = signed_in(cast, "olga").post(f"/me/communities/{cast.alder.id}/{page}", {"find": LONG, "do": "find"})

    assert answer.status_code == 200 and answer.context["options"] == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/workspaces/northwind/users", "q"),
        ("/workspaces/northwind/communities/alder/members", "q"),
        ("/workspaces/northwind/invitations", "email"),
        ("/workspaces/northwind/audit", "community"),
    ],
)
def test_long_search_by_the_api_is_refused(cast: Cast, path: str, field: str):
    assert code_of(as_user(cast.olga).get(path, **{field: LONG})) == (422, "invalid_request")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_moments_at_the_edge_of_the_calendar_are_refused(cast: Cast, moment: str):
    caller = as_user(cast.olga)

    for side in ("since", "until"):
        assert code_of(caller.get("/workspaces/northwind/audit", **{side: moment})) == (422, "invalid_request")
    membership = cast.gus.memberships.get()
    path = f"/workspaces/northwind/memberships/{membership.id}"
    assert code_of(caller.patch(path, {"ends_at": moment})) == (422, "invalid_request")


@pytest.mark.parametrize("form", ["", "/csv"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_edge_of_the_calendar_are_refused(cast: Cast, form: str, day: str):
    cast.olga.time_zone = "Asia/Tokyo"
    cast.olga.save()

    assert signed_in(cast, "olga").get(f"/w/northwind/settings/audit{form}", {"since": day, "until": day}).status_code == 422


@pytest.mark.parametrize("who", ["olga", "anonymous"])
def test_form_in_another_charset_is_refused(cast: Cast, who: str):
    client = signed_in(cast, who)
    client.raise_request_exception = False
    client.get("/me/account", follow=True)

    answer = client.post("/me/account", "name=x", content_type="application/x-www-form-urlencoded; charset=utf-7")

    assert answer.status_code == 400
    assert b"could not be read" in answer.content


def test_request_is_named_by_a_trusted_proxy_alone(cast: Cast, settings):
    given = {"X-Request-ID": "somebody-elses"}

    assert Client().get("/login", headers=given)["X-Request-ID"] != "somebody-elses"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert Client().get("/login", headers=given)["X-Request-ID"] == "somebody-elses"
