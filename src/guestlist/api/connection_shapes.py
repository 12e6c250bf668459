"""What callers send and get of connections."""

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, JsonValue, model_validator

from guestlist.api.shapes import Body, CommunityRef, RoleRef, Text
from guestlist.sso.rules import Oidc, Saml, read_certificate, read_metadata


class OidcIn(Body):
    issuer: Text = Field(description="Exactly as the provider's metadata says it")
    client_id: Text
    client_secret: Text = Field("", description="Left out: the stored one stays")

    def provider(self) -> Oidc:
        return Oidc(self.issuer, self.client_id, self.client_secret)


class SamlIn(Body):
    """Either `metadata`, or the other three."""

    metadata: Text = Field("", description="The provider's, as XML, at most 512 KB")
    entity_id: Text = ""
    sso_url: Text = ""
    certificates: tuple[Text, ...] = Field((), max_length=10, description="PEM")

    def provider(self) -> Saml:
        if self.metadata:
            return read_metadata(self.metadata.encode())
        return Saml(self.entity_id, self.sso_url, tuple(read_certificate(each) for each in self.certificates))


class GroupIn(Body):
    group: Text = Field(description="As the directory writes it")
    community: Text = Field(description="Id or slug")
    role: Text = Field(description="Id or name")


class ConnectionChange(Body):
    """What is left out stays. `groups` replaces them all."""

    name: Text | None = None
    oidc: OidcIn | None = None
    saml: SamlIn | None = None
    group_claim: Text | None = None
    asks_second_factor: bool | None = None
    automatic_user_creation: bool | None = None
    default_role: Text | None = Field(None, description="Id or name; null for none")
    default_communities: tuple[Text, ...] | None = Field(None, max_length=1000, description="Ids or slugs")
    groups: tuple[GroupIn, ...] | None = Field(None, max_length=1000)

    @model_validator(mode="after")
    def one_protocol(self) -> "ConnectionChange":
        if self.oidc and self.saml:
            raise ValueError("Give oidc or saml, not both")
        return self

    def provider(self) -> Oidc | Saml | None:
        given = self.oidc or self.saml
        return given.provider() if given else None


class ConnectionIn(ConnectionChange):
    name: Text
    preset: Literal["okta", "entra", "google", "keycloak", "generic"] = "generic"

    @model_validator(mode="after")
    def some_protocol(self) -> "ConnectionIn":
        if not (self.oidc or self.saml):
            raise ValueError("Give oidc or saml")
        return self


class GroupOut(BaseModel):
    group: str
    community: CommunityRef
    role: RoleRef


class AddressesOut(BaseModel):
    """What is taken to the directory: `callback` is the redirect URI of OpenID Connect, `metadata` our entity id in SAML too."""

    sign_in: str
    callback: str
    acs: str
    metadata: str


class ConnectionOut(BaseModel):
    """`state`: `draft` until it was tested, `tested`, `live` once it is on, `changed` if it trusts another
    since its test and is on all the same. `people`: how many it knows."""

    id: uuid.UUID
    name: str
    protocol: Literal["oidc", "saml"]
    preset: str
    state: Literal["draft", "tested", "live", "changed"]
    tested_at: datetime | None
    issuer: str
    client_id: str
    has_secret: bool
    sso_url: str
    certificates: list[str]
    certificates_end_at: datetime | None
    group_claim: str
    asks_second_factor: bool
    automatic_user_creation: bool
    default_role: RoleRef | None
    default_communities: list[CommunityRef]
    groups: list[GroupOut]
    people: int
    addresses: AddressesOut


class ClaimsIn(Body):
    claims: dict[str, JsonValue] = Field(
        description="Of an ID token, or the attributes of an assertion with its name id as `sub`"
    )


class PlaceOut(BaseModel):
    community: CommunityRef
    roles: list[RoleRef]


class PreviewOut(BaseModel):
    """What the claims say in our words, and what would become of whoever comes with them. `reason` for `refused`."""

    email: str
    name: str
    groups: list[str]
    outcome: Literal["known", "fulfil", "create", "link", "refused"]
    reason: str | None
    places: list[PlaceOut]
