"""The pages of API keys: who finds them, what is shown once, what is asked before a key goes."""

from guestlist.access.roles import GUEST
from guestlist.members.commands import digest_of
from guestlist.members.models import ApiKey
from tests.api.callers import make_key
from tests.cast import Cast
from tests.web.visits import signed_in

KEYS = "/w/northwind/settings/keys"
NEW = "/w/northwind/keys/new?community=alder"


def test_key_is_made_on_a_page_and_shown_there_only(cast: Cast):
    client = signed_in(cast, "adam")

    page = client.post(NEW, {"name": "ci", "roles": [str(GUEST)]})

    secret = page.context["secret"]
    assert digest_of(secret) == ApiKey.objects.get().digest
    assert "no-store" in page["Cache-Control"]
    assert secret in page.content.decode()
    assert secret not in client.get(KEYS).content.decode()


def test_what_was_typed_stays_beside_what_is_wrong(cast: Cast):
    client = signed_in(cast, "adam")

    nameless = client.post(NEW, {"name": "", "roles": [str(GUEST)]})
    roleless = client.post(NEW, {"name": "ci"})

    assert (nameless.status_code, list(nameless.context["errors"])) == (422, ["name"])
    assert [each["name"] for each in nameless.context["roles"] if each["ticked"]] == ["Guest"]
    assert (list(roleless.context["errors"]), roleless.context["name"]) == (["roles"], "ci")
    assert not ApiKey.objects.exists()


def test_list_shows_the_keys_one_may_revoke(cast: Cast):
    make_key(cast.alder, [GUEST], "of Alder")
    make_key(cast.birch, [GUEST], "of Birch")
    make_key(cast.acme_main, [GUEST], "of Acme")

    olga, adam = ([row["name"] for row in signed_in(cast, who).get(KEYS).context["keys"]] for who in ("olga", "adam"))
    tab = signed_in(cast, "olga").get(f"/me/communities/{cast.birch.id}/keys").context["keys"]

    assert (olga, adam) == (["of Alder", "of Birch"], ["of Alder"])
    assert [row["name"] for row in tab] == ["of Birch"]


def test_settings_name_the_page_only_to_who_may_use_it(cast: Cast):
    users = "/w/northwind/settings/users"

    found = {who: KEYS in signed_in(cast, who).get(users).content.decode() for who in ("olga", "adam", "mia", "gus")}

    assert found == {"olga": True, "adam": True, "mia": False, "gus": False}
    assert signed_in(cast, "otto").get(KEYS).status_code == signed_in(cast, "nora").get(KEYS).status_code == 404


def test_revoking_asks_first_and_names_the_key(cast: Cast):
    key, _ = make_key(cast.alder, [GUEST], "ci")
    client, path = signed_in(cast, "adam"), f"/w/northwind/keys/{key.id}/revoke"

    asked = client.get(path)
    kept = ApiKey.objects.get().revoked_at
    client.post(path)

    assert asked.context["submit"] == "Revoke ci"
    assert kept is None
    assert ApiKey.objects.get().revoked_at is not None
    assert client.get(path).status_code == 404
