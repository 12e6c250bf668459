"""An authenticator in software: it makes a passkey (ES256, WebAuthn level 2) and signs challenges with it, as a browser posts them."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ORIGIN = "http://localhost:8000"


@dataclass
class SoftKey:
    """`verified=False`: it was touched, but did not ask who touches it."""

    origin: str = ORIGIN
    verified: bool = True
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: str = ""

    def make(self, options: dict[str, Any]) -> str:
        """Answers navigator.credentials.create()."""
        asked = options["publicKey"]
        self.handle = asked["user"]["id"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        told = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(asked["rp"]["id"], ATTESTED) + told}
        response = {
            "clientDataJSON": websafe_encode(self._client_data("webauthn.create", asked)),
            "attestationObject": websafe_encode(cbor.encode(attestation)),
        }
        return self._answer(response, {"credProps": {"rk": True}})

    def sign(self, options: dict[str, Any]) -> str:
        """Answers navigator.credentials.get()."""
        asked = options["publicKey"]
        client_data, data = self._client_data("webauthn.get", asked), self._data(asked["rpId"])
        signed = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": websafe_encode(client_data),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signed),
            "userHandle": self.handle,
        }
        return self._answer(response, {})

    def _data(self, rp_id: str, flags: int = 0) -> bytes:
        said = PRESENT | flags | (VERIFIED if self.verified else 0)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([said]) + bytes(4)

    def _client_data(self, kind: str, asked: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, str], extensions: dict[str, Any]) -> str:
        shown = websafe_encode(self.id)
        answer = {"id": shown, "rawId": shown, "type": "public-key", "response": response}
        return json.dumps(answer | {"clientExtensionResults": extensions, "authenticatorAttachment": "platform"})


def stored_passkey() -> dict[str, Any]:
    """A credential for an account, as it is stored, where nobody needs to sign with it."""
    handle = websafe_encode(secrets.token_bytes(16))
    asked = {"rp": {"id": "localhost"}, "user": {"id": handle}, "challenge": websafe_encode(bytes(32))}
    credential: dict[str, Any] = json.loads(SoftKey().make({"publicKey": asked}))
    return credential


def now_code(secret: str, steps: int = 0) -> str:
    """What the authenticator app shows now, or `steps` of 30 seconds from now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())) + 1 + steps))
