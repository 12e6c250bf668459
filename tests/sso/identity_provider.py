"""A SAML identity provider of a few lines, that signs with python3-saml's own tools and changes whatever a test wants changed."""

import base64
import datetime
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml2
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from guestlist.kernel import clock
from guestlist.sso.models import Connection

ENTITY = "https://idp.example/saml"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


def key_pair(days: int = 30) -> tuple[str, str]:
    """A private key and a certificate over it, both PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
    begun = clock.now() - datetime.timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(begun).not_valid_after(begun + datetime.timedelta(days=days))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("idp.example")]), critical=False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    return private, made.sign(key, hashes.SHA256()).public_bytes(pem).decode()


PRIVATE, CERTIFICATE = key_pair()
OTHER_PRIVATE, OTHER_CERTIFICATE = key_pair()


def at(minutes: float) -> str:
    return (clock.now() + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Says:
    """What the provider says, and how it signs it."""

    request: str
    acs: str
    audience: str
    issuer: str = ENTITY
    assertion: str = "_a1"
    name_id: str = "u-7"
    name_format: str = PERSISTENT
    email: str = "kim@corp.example"
    groups: tuple[str, ...] = ()
    recipient: str | None = None
    destination: str | None = None
    confirmed: str | None = None  # InResponseTo inside the signed part
    not_before: float = -1
    not_after: float = 5
    key: str = PRIVATE
    certificate: str = CERTIFICATE
    sign: str = "assertion"
    algorithms: tuple[str, str] = (Saml2.RSA_SHA256, Saml2.SHA256)
    after: Callable[[str], str] = field(default=lambda xml: xml)

    def encoded(self) -> str:
        assertion = self._assertion()
        if self.sign == "assertion":
            assertion = self._signed(assertion)
        response = self._response(assertion)
        if self.sign == "response":
            response = self._signed(response)
        return base64.b64encode(self.after(response).encode()).decode()

    def _signed(self, xml: str) -> str:
        done: Any = OneLogin_Saml2_Utils.add_sign(xml, self.key, self.certificate, False, *self.algorithms)
        return done.decode() if isinstance(done, bytes) else str(done)

    def _assertion(self) -> str:
        confirmed = self.request if self.confirmed is None else self.confirmed
        irt = f'InResponseTo="{confirmed}"' if confirmed else ""
        recipient = self.acs if self.recipient is None else self.recipient
        values = "".join(f"<saml:AttributeValue>{each}</saml:AttributeValue>" for each in self.groups)
        groups = f'<saml:Attribute Name="groups">{values}</saml:Attribute>' if values else ""
        return f"""<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{self.assertion}" Version="2.0"
 IssueInstant="{at(0)}"><saml:Issuer>{self.issuer}</saml:Issuer><saml:Subject>
<saml:NameID Format="{self.name_format}">{self.name_id}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData {irt}
 Recipient="{recipient}" NotOnOrAfter="{at(self.not_after)}"/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{at(self.not_before)}" NotOnOrAfter="{at(self.not_after)}"><saml:AudienceRestriction>
<saml:Audience>{self.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{at(0)}"><saml:AuthnContext><saml:AuthnContextClassRef>
urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>{self.email}</saml:AttributeValue></saml:Attribute>
{groups}</saml:AttributeStatement></saml:Assertion>"""

    def _response(self, assertion: str) -> str:
        destination = self.acs if self.destination is None else self.destination
        irt = f'InResponseTo="{self.request}"' if self.request else ""
        return f"""<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0" IssueInstant="{at(0)}"
 Destination="{destination}" {irt}><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{self.issuer}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{assertion}</samlp:Response>"""


def go(client: Client, row: Connection, name: str = "sso_start", **says: Any) -> Says:
    """Sends the browser off; what a good provider would say to it."""
    answer = client.get(reverse(name, args=[row.id]))
    assert answer.status_code == 302, answer.content
    asked = parse_qs(urlsplit(answer["Location"]).query)["SAMLRequest"][0]
    request = etree.fromstring(zlib.decompress(base64.b64decode(asked), -15))
    base = f"http://localhost:8000/sso/{row.id}"
    return Says(**{"request": request.get("ID"), "acs": f"{base}/acs", "audience": f"{base}/metadata", **says})


def post(client: Client, row: Connection, encoded: str) -> HttpResponse:
    """The provider's page posts, without our cookies (SameSite=Lax)."""
    return Client().post(reverse("sso_acs", args=[row.id]), {"SAMLResponse": encoded})


def back(client: Client, row: Connection, says: Says) -> HttpResponse:
    """Posted, and followed by the browser itself."""
    answer = post(client, row, says.encoded())
    return client.get(answer["Location"]) if answer.status_code == 302 else answer
