"""The pure rule: what a workspace asks of a session that enters it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from guestlist.workspaces.errors import BadSessionLimit
from guestlist.workspaces.rules import Door, SessionFacts, asked_at, check_session_limits, lacks_second_factor

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OKTA = UUID(int=7)
OPEN = Door(uuid4(), "northwind", sso_only=False, requires_second_factor=False, session_idle=None, session_lifetime=None)
BY_PASSWORD = SessionFacts(connection=None, signed_in_at=NOW - timedelta(minutes=10), pause=0, second_factor=False)
BY_OKTA = replace(BY_PASSWORD, connection=OKTA)


def test_workspace_without_policy_asks_nothing():
    assert asked_at(OPEN, BY_PASSWORD, NOW) == ""


@pytest.mark.parametrize(
    ("door", "session", "asks"),
    [
        ({}, BY_OKTA, "elsewhere"),
        ({"own_connection": True}, BY_OKTA, ""),
        ({"break_glass": True}, BY_OKTA, "elsewhere"),
        ({"sso_only": True}, BY_PASSWORD, "sso"),
        ({"sso_only": True}, BY_OKTA, "sso"),
        ({"sso_only": True, "own_connection": True}, BY_OKTA, ""),
        ({"sso_only": True, "break_glass": True}, BY_PASSWORD, ""),
        ({"sso_only": True, "break_glass": True}, BY_OKTA, "sso"),
    ],
)
def test_way_in_is_asked_first(door: dict[str, Any], session: SessionFacts, asks: str):
    assert asked_at(replace(OPEN, **door), session, NOW) == asks


@pytest.mark.parametrize(("minutes", "asks"), [(14, ""), (15, "again"), (600, "again")])
def test_session_lasts_as_long_as_the_workspace_says(minutes: int, asks: str):
    door = replace(OPEN, session_lifetime=15 * 60)

    assert asked_at(door, replace(BY_PASSWORD, signed_in_at=NOW - timedelta(minutes=minutes)), NOW) == asks


def test_session_of_unknown_age_is_too_old():
    assert asked_at(replace(OPEN, session_lifetime=15 * 60), replace(BY_PASSWORD, signed_in_at=None), NOW) == "again"


@pytest.mark.parametrize(("pause", "asks"), [(299, ""), (300, "again")])
def test_pause_ends_what_the_session_may_enter(pause: int, asks: str):
    assert asked_at(replace(OPEN, session_idle=300), replace(BY_PASSWORD, pause=pause), NOW) == asks


@pytest.mark.parametrize(
    ("required", "shown", "vouched", "lacks"),
    [
        (False, False, False, False),
        (True, False, False, True),
        (True, True, False, False),
        (True, False, True, False),
    ],
)
def test_second_factor_is_shown_by_the_session_or_vouched_for_by_the_directory(
    required: bool, shown: bool, vouched: bool, lacks: bool
):
    """R-070"""
    door = replace(OPEN, requires_second_factor=required, vouched=vouched, own_connection=vouched)

    assert lacks_second_factor(door, replace(BY_PASSWORD, second_factor=shown)) is lacks


@pytest.mark.parametrize(("idle", "lifetime"), [(299, None), (None, 899), (14 * 86400 + 1, None), (None, 14 * 86400 + 1)])
def test_limit_out_of_range_is_refused(idle: int | None, lifetime: int | None):
    with pytest.raises(BadSessionLimit):
        check_session_limits(idle, lifetime)


@pytest.mark.parametrize(("idle", "lifetime"), [(None, None), (300, 900), (14 * 86400, 14 * 86400)])
def test_limit_in_range_is_taken(idle: int | None, lifetime: int | None):
    check_session_limits(idle, lifetime)
