"""The guided form: what was typed, the provider it describes, and what is wrong with it."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from guestlist.kernel.errors import Refusal
from guestlist.sso.models import Connection
from guestlist.sso.queries import addresses_of
from guestlist.sso.rules import Oidc, Saml, read_certificate, read_metadata
from guestlist.sso.rules.providers import LARGEST_METADATA
from guestlist.web.connections.kinds import Kind
from guestlist.web.presenting import Shown

FIELDS = ("name", "client_id", "metadata", "entity_id", "sso_url", "certificates", "group_claim")
BESIDE = {
    "connection_name_taken": "name",
    "place_name_missing": "name",
    "client_missing": "client_id",
    "bad_issuer": "entity_id",
    "bad_sso_url": "sso_url",
    "bad_metadata": "metadata",
    "bad_certificate": "certificates",
}
END = "-----END CERTIFICATE-----"


class ConnectionForm:
    """Filled from what was posted, else from the connection that is edited, else from what the kind suggests."""

    def __init__(self, request: HttpRequest, kind: Kind, row: Connection | None, id: uuid.UUID) -> None:
        self.kind, self.row, self.id = kind, row, id
        self.errors: dict[str, str] = {}
        self.posted: Mapping[str, str] | None = request.POST if request.method == "POST" else None
        self.values = dict(self._values(request))
        self.asks_second_factor = (
            bool(self.posted.get("asks_second_factor")) if self.posted else bool(row and row.asks_second_factor)
        )

    def _values(self, request: HttpRequest) -> Shown:
        if self.posted is None:
            return self._kept()
        names = [*FIELDS, *(each.name for each in self.kind.asks)]
        typed = {name: self.posted.get(name, "").strip() for name in names}
        upload = request.FILES.get("file")
        if upload:
            typed["metadata"] = upload.read(LARGEST_METADATA + 1).decode(errors="replace")
        return typed

    def _kept(self) -> Shown:
        row = self.row
        if row is None:
            return {
                "name": str(self.kind.name).partition(",")[0] if self.kind.preset != "generic" else "",
                "group_claim": "groups",
            }
        return {
            "name": row.name,
            "client_id": row.client_id,
            "entity_id": row.issuer,
            "sso_url": row.sso_url,
            "certificates": "\n".join(row.certificates),
            "group_claim": row.group_claim,
            **(self.kind.parts_of(row.issuer) or {}),
        }

    def provider(self) -> Oidc | Saml:
        """Raises BadMetadata, BadCertificate; the rest is checked by the command."""
        if self.kind.is_oidc:
            secret = (self.posted or {}).get("secret", "").strip()
            return Oidc(self.kind.issuer_from(self.values), self.values["client_id"], secret)
        if self.values["metadata"]:
            return read_metadata(self.values["metadata"].encode())
        keys = [f"{each}{END}" if "BEGIN" in each else each for each in self.values["certificates"].split(END)]
        return Saml(
            self.values["entity_id"], self.values["sso_url"], tuple(read_certificate(each) for each in keys if each.strip())
        )

    def arguments(self) -> dict[str, Any]:
        """What the commands take. Raises what `provider` raises."""
        return {
            "name": self.values["name"],
            "provider": self.provider(),
            "group_claim": self.values["group_claim"],
            "asks_second_factor": self.asks_second_factor,
        }

    def refused(self, refusal: Refusal) -> None:
        """Beside its field; and beside every field left empty, so that nobody comes back once for each."""
        missing = self._missing()
        beside, words = BESIDE.get(refusal.code, "form"), str(refusal)
        if refusal.code == "client_missing" and self.values["client_id"]:
            beside = "secret"
        elif refusal.code == "bad_issuer" and self.kind.asks:
            parts = [each.name for each in self.kind.asks]
            beside = next((each for each in parts if each in missing), parts[0])
            words = words if self.kind.issuer == "{issuer}" else self._bad_part()
        self.errors |= {beside: words} | missing

    def _bad_part(self) -> str:
        """In the words of the directory, which may have no issuer."""
        return _("Enter it as your directory shows it. It becomes part of %(issuer)s") % {"issuer": self.kind.pattern}

    def _missing(self) -> dict[str, str]:
        needed = {"name": _("Name"), **{each.name: each.label for each in self.kind.asks}}
        if self.kind.is_oidc:
            needed |= {"client_id": _("Client id"), "secret": _("Client secret")}
        secret = (self.posted or {}).get("secret") or (self.row and self.row.sealed_secret)
        typed = self.values | {"secret": secret}
        return {name: _("%(field)s is missing.") % {"field": label} for name, label in needed.items() if not typed[name]}

    def context(self) -> Shown:
        return {
            "kind": self.kind,
            "id": self.id,
            "asks": [
                {"name": each.name, "label": each.label, "hint": each.hint, "value": self.values.get(each.name, "")}
                | {"error": self.errors.get(each.name, "")}
                for each in self.kind.asks
            ],
            "values": self.values,
            "errors": self.errors,
            "asks_second_factor": self.asks_second_factor,
            "secret_hint": self._secret_hint(),
            "copies": copies(self.kind.protocol, self.row or Connection(id=self.id)),
        }

    def _secret_hint(self) -> str:
        if self.errors and self.posted and self.posted.get("secret"):
            return _("Type it again: a secret is not sent back to the page.")
        if self.row and self.row.sealed_secret:
            return _("Stored, and never shown. Type another to replace it.")
        return _("Stored encrypted, and never shown again.")


def copies(protocol: str, connection: Connection) -> list[Shown]:
    """What is taken to the directory, under the names it has there."""
    found = addresses_of(connection)
    rows = [(_("Sign-in redirect URI"), "callback", found.callback)]
    if protocol == Connection.Protocol.SAML:
        rows = [
            (_("Single sign-on URL (ACS)"), "acs", found.acs),
            (_("Audience URI (entity id) and metadata"), "metadata", found.metadata),
        ]
    rows.append((_("Sign-in address to share"), "sign-in", found.sign_in))
    return [{"label": label, "key": key, "value": value} for label, key, value in rows]
