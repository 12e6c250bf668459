"""Design rule 2: applications register permissions in a file read at start; Guestlist's own names are reserved."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guestlist.access.permissions import OWN, BadCatalogue, catalogue, load_catalogue
from guestlist.access.roles import ADMIN, ANALYST, GUEST, MANAGE_MEMBER, built_in

NAMES = {"alerts:read", "alerts:write", "alerts:purge"}
ALERTS = """
[Watchtower.alerts]
read = { level = "read", description = "See alerts." }
write = { level = "write", description = "Close alerts." }
purge = { level = "admin", description = "Delete alerts." }
"""
GOOD = 'level = "read", description = "See it."'


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    def write(content: str) -> None:
        file = tmp_path / "permissions.toml"
        file.write_text(content)
        load_catalogue(str(file))

    yield write
    load_catalogue()


def test_registered_permissions_reach_the_built_in_roles_by_level(load):
    load(ALERTS)

    assert NAMES & built_in(GUEST).permissions == {"alerts:read"}
    assert NAMES & built_in(ANALYST).permissions == {"alerts:read", "alerts:write"}
    assert NAMES & built_in(ADMIN).permissions == NAMES
    assert not NAMES & built_in(MANAGE_MEMBER).permissions


def test_level_admin_is_administrative(load):
    load(ALERTS)

    assert catalogue()["alerts:purge"].administrative
    assert not catalogue()["alerts:write"].administrative


def test_permissions_are_grouped_by_application_and_resource(load):
    load(ALERTS + f'[Watchtower.cases]\nread = {{ {GOOD} }}\n["Desk 24".tickets]\nread = {{ {GOOD} }}\n')

    groups = [each.group for each in catalogue().values() if not each.own]
    assert list(dict.fromkeys(groups)) == ["Watchtower: alerts", "Watchtower: cases", "Desk 24: tickets"]
    assert catalogue()["alerts:read"].description == "See alerts."


def test_groups_and_sentences_may_be_in_other_languages(load):
    load(
        """
[Watchtower.alerts]
title = "Alerts"
title_fr = "Alertes"
read = { level = "read", description = "See alerts.", description_fr = " Voir les alertes. " }
title_of = { level = "read", description = "See the title of one." }
"""
    )

    read, other = catalogue()["alerts:read"], catalogue()["alerts:title_of"]
    assert (read.group, read.titles, read.descriptions) == (
        "Watchtower: alerts",
        {"": "Alerts", "fr": "Alertes"},
        {"fr": "Voir les alertes."},
    )
    assert (other.titles, other.descriptions) == (read.titles, {})


def test_each_of_our_own_has_a_group_and_a_sentence():
    assert all(each.group and each.description.endswith(".") for each in OWN)
    assert len({each.description for each in OWN}) == len({each.name for each in OWN}) == 14


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("level = owner", "line 1"),
        (ALERTS + "[Watchtower.alerts]\n", "alerts"),
        ("level = 3", "level: write [Application.resource]"),
        ("[alerts]\nread = 'read'", "[alerts.read]: write [Application.resource]"),
        ("[Watchtower.alerts]", "[Watchtower.alerts]: write"),
        ("[Watchtower.alerts]\nread = 'read'", "[Watchtower.alerts] read: write"),
        (f"[Watchtower.members]\nread = {{ {GOOD} }}", "Guestlist keeps members for itself"),
        (f"[Watchtower.keys]\nlist = {{ {GOOD} }}", "Guestlist keeps keys for itself"),
        (f"[Watchtower.Alerts]\nread = {{ {GOOD} }}", "[Watchtower.Alerts] read: resource and action are written in small"),
        (f"[Watchtower.alerts]\n'a:b' = {{ {GOOD} }}", "in small letters"),
        (ALERTS.replace('"write"', '"owner"'), "[Watchtower.alerts] write: level must be read, write or admin"),
        ("[W.alerts]\nread = { level = [1], description = 'See it.' }", "level must be"),
        ("[W.alerts]\nread = { level = 'read' }", "description must be one sentence"),
        ("[W.alerts]\nread = { level = 'read', description = ' ' }", "description must be"),
        ("[W.alerts]\nread = { level = 'read', description = 3 }", "description must be"),
        (f"[W.alerts]\nread = {{ {GOOD}, levle = 'x' }}", "levle is not known here"),
        (f"[W.alerts]\nread = {{ {GOOD}, description_french = 'Voir.' }}", "description_french is not known here"),
        (f"[W.alerts]\nread = {{ {GOOD}, description_fr = '' }}", "[W.alerts] read: description_fr must be one sentence"),
        (f"[W.alerts]\ntitle_fr = ' '\nread = {{ {GOOD} }}", "[W.alerts] title_fr: title_fr must be one sentence"),
        (f"[W.alerts]\ntitel = 'Alerts'\nread = {{ {GOOD} }}", "[W.alerts] titel: write [Application.resource]"),
        (f"[W.alerts]\ntitle_fr = 3\nread = {{ {GOOD} }}", "[W.alerts] title_fr: write [Application.resource]"),
        (ALERTS + f"[Other.alerts]\nread = {{ {GOOD} }}", "[Other.alerts] read: this permission stands in the file twice"),
    ],
)
def test_mistake_is_one_line_that_says_where_and_the_catalogue_stays(load, content: str, said: str):
    before = dict(catalogue())

    with pytest.raises(BadCatalogue) as refused:
        load(content)

    assert [said in line and "permissions.toml: " in line for line in refused.value.mistakes] == [True]
    assert catalogue() == before


def test_every_mistake_is_told_at_once(load):
    with pytest.raises(BadCatalogue) as refused:
        load(ALERTS.replace('"admin"', '"all"').replace('"write"', '"some"'))

    assert len(refused.value.mistakes) == 2
