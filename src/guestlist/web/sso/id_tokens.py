"""ID tokens: who signed, for whom, when, in answer to what (OpenID Connect Core 1.0, section 3.1.3.7)."""

import hmac
from typing import Any

import jwt

# What is signed with a secret of ours, or not at all, proves nothing: the key must be the provider's.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60  # seconds that two clocks may differ


class UnknownKey(jwt.PyJWTError):
    """None of the keys is the one the token names: the provider may have changed them since they were read."""


def read_id_token(token: str, *, keys: dict[str, Any], issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims, all checked. Keys come from `keys` (RFC 7517) alone, whatever the token's header offers. Raises UnknownKey,
    jwt.PyJWTError."""
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in ALGORITHMS or header.get("typ", "JWT").upper() != "JWT":
        raise jwt.InvalidAlgorithmError("not an ID token signed by a provider")
    claims: dict[str, Any] = jwt.decode(
        token,
        key=_key(keys, header),
        algorithms=list(ALGORITHMS),
        issuer=issuer,
        audience=client_id,
        leeway=LEEWAY,
        options={"require": ["iss", "sub", "aud", "exp", "iat"]},
    )
    audience = claims["aud"]
    if claims.get("azp", client_id) != client_id or (isinstance(audience, list) and len(audience) > 1 and "azp" not in claims):
        raise jwt.InvalidAudienceError("authorised for somebody else")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise jwt.InvalidTokenError("not the answer to this question")
    return claims


def _key(keys: dict[str, Any], header: dict[str, Any]) -> jwt.PyJWK:
    """The one key the header names; without a name, the only one there is."""
    alg, kid = header["alg"], header.get("kid")
    able = [each for each in keys["keys"] if each.get("use", "sig") == "sig" and each.get("alg", alg) == alg]
    able = [each for each in able if each.get("kty") != "oct" and (kid is None or each.get("kid") == kid)]
    if len(able) != 1:
        raise UnknownKey("no key of that name")
    return jwt.PyJWK(able[0], algorithm=alg)
