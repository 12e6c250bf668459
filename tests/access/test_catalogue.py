"""Design rule 2: applications register permissions in a file read at start; Guestlist's own names are reserved."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guestlist.access.permissions import BadCatalogue, catalogue, load_catalogue
from guestlist.access.roles import ADMIN, ANALYST, GUEST, MANAGE_MEMBER, built_in

ALERTS = {"alerts:read": {"level": "read"}, "alerts:write": {"level": "write"}, "alerts:purge": {"level": "admin"}}


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[[object], None]]:
    def write(entries: object) -> None:
        file = tmp_path / "permissions.json"
        file.write_text(json.dumps(entries))
        load_catalogue(str(file))

    yield write
    load_catalogue()


def test_registered_permissions_reach_the_built_in_roles_by_level(load):
    load(ALERTS)

    assert set(ALERTS) & built_in(GUEST).permissions == {"alerts:read"}
    assert set(ALERTS) & built_in(ANALYST).permissions == {"alerts:read", "alerts:write"}
    assert set(ALERTS) & built_in(ADMIN).permissions == set(ALERTS)
    assert not set(ALERTS) & built_in(MANAGE_MEMBER).permissions


def test_level_admin_is_administrative(load):
    load(ALERTS)

    assert catalogue()["alerts:purge"].administrative
    assert not catalogue()["alerts:write"].administrative


@pytest.mark.parametrize(
    "entries",
    [
        {"members:read": {"level": "read"}},
        {"members:fly": {"level": "read"}},
        {"keys:list": {"level": "read"}},
        {"Alerts:read": {"level": "read"}},
        {"alerts": {"level": "read"}},
        {"alerts:read": {"level": "owner"}},
        {"alerts:read": {}},
    ],
)
def test_reserved_or_malformed_name_is_refused_and_the_catalogue_stays(load, entries):
    before = dict(catalogue())

    with pytest.raises(BadCatalogue):
        load(entries)

    assert catalogue() == before
