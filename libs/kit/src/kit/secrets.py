"""Secrets at rest: AES-256-GCM, bound to what they belong to, under a key that is not in the database."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_VERSION = b"\x01"


class SecretBox:
    """Seals and opens short secrets.

    `owner` (such as `account:provider`) is bound in, so a copied row opens nowhere.
    """

    def __init__(self, key: bytes) -> None:
        """`key` is 32 bytes, or their base64."""
        raw = key if len(key) == 32 else base64.b64decode(key)
        if len(raw) != 32:
            raise SystemExit("The key that seals secrets must be 32 bytes in base64.")
        self._aead = AESGCM(raw)

    def seal(self, secret: str, owner: str) -> bytes:
        """Ciphertext with its version and nonce in front."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._aead.encrypt(nonce, secret.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str:
        """The secret; raises `ValueError` when the row was changed or belongs to somebody else."""
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, ciphertext, owner.encode()).decode()
        except InvalidTag as error:
            raise ValueError("the secret does not belong here") from error
