"""SAML 2.0, by python3-saml in strict mode, and the few things that it leaves open. We ask, the provider answers; an answer that
nobody asked for is refused."""

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.internal import statekit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_noop as _
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml2
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from guestlist.sso.models import Connection
from guestlist.web.sso.causes import OTHER_AUDIENCE, BadAnswer

LARGEST_ANSWER = 256 * 1024
SUBJECT_ID = "urn:oasis:names:tc:SAML:attribute:subject-id"


@dataclass(frozen=True)
class Answer:
    """What an assertion says, verified: the claims, the request it answers, and what it is known by when it comes again."""

    claims: dict[str, Any]
    request_id: str
    digest: str


def ask(request: HttpRequest, connection: Connection, purpose: str, after: str) -> HttpResponse:
    """Sends the browser to the provider; `purpose` and where to go `after` wait in the session under the request's id."""
    auth = OneLogin_Saml2_Auth(_told(connection, "sso_start"), _config(connection))
    url = auth.login(return_to="")
    state = {"process": purpose, "next": after}
    statekit.stash_state(request, provider_id=str(connection.id), state=state, state_id=auth.get_last_request_id())
    return redirect(url)


def read_answer(connection: Connection, encoded: str) -> Answer:
    """Reads what the browser carried from the provider. Raises BadAnswer, or whatever breaks."""
    if not encoded or len(encoded) > LARGEST_ANSWER:
        raise BadAnswer(_("It sent no answer, or one of more than 256 KB."))
    response = OneLogin_Saml2_Response(OneLogin_Saml2_Settings(_config(connection)), encoded)
    response.is_valid(_told(connection, "sso_acs"), raise_exceptions=True)
    acs, entity = _url(connection, "sso_acs"), _url(connection, "sso_metadata")
    if entity not in response.get_audiences():
        raise BadAnswer(OTHER_AUDIENCE)
    request_ids = {
        each.get("InResponseTo")
        for each in response._query_assertion("/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData")
        if each.get("Recipient") == acs and each.get("NotOnOrAfter")
    }
    # Read from the signed part: what stands around it could be anybody's.
    request_id = request_ids.pop() if len(request_ids) == 1 else None
    if not request_id or request_id != response.get_in_response_to():
        raise BadAnswer(_("Nobody asked for this answer. Begin at the sign-in address, not in the directory."))
    digest = hashlib.sha256(f"{response.get_assertion_id()}".encode()).hexdigest()
    return Answer(_claims(response), request_id, digest)


def _claims(response: Any) -> dict[str, Any]:
    """The attributes, with a lasting name of the person as `sub`: a transient one would make them somebody new each time."""
    claims: dict[str, Any] = dict(response.get_attributes())
    lasting = claims.get(SUBJECT_ID)
    name_id, name_format = response.get_nameid(), response.get_nameid_format()
    if not lasting and name_format == Saml2.NAMEID_TRANSIENT:
        raise BadAnswer(_("It names people anew each time. Have it send a persistent name id."))
    if name_format == Saml2.NAMEID_EMAIL_ADDRESS:
        claims.setdefault("email", [name_id])
    return claims | {"sub": lasting[0] if lasting else name_id}


def metadata(connection: Connection) -> bytes:
    """What a provider wants to know of us."""
    return OneLogin_Saml2_Settings(_config(connection), sp_validation_only=True).get_sp_metadata()  # type: ignore[no-any-return]


def _config(connection: Connection) -> dict[str, Any]:
    return {
        "strict": True,
        "sp": {
            "entityId": _url(connection, "sso_metadata"),
            "assertionConsumerService": {"url": _url(connection, "sso_acs"), "binding": Saml2.BINDING_HTTP_POST},
            "NameIDFormat": Saml2.NAMEID_UNSPECIFIED,
        },
        "idp": {
            "entityId": connection.issuer,
            "singleSignOnService": {"url": connection.sso_url, "binding": Saml2.BINDING_HTTP_REDIRECT},
            "x509certMulti": {"signing": connection.certificates},
        },
        "security": {
            "wantAssertionsSigned": True,
            "wantAttributeStatement": False,
            "allowRepeatAttributeName": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "signatureAlgorithm": Saml2.RSA_SHA256,
            "digestAlgorithm": Saml2.SHA256,
        },
    }


def _url(connection: Connection, name: str) -> str:
    return settings.GUESTLIST_BASE_URL + reverse(name, args=[connection.id])


def _told(connection: Connection, name: str) -> dict[str, Any]:
    """The request as python3-saml wants it: by our own address, whatever the browser called us."""
    parts = urlsplit(_url(connection, name))
    secure = "on" if parts.scheme == "https" else "off"
    return {"https": secure, "http_host": parts.netloc, "script_name": parts.path, "get_data": {}, "post_data": {}}
