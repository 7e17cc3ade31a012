"""The keys that sign access tokens.

The file holds one or more Ed25519 private keys in PEM: the first signs until identity makes its own (`key_store`), all
of them verify. To take a key that leaked out of use at once, put a new one in front of the file, take the leaked one
out, and restart.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from kit.access import ALGORITHM, ISSUER, ApiKey

ACCESS_LIFE = timedelta(minutes=10)
CLOCK_LEEWAY = timedelta(seconds=30)
"""How much longer than its life a token may be believed somewhere whose clock is behind."""

_PEM_BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)


@dataclass(frozen=True)
class Key:
    """One pair; `kid` is the RFC 7638 thumbprint, so the same key has the same id everywhere."""

    kid: str
    x: str
    private: Ed25519PrivateKey


class Keyring:
    """Signs access tokens and names the keys that verify them."""

    def __init__(self, keys: list[Key]) -> None:
        self.keys = tuple(keys)

    @classmethod
    def from_pem(cls, content: bytes) -> "Keyring":
        """Raises `SystemExit` with the cure when the file holds no Ed25519 key."""
        try:
            loaded = [load_pem_private_key(block, None) for block in _PEM_BLOCK.findall(content)]
        except (ValueError, TypeError) as error:
            raise SystemExit(f"The file with the signing key is not readable PEM: {error}.") from error
        keys = [key_of(private) for private in loaded if isinstance(private, Ed25519PrivateKey)]
        if not keys or len(keys) != len(loaded):
            raise SystemExit("The file with the signing key must hold Ed25519 private keys in PEM and nothing else.")
        return cls(keys)

    def access_token(
        self,
        *,
        user_id: UUID,
        session_id: UUID,
        phone_e164: str,
        confirmed_at: datetime | None,
        now: datetime,
        has_second_factor: bool = False,
    ) -> str:
        """A token that every service verifies by itself; it lives `ACCESS_LIFE`.

        Unconfirmed it is no good for dangerous acts.
        """
        claims: dict[str, Any] = {"sub": str(user_id), "sid": str(session_id), "phone": phone_e164}
        if confirmed_at is not None:
            claims["auth_time"] = int(confirmed_at.timestamp())
        if has_second_factor:
            claims["second_factor"] = True
        return self._signed(claims, now)

    def api_key_token(self, key_id: UUID, session_id: UUID, key: ApiKey, now: datetime) -> str:
        """A token of a program: the key stands where a person would, so that it is revoked like a session."""
        claims = {"sub": str(key_id), "sid": str(session_id), "api_key": key.as_claim()}
        return self._signed(claims, now)

    def _signed(self, claims: dict[str, Any], now: datetime) -> str:
        key = self.keys[0]
        life = {"iss": ISSUER, "iat": int(now.timestamp()), "exp": int((now + ACCESS_LIFE).timestamp())}
        return jwt.encode({**claims, **life}, key.private, algorithm=ALGORITHM, headers={"kid": key.kid})


def key_of(private: Ed25519PrivateKey) -> Key:
    """The pair with its name."""
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = _base64url(raw)
    said = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    return Key(_base64url(hashlib.sha256(said.encode()).digest()), x, private)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
