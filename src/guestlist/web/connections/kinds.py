"""The directories the form knows by name: what it asks for in their words, and the issuer that comes to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guestlist.sso.models import Connection

Words = str | Promise
COPIED = _("Copy the addresses of the form into it. They are final, also before you save.")


@dataclass(frozen=True)
class Ask:
    """One field that is part of the issuer."""

    name: str
    label: Words
    hint: Words = ""


@dataclass(frozen=True)
class Kind:
    """`issuer` is what the fields are put into, for OpenID Connect; `steps` say where to go in the directory and what to copy."""

    key: str
    name: Words
    about: Words
    preset: str
    protocol: str
    steps: tuple[Words, ...]
    issuer: str = ""
    asks: tuple[Ask, ...] = ()

    @property
    def is_oidc(self) -> bool:
        return self.protocol == Connection.Protocol.OIDC

    @property
    def guide(self) -> str:
        """The one with pictures, in the source."""
        named = self.preset in (Connection.Preset.OKTA, Connection.Preset.ENTRA, Connection.Preset.KEYCLOAK)
        return f"docs/how-to/sso-{self.preset if named else 'google-and-others'}.md"

    @property
    def pattern(self) -> str:
        """The issuer with gaps: `https://…`"""
        return re.sub(r"\{\w+\}", "…", self.issuer)

    def issuer_from(self, typed: Mapping[str, str]) -> str:
        """Of what was typed, however much of an address it was; empty while something is missing."""
        parts = {each.name: typed.get(each.name, "").strip() for each in self.asks}
        if not all(parts.values()):
            return ""
        if "domain" in parts:
            parts["domain"] = re.sub(r"-admin(?=\.okta)", "", parts["domain"].removeprefix("https://").rstrip("/"))
        if "base" in parts:
            parts["base"] = parts["base"].rstrip("/")
        return self.issuer.format(**parts)

    def parts_of(self, issuer: str) -> dict[str, str] | None:
        """The fields that came to this issuer; None where it is not one of this kind."""
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(self.issuer))
        found = re.fullmatch(pattern, issuer)
        return found.groupdict() if found else None


ISSUER = Ask("issuer", _("Issuer"), _("Exactly as your provider’s discovery document says it, without /.well-known."))
OIDC, SAML, PRESET = Connection.Protocol.OIDC, Connection.Protocol.SAML, Connection.Preset
KINDS = {
    each.key: each
    for each in (
        Kind(
            "okta-oidc",
            _("Okta, with OpenID Connect"),
            _("The usual choice for Okta."),
            PRESET.OKTA,
            OIDC,
            (
                _("In the Okta admin console open Applications, choose Create App Integration, then OIDC and Web Application."),
                COPIED,
                _("Under Assignments choose who may use it. Copy the client id and the client secret from the General tab."),
                _("For groups: on the Sign On tab add a groups claim named groups."),
            ),
            "https://{domain}",
            (Ask("domain", _("Okta domain"), _("As in the address of your Okta, such as acme.okta.com, without -admin.")),),
        ),
        Kind(
            "okta-saml",
            _("Okta, with SAML"),
            _("Where SAML is your rule."),
            PRESET.OKTA,
            SAML,
            (
                _("In the Okta admin console open Applications, choose Create App Integration, then SAML 2.0."),
                COPIED,
                _("Set Name ID format to Persistent, and add the attributes email, firstName and lastName."),
                _("On the Sign On tab open the metadata, and paste it here."),
            ),
        ),
        Kind(
            "entra",
            _("Microsoft Entra ID"),
            _("Microsoft 365 and Azure."),
            PRESET.ENTRA,
            OIDC,
            (
                _("In the Entra admin center open App registrations and choose New registration, for this directory only."),
                COPIED,
                _("Copy the directory (tenant) id and the application (client) id from the overview."),
                _(
                    "Under Certificates and secrets make a client secret; under Token configuration add the claims email and groups."
                ),
            ),
            "https://login.microsoftonline.com/{tenant}/v2.0",
            (Ask("tenant", _("Directory (tenant) id"), _("The id of one directory, not common or organizations.")),),
        ),
        Kind(
            "google",
            _("Google Workspace"),
            _("Accounts of your Google organisation."),
            PRESET.GOOGLE,
            OIDC,
            (
                _("In the Google Cloud console make a project and set its audience to Internal."),
                _("Under Credentials choose Create credentials, OAuth client ID, Web application."),
                COPIED,
                _("Copy the client id and the client secret. Google sends no groups."),
            ),
            "https://accounts.google.com",
        ),
        Kind(
            "keycloak",
            _("Keycloak"),
            _("Your own, with a realm."),
            PRESET.KEYCLOAK,
            OIDC,
            (
                _("In the realm open Clients and choose Create client, of type OpenID Connect, with Client authentication on."),
                COPIED,
                _("Copy the client secret from the Credentials tab."),
                _("For groups: under Client scopes add a Group Membership mapper named groups, with Full group path off."),
            ),
            "{base}/realms/{realm}",
            (Ask("base", _("Address of Keycloak"), _("Such as https://id.acme.example")), Ask("realm", _("Realm"))),
        ),
        Kind(
            "oidc",
            _("Another, with OpenID Connect"),
            _("Anything with a discovery document."),
            PRESET.GENERIC,
            OIDC,
            (
                _("In your provider make a confidential client for the authorization code flow."),
                COPIED,
                _("Copy its client id and client secret."),
            ),
            "{issuer}",
            (ISSUER,),
        ),
        Kind(
            "saml",
            _("Another, with SAML"),
            _("Anything that speaks SAML 2.0."),
            PRESET.GENERIC,
            SAML,
            (
                _("In your provider make an application for SAML 2.0, with a persistent name id."),
                COPIED,
                _("Have it send the attribute email, and name or firstName and lastName; sign the assertions."),
                _("Download its metadata, and upload or paste it here."),
            ),
        ),
    )
}


def kind_of(connection: Connection) -> Kind:
    """The kind it was made as; the general one of its protocol where its issuer is no longer of that kind."""
    of_protocol = [each for each in KINDS.values() if each.protocol == connection.protocol]
    found = next((each for each in of_protocol if each.preset == connection.preset), of_protocol[-1])
    return of_protocol[-1] if found.is_oidc and found.parts_of(connection.issuer) is None else found
