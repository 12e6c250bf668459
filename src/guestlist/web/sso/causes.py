"""What went wrong with a directory, in a sentence that says what to mend: for whoever may. Beside it stands what a library said."""

from collections.abc import Sequence

import jwt
import requests
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from cryptography.fernet import InvalidToken
from django.utils.translation import gettext_noop as _
from onelogin.saml2.errors import OneLogin_Saml2_ValidationError as Saml

from guestlist.web.sso.fetching import Forbidden
from guestlist.web.sso.id_tokens import UnknownKey
from guestlist.web.sso.turns import NoTurn


class BadAnswer(Exception):
    """What a directory says is not believed. `cause` is a sentence marked for translation, `found` what was there instead."""

    def __init__(self, cause: str, found: str = "") -> None:
        super().__init__(f"{cause} {found}".strip())
        self.cause, self.found = cause, found


SILENT = (NoTurn, requests.RequestException)
UNASKED = _("This browser asked for no such answer, or more than ten minutes ago.")
OTHER_ISSUER = _("Its answer is another issuer’s. Check the issuer.")
OTHER_AUDIENCE = _("Its answer is for another audience. Check the audience URI in the directory.")
UNREADABLE = _("Its answer cannot be read. Check its address.")
USED = _("This assertion was used before.")
NOBODY = _("It names no subject (sub), or one longer than 255 characters.")
_CLOCKS = _("Its answer is over, or not good yet. Compare the clocks of both machines.")
_KEY = _("Its answer is signed with a key that it does not publish.")
_UNSIGNED = _("The assertion is not signed. Have the directory sign assertions.")
_SHA1 = _("Its answer is signed with SHA-1. Have the directory sign with SHA-256.")

# The first that fits.
_BY_TYPE: Sequence[tuple[type[Exception], str]] = (
    (InvalidToken, _("Its client secret was sealed with a secret key that is gone. Enter it again.")),
    (NoTurn, _("It did not answer a moment ago, or too many wait for it. Try again in half a minute.")),
    (
        requests.exceptions.SSLError,
        _("The certificate of its address is not trusted here. The operator can name its authority in GUESTLIST_CA_BUNDLE."),
    ),
    (Forbidden, _("It leads to where this server does not ask, or its answer is too large or too slow.")),
    (requests.HTTPError, _("It answered with an error. Check its address.")),
    (requests.exceptions.InvalidJSONError, UNREADABLE),
    (requests.RequestException, _("It does not answer. Check its address, and that this server reaches it.")),
    (OAuth2Error, _("It gave no token. Check the client id, the client secret and the redirect URI.")),
    (UnknownKey, _KEY),
    (jwt.InvalidSignatureError, _KEY),
    (jwt.ExpiredSignatureError, _CLOCKS),
    (jwt.ImmatureSignatureError, _CLOCKS),
    (jwt.InvalidIssuedAtError, _CLOCKS),
    (jwt.InvalidAudienceError, _("Its answer is for another client. Check the client id.")),
    (jwt.InvalidIssuerError, OTHER_ISSUER),
)
_BY_CODE = {
    Saml.STATUS_CODE_IS_NOT_SUCCESS: _("It says that it did not sign them in."),
    Saml.NO_SIGNED_ASSERTION: _UNSIGNED,
    Saml.NO_SIGNATURE_FOUND: _UNSIGNED,
    Saml.INVALID_SIGNATURE: _("The signature does not fit the certificates that are stored here. Take over its metadata again."),
    Saml.DEPRECATED_SIGNATURE_METHOD: _SHA1,
    Saml.DEPRECATED_DIGEST_METHOD: _SHA1,
    Saml.WRONG_ISSUER: _("Its answer is another provider’s. Check the entity id of the provider."),
    Saml.WRONG_AUDIENCE: OTHER_AUDIENCE,
    Saml.WRONG_DESTINATION: _("Its answer is for another address. Check the single sign-on URL (ACS) in the directory."),
    Saml.WRONG_SUBJECTCONFIRMATION: _("Its answer is over, or for another address. Check the clocks and the single sign-on URL."),
    Saml.ASSERTION_EXPIRED: _CLOCKS,
    Saml.ASSERTION_TOO_EARLY: _CLOCKS,
    Saml.SESSION_EXPIRED: _CLOCKS,
}
_OTHERWISE = _("Its answer is not as the protocol wants it.")


def cause_of(broken: Exception) -> str:
    """As marked for translation: whoever reads it may have another language than the request that failed."""
    if isinstance(broken, BadAnswer):
        return broken.cause
    if isinstance(broken, Saml):
        return _BY_CODE.get(broken.code, _OTHERWISE)
    return next((cause for kind, cause in _BY_TYPE if isinstance(broken, kind)), _OTHERWISE)
