"""What an admin enters of a directory: checked without asking it."""

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from guestlist.sso.errors import BadCertificate, BadIssuer, BadMetadata, BadSsoUrl, ClientMissing

LARGEST_METADATA = 512 * 1024
LONGEST_URL = 500
LONGEST_CLIENT_ID = 191
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Oidc:
    """`issuer` exactly as the provider's metadata says it. An empty `secret` keeps the one there is."""

    issuer: str
    client_id: str
    secret: str = ""

    def check(self) -> None:
        """Raises BadIssuer, ClientMissing."""
        if not is_secure_url(self.issuer) or "?" in self.issuer or "#" in self.issuer:
            raise BadIssuer
        if not self.client_id or len(self.client_id) > LONGEST_CLIENT_ID or not self.client_id.isprintable():
            raise ClientMissing


@dataclass(frozen=True)
class Saml:
    """The identity provider by its entity id, the address people are sent to, and its certificates in PEM form."""

    entity_id: str
    sso_url: str
    certificates: tuple[str, ...]

    def check(self) -> None:
        """Raises BadIssuer, BadSsoUrl, BadCertificate."""
        if not self.entity_id or len(self.entity_id) > LONGEST_URL or not self.entity_id.isprintable():
            raise BadIssuer
        if not is_secure_url(self.sso_url):
            raise BadSsoUrl
        if not self.certificates:
            raise BadCertificate
        certificate_end(self.certificates)


def is_secure_url(url: str) -> bool:
    """https; plain http to this machine too, where the installation itself runs without https: for trying out, nowhere else."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 # reading it checks it
    except ValueError:
        return False
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url or not parts.hostname or parts.username is not None:
        return False
    local = parts.scheme == "http" and parts.hostname in LOOPBACK and not settings.SECURE
    return parts.scheme == "https" or local


def read_metadata(xml: bytes) -> Saml:
    """The provider that metadata (SAML 2.0, at most 512 KB) describes. A document type or an entity in it is refused, and nothing
    that it names is fetched. Raises BadMetadata."""
    if len(xml) > LARGEST_METADATA:
        raise BadMetadata
    try:
        found = OneLogin_Saml2_IdPMetadataParser.parse(xml).get("idp", {})
    except (SyntaxError, ValueError, AttributeError) as broken:  # from lxml, for a document type, for an empty certificate
        raise BadMetadata from broken
    keys = [found["x509cert"]] if "x509cert" in found else found.get("x509certMulti", {}).get("signing", [])
    try:
        saml = Saml(found["entityId"], found["singleSignOnService"]["url"], tuple(map(read_certificate, keys)))
        saml.check()
    except (KeyError, BadIssuer, BadSsoUrl, BadCertificate) as broken:
        raise BadMetadata from broken
    return saml


def read_certificate(text: str) -> str:
    """A certificate as PEM, from PEM or from the bare Base64 inside it. Raises BadCertificate."""
    body = text.strip().removeprefix("-----BEGIN CERTIFICATE-----").removesuffix("-----END CERTIFICATE-----")
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
        x509.load_der_x509_certificate(der)
    except (binascii.Error, ValueError) as broken:
        raise BadCertificate from broken
    lines = base64.encodebytes(der).decode().replace("\n", "")
    wrapped = "\n".join(lines[start : start + 64] for start in range(0, len(lines), 64))
    return f"-----BEGIN CERTIFICATE-----\n{wrapped}\n-----END CERTIFICATE-----"


def certificate_end(certificates: Collection[str]) -> datetime | None:
    """When the last of these certificates (PEM) ends; None without any. Raises BadCertificate."""
    try:
        return max((x509.load_pem_x509_certificate(each.encode()).not_valid_after_utc for each in certificates), default=None)
    except ValueError as broken:
        raise BadCertificate from broken
